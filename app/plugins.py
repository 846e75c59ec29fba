"""Everything the server can do, by name. Add a part: one file, and one line here."""

from __future__ import annotations

from app.deid.recogniser import RECOGNISERS

# Command groups of `flask --app wsgi`, one file each.
COMMANDS = (
    "app.cli.deid:group",
)


def load() -> None:
    """Fill every registry."""
    # De-identification: what finds identifiers by rule.
    RECOGNISERS.register(
        "app.deid.recognisers.dates:Dates",
        "app.deid.recognisers.years:BirthYears",
        "app.deid.recognisers.years:EventYears",
        "app.deid.recognisers.ages:Ages",
        "app.deid.recognisers.network:Emails",
        "app.deid.recognisers.network:WebAddresses",
        "app.deid.recognisers.network:InternetAddresses",
        "app.deid.recognisers.phones:Phones",
        "app.deid.recognisers.labelled_ids:SocialSecurity",
        "app.deid.recognisers.labelled_ids:MedicalRecords",
        "app.deid.recognisers.labelled_ids:HealthPlans",
        "app.deid.recognisers.labelled_ids:Accounts",
        "app.deid.recognisers.labelled_ids:Licences",
        "app.deid.recognisers.labelled_ids:Vehicles",
        "app.deid.recognisers.labelled_ids:Devices",
        "app.deid.recognisers.labelled_ids:Biometrics",
        "app.deid.recognisers.labelled_ids:OtherIds",
        "app.deid.recognisers.codes:DigitGroups",
        "app.deid.recognisers.codes:CodedTokens",
        "app.deid.recognisers.streets:Streets",
        "app.deid.recognisers.streets:Postcodes",
        "app.deid.recognisers.places:Places",
        "app.deid.recognisers.organisations:Hospitals",
        "app.deid.recognisers.organisations:Employers",
        "app.deid.recognisers.professions:Professions",
        "app.deid.recognisers.names:TitledNames",
        "app.deid.recognisers.names:ListedNames",
        "app.deid.recognisers.names_in_context:NamesInContext",
        "app.deid.known:KnownIdentifiers",
    )
