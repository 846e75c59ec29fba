"""Places: states, large cities, towns of many countries (Faker, MIT), street words, well-known hospitals."""

from __future__ import annotations

# ruff: noqa: E501 (lists as running text)
from functools import lru_cache

from faker.config import AVAILABLE_LOCALES
from faker.providers.geo import Provider as Geo

from app.deidentify.lexicon.names import is_latin, provider_lists
from app.deidentify.lexicon.wordset import wordset, wordtuple

STATE_CODES = wordset(
    """
    AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY
    NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY PR AA AE AP ON QC BC AB MB SK NS NB
    """
)

# States may stay under 164.514(b)(2)(i)(B); they are known so as not to be taken for something else.
STATES = frozenset(
    name.lower()
    for name in [
        "Alabama",
        "Alaska",
        "Arizona",
        "Arkansas",
        "California",
        "Colorado",
        "Connecticut",
        "Delaware",
        "Florida",
        "Georgia",
        "Hawaii",
        "Idaho",
        "Illinois",
        "Indiana",
        "Iowa",
        "Kansas",
        "Kentucky",
        "Louisiana",
        "Maine",
        "Maryland",
        "Massachusetts",
        "Michigan",
        "Minnesota",
        "Mississippi",
        "Missouri",
        "Montana",
        "Nebraska",
        "Nevada",
        "New Hampshire",
        "New Jersey",
        "New Mexico",
        "North Carolina",
        "North Dakota",
        "Ohio",
        "Oklahoma",
        "Oregon",
        "Pennsylvania",
        "Rhode Island",
        "South Carolina",
        "South Dakota",
        "Tennessee",
        "Texas",
        "Utah",
        "Vermont",
        "Virginia",
        "Washington",
        "West Virginia",
        "Wisconsin",
        "Wyoming",
    ]
)

_CITIES = """New York|New York City|Los Angeles|Chicago|Houston|Phoenix|Philadelphia|San Antonio|San Diego|Dallas|San Jose
|Austin|Jacksonville|Fort Worth|Columbus|Charlotte|Indianapolis|San Francisco|Seattle|Denver|Oklahoma City|Nashville
|El Paso|Las Vegas|Boston|Detroit|Portland|Louisville|Memphis|Baltimore|Milwaukee|Albuquerque|Tucson|Fresno|Sacramento
|Atlanta|Kansas City|Colorado Springs|Omaha|Raleigh|Miami|Virginia Beach|Long Beach|Oakland|Minneapolis|Bakersfield
|Tulsa|Tampa|Arlington|Wichita|Aurora|New Orleans|Cleveland|Anaheim|Honolulu|Henderson|Stockton|Riverside|Lexington
|Corpus Christi|Orlando|Irvine|Cincinnati|Santa Ana|Newark|Saint Paul|St. Paul|Pittsburgh|Greensboro|St. Louis
|Saint Louis|Lincoln|Anchorage|Plano|Durham|Jersey City|Chandler|Chula Vista|Buffalo|Gilbert|Madison|Reno|Fort Wayne
|Toledo|Lubbock|St. Petersburg|Laredo|Irving|Chesapeake|Glendale|Scottsdale|Norfolk|Garland|Fremont|Boise|Richmond
|Baton Rouge|Spokane|Tacoma|Modesto|Des Moines|Rochester|Fayetteville|Salt Lake City|Worcester|Yonkers|Akron|Mobile
|Little Rock|Huntsville|Grand Rapids|Amarillo|Augusta|Knoxville|Tallahassee|Shreveport|Overland Park|Brownsville
|Providence|Chattanooga|Tempe|Fort Lauderdale|Sioux Falls|Cape Coral|Vancouver|Eugene|Santa Rosa|Springfield|Salem
|Pembroke Pines|Fort Collins|Lancaster|Palm Springs|Palo Alto|Santa Monica|Pasadena|Hartford|New Haven|Bridgeport
|Stamford|Syracuse|Albany|Dayton|Savannah|Charleston|Columbia|Brooklyn|Manhattan|Queens|Bronx|Staten Island|Hollywood
|Ann Arbor|Evanston|Naperville|Peoria|Rockford|Green Bay|Duluth|Fargo|Billings|Cheyenne|Santa Fe|Boulder|Berkeley
|Cambridge|Brookline|Quincy|Lowell|Framingham|Nantucket|Newton|Concord|Nashua|Burlington|Bangor|Annapolis|Bethesda
|Silver Spring|Alexandria|Galveston|Waco|Beverly Hills|Santa Barbara|San Bernardino|London|Manchester|Birmingham|Leeds
|Glasgow|Edinburgh|Liverpool|Bristol|Sheffield|Cardiff|Belfast|Dublin|Cork|Oxford|Toronto|Montreal|Montréal|Ottawa
|Calgary|Edmonton|Winnipeg|Quebec City|Sydney|Melbourne|Brisbane|Perth|Adelaide|Canberra|Auckland|Wellington
|Christchurch|Paris|Lyon|Marseille|Berlin|Hamburg|Munich|Cologne|Frankfurt|Vienna|Zurich|Zürich|Geneva|Brussels
|Amsterdam|Rotterdam|The Hague|Copenhagen|Oslo|Stockholm|Helsinki|Reykjavik|Madrid|Barcelona|Valencia|Seville|Lisbon
|Porto|Rome|Milan|Naples|Turin|Florence|Venice|Athens|Istanbul|Ankara|Moscow|Kyiv|Warsaw|Krakow|Prague|Budapest
|Bucharest|Sofia|Belgrade|Zagreb|Cairo|Lagos|Nairobi|Johannesburg|Cape Town|Accra|Mumbai|Delhi|New Delhi|Kolkata
|Chennai|Bangalore|Bengaluru|Hyderabad|Karachi|Lahore|Dhaka|Colombo|Beijing|Shanghai|Hong Kong|Taipei|Tokyo|Osaka
|Kyoto|Seoul|Busan|Bangkok|Hanoi|Ho Chi Minh City|Manila|Jakarta|Singapore|Kuala Lumpur|Dubai|Abu Dhabi|Riyadh|Tehran
|Baghdad|Jerusalem|Tel Aviv|Mexico City|Guadalajara|Tijuana|Bogotá|Bogota|Lima|Santiago|Buenos Aires|São Paulo
|Rio de Janeiro|Caracas|Havana|Santo Domingo|San Juan"""

