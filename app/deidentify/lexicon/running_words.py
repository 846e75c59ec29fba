"""Words of running text that are never part of a name; they matter where capitals or lower case hide names."""

from __future__ import annotations

from app.deidentify.lexicon.wordset import wordset

# Verbs and links of notes. No list of names or features of the model holds them: they only end a name.
RUNNING = wordset(
    """
    employed employs works worked working attends attended attending lives lived living resides resided residing
    volunteers volunteered volunteering teaches taught studies studied studying graduated enrolled retired hired fired
    followed follows seen sees saw evaluated examined referred refers admitted transferred discharged sent brought
    presented presents presenting called calls states stated states
    reports reported denies denied notes noted says said
    told asked asks agrees agreed accompanied assisted drove drives driving moved moves visited visits visiting born
    raised returned returns remains remained continues continued takes took taking uses used using feels felt wants
    wanted needs needed gets got went goes came comes comes
    given gives gave makes made plays played smokes smoked drinks
    drank walks walked sleeps slept eats ate owns runs ran joined spent stays stayed staying arrived arrives requests
    requested instructed advised discussed reviewed obtained performed completed scheduled ordered started stopped
    increased decreased improved worsened tolerated
    is are was were be been being am
    has have had do does did will would can could should shall may might must
    with without for from at to into onto by in on near
    via per as than then when while where who whom whose which that
    this these those after before during since until till through and or but nor so if because about around over under
    above below between among against not no her his their its our your my she he they we you it him them us also
    very too just only now today yesterday tomorrow daily weekly currently recently previously again still alone
    """
)
# Shops and pharmacies whose names are nothing else; from the chains' own public names.
SHOPS = (
    "cvs",
    "walgreens",
    "walmart",
    "wal mart",
    "rite aid",
    "costco",
    "kroger",
    "publix",
    "wegmans",
    "meijer",
    "safeway",
    "duane reade",
    "optumrx",
    "optum rx",
    "express scripts",
    "caremark",
    "shoprite",
    "albertsons",
    "home depot",
    "mcdonalds",
    "starbucks",
    "fedex",
    "tesco",
    "sainsburys",
    "superdrug",
    "lloydspharmacy",
    "shoppers drug mart",
    "amazon",
    "burger king",
    "dollar general",
    "family dollar",
)
# After "works at" in a text without capitals these are workplaces of no name.
COMMON_WORKPLACES = wordset(
    """
    home night nights day days school college university hospital bank store stores shop warehouse factory restaurant
    office desk desks farm farms construction retail church times heights least present first once one two sea sites
    site living food money cash pay hire years year months month weeks family friends company companies children kids
    computers hand hands pleasure fun himself herself themselves different various multiple several local large small
    nursing daycare preschool kindergarten government state city county age teaching insurance early good health him
    work
    baseline rest bedside minimum max maximum low high full part parttime fulltime light heavy customers clients
    """
)
