"""The identifier types, the Safe Harbor letter of each, and how other schemes' names map onto them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PhiType:
    """One type of identifier; `letter` is its item in 45 CFR 164.514(b)(2)(i), "" where none names it."""

    key: str
    letter: str
    title: str
    aliases: tuple[str, ...] = ()


TABLE: tuple[PhiType, ...] = (
    PhiType(
        "NAME",
        "A",
        "Names of patients, relatives, clinicians; initials; user names",
        (
            "PERSON",
            "PATIENT",
            "DOCTOR",
            "STAFF",
            "HCP",
            "USERNAME",
            "FIRST_NAME",
            "LAST_NAME",
            "PER",
            "INITIALS",
            "RELATIVE",
        ),
    ),
    PhiType(
        "LOCATION",
        "B",
        "Geography below a state: street, city, postcode, room",
        (
            "GPE",
            "LOC",
            "STREET_ADDRESS",
            "ADDRESS",
            "STREET",
            "CITY",
            "ZIP",
            "ZIP_CODE",
            "ZIPCODE",
            "COUNTY",
            "COUNTRY",
            "STATE",
            "ROOM",
            "GEOGRAPHIC_LOCATION",
            "LOCATION_OTHER",
            "LOCATION-OTHER",
            "FACILITY_ADDRESS",
        ),
    ),
    PhiType(
        "ORGANIZATION",
        "B",
        "Hospitals, employers and other organisations",
        ("ORG", "HOSPITAL", "DEPARTMENT", "EMPLOYER", "COMPANY", "PATORG", "FACILITY", "CARE_UNIT"),
    ),
    PhiType(
        "DATE",
        "C",
        "Elements of dates, except the year of care",
        ("DATE_TIME", "DATE_OF_BIRTH", "DOB", "TIME"),
    ),
    PhiType("AGE", "C", "Ages over 89"),
    PhiType("PHONE", "D", "Telephone and pager numbers", ("PHONE_NUMBER", "TELEPHONE", "TEL", "PAGER", "CONTACT")),
    PhiType("FAX", "E", "Fax numbers", ("FAX_NUMBER",)),
    PhiType("EMAIL", "F", "E-mail addresses", ("EMAIL_ADDRESS", "E-MAIL")),
    PhiType(
        "SSN",
        "G",
        "Social security numbers, the last four digits too",
        ("US_SSN", "SOCIAL_SECURITY_NUMBER", "US_ITIN"),
    ),
    PhiType("MRN", "H", "Medical record numbers", ("MEDICALRECORD", "MEDICAL_RECORD_NUMBER", "MEDICAL_RECORD")),
    PhiType(
        "HEALTH_PLAN",
        "I",
        "Health plan beneficiary numbers",
        ("HEALTHPLAN", "HEALTH_PLAN_BENEFICIARY_NUMBER", "US_MBI", "UK_NHS"),
    ),
    PhiType(
        "ACCOUNT",
        "J",
        "Account, card and bank numbers",
        ("ACCOUNT_NUMBER", "CREDIT_CARD", "IBAN_CODE", "IBAN", "US_BANK_NUMBER", "CRYPTO"),
    ),
    PhiType(
        "LICENSE",
        "K",
        "Certificate and licence numbers, NPI and DEA",
        (
            "CERTIFICATE_LICENSE_NUMBER",
            "US_DRIVER_LICENSE",
            "MEDICAL_LICENSE",
            "US_NPI",
            "LICENCE",
            "US_PASSPORT",
        ),
    ),
    PhiType("VEHICLE", "L", "Vehicle identifiers and licence plates", ("VEHICLE_IDENTIFIER", "LICENSE_PLATE")),
    PhiType("DEVICE", "M", "Device identifiers and serial numbers", ("DEVICE_IDENTIFIER", "MAC_ADDRESS")),
    PhiType("URL", "N", "Web addresses", ("WEB_URL", "DOMAIN_NAME")),
    PhiType("IP", "O", "Internet addresses", ("IP_ADDRESS", "IPADDR", "IPADDRESS")),
    PhiType(
        "BIOMETRIC",
        "P",
        "References to finger and voice prints and the like",
        ("BIOID", "BIOMETRIC_IDENTIFIER"),
    ),
    PhiType("PHOTO", "Q", "Embedded full-face images", ("FULL_FACE_PHOTO",)),
    PhiType(
        "ID",
        "R",
        "Any other unique number or code",
        ("IDNUM", "UNIQUE_IDENTIFIER", "OTHER", "UUID", "STUDY_ID"),
    ),
    PhiType("PROFESSION", "R", "Occupations that single a person out", ("TITLE", "JOB", "OCCUPATION")),
)

BY_KEY = {t.key: t for t in TABLE}
_ALIAS = {alias: t.key for t in TABLE for alias in (t.key, *t.aliases)}

# What counts as the same kind when a scheme draws the line elsewhere.
FAMILIES = {
    "NAME": "name", "LOCATION": "place", "ORGANIZATION": "place", "DATE": "date", "AGE": "age",
    "PHONE": "contact", "FAX": "contact", "EMAIL": "contact", "URL": "contact", "IP": "contact",
    "PROFESSION": "profession",
}  # fmt: skip


def canonical(gold_type: str) -> str:
    """Our key for a type of any known scheme; an unknown one is returned in upper case."""
    upper = gold_type.strip().upper().replace(" ", "_")
    return _ALIAS.get(upper, upper)


def family(key: str) -> str:
    """The kind within which types may be confused without harm; all numbers are one kind."""
    return FAMILIES.get(key, "id")