COUNTRIES = frozenset(
    name.lower()
    for name in """Afghanistan|Albania|Algeria|Argentina|Armenia|Australia|Austria|Azerbaijan|Bahrain|Bangladesh|Belarus
|Belgium|Bolivia|Bosnia|Brazil|Bulgaria|Cambodia|Cameroon|Canada|Chile|China|Colombia|Costa Rica|Croatia|Cuba|Cyprus
|Czech Republic|Czechia|Denmark|Dominican Republic|Ecuador|Egypt|El Salvador|England|Eritrea|Estonia|Ethiopia|Fiji
|Finland|France|Germany|Ghana|Greece|Greenland|Guatemala|Haiti|Honduras|Hungary|Iceland|India|Indonesia|Iran|Iraq
|Ireland|Israel|Italy|Jamaica|Japan|Jordan|Kazakhstan|Kenya|Korea|South Korea|Kosovo|Kuwait|Laos|Latvia|Lebanon
|Liberia|Libya|Lithuania|Luxembourg|Malaysia|Mali|Malta|Mexico|Moldova|Mongolia|Morocco|Mozambique|Myanmar|Namibia
|Nepal|Netherlands|New Zealand|Nicaragua|Nigeria|Northern Ireland|Norway|Oman|Pakistan|Panama|Paraguay|Peru
|Philippines|Poland|Portugal|Puerto Rico|Qatar|Romania|Russia|Rwanda|Saudi Arabia|Scotland|Senegal|Serbia
|Sierra Leone|Slovakia|Slovenia|Somalia|South Africa|Spain|Sri Lanka|Sudan|Sweden|Switzerland|Syria|Taiwan|Tanzania
|Thailand|Tunisia|Uganda|Ukraine|United Arab Emirates|United Kingdom|Uruguay|Uzbekistan|Venezuela|Vietnam|Wales|Yemen
|Zambia|Zimbabwe""".replace("\n", "").split("|")
)

STREET_WORDS = wordtuple(
    """
    street st avenue ave road rd boulevard blvd lane ln drive dr court ct place pl square sq terrace ter
    trail trl parkway pkwy highway hwy circle cir way alley plaza turnpike crescent close row mews
    gardens grove hill heights expressway loop path pike run ridge crossing broadway walk quay wharf
    """
)

# Hospitals people name without saying "hospital".
HOSPITALS = (
    """Mayo Clinic|Mayo|Cleveland Clinic|Johns Hopkins|John Hopkins|Hopkins|Cedars-Sinai|Cedars Sinai|Cedar Sinai
|Cedar-Sinai|Mount Sinai|Mt. Sinai|Mt Sinai|Massachusetts General|Mass General|Mass Gen|MGH|Brigham and Women's
|Brigham & Women's|Brigham|Beth Israel Deaconess|Beth Israel|Dana-Farber|Dana Farber|Sloan Kettering|Sloan-Kettering
|Memorial Sloan Kettering|MSKCC|MD Anderson|M.D. Anderson|NYU Langone|NYU|New York-Presbyterian|New York Presbyterian
|NY Presbyterian|NewYork-Presbyterian|Bellevue|Montefiore|Lenox Hill|UCLA|UCSF|UCSD|UC Davis|UC San Diego|UPMC|UPenn
|Penn Medicine|Stanford|Kaiser Permanente|Kaiser|Emory|Duke|Duke University|Vanderbilt|Northwestern Memorial
|Rush University|Barnes-Jewish|Barnes Jewish|Intermountain|Geisinger|Ochsner|Scripps|Sharp Memorial|Sutter Health|Sutter
|Banner Health|HCA|Tufts|Yale New Haven|Yale-New Haven|Baylor|Texas Children's|Houston Methodist|Parkland|Grady|Jackson
Memorial|Cook County|Henry Ford|Beaumont|Hackensack|Lahey|McLean|Spaulding|Mass Eye and Ear|Swedish Medical
|Harborview|Oregon Health|Providence Health|Tenet|Ascension|Dignity Health|Advocate|Froedtert|Fairview|Allina
|Hennepin|Nationwide Children's|Boston Children's|Cincinnati Children's|CHOP|Great Ormond Street|Guy's|Addenbrooke's
|Karolinska|Charité|Royal Free|St Thomas'""".replace("\nM", " M")
    .replace("\n", "")
    .split("|")
)


@lru_cache(maxsize=1)
def large_cities() -> frozenset[str]:
    """Cities taken for a place on sight, lower case."""
    own = {c.strip().lower() for c in _CITIES.replace("\n", "").split("|")}
    geo = {row[2].lower() for row in Geo.land_coords if is_latin(row[2])}
    return frozenset(own | geo)


@lru_cache(maxsize=1)
def towns() -> frozenset[str]:
    """Towns of many countries, lower case: a place only beside words that say so ("lives in …")."""
    found = set()
    for locale in AVAILABLE_LOCALES:
        for name in provider_lists("address", locale, ("cities", "city_names", "real_city_names")):
            if is_latin(name) and len(name) > 3:
                found.add(name.lower())
    return frozenset(found | large_cities())
