"""Numbers that a label names (G to M, P, R): record, plan, account, licence, device and other ids."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.deidentify.lexicon.lists import lines
from app.deidentify.note import Note
from app.deidentify.recogniser import VALUE, LabelledValue, labelled
from app.deidentify.span import Span

_SSN = re.compile(r"\d{3}([-\s])\d{2}\1\d{4}(?![\d-])")
_MASKED_SSN = re.compile(r"(?:xxx|\*{3}|XXX)[-\s]?(?:xx|\*\*|XX)[-\s]?\d{4}\b")


class SocialSecurity(LabelledValue):
    key = "ssn"
    types = ("SSN",)
    triggers = ("ssn", "ss", "social", "last", "soc")
    pattern = labelled(
        r"ssn|ss\s?(?:#|no\b\.?|number)|soc(?:ial|\.)?\ssec(?:urity)?|last\s(?:four|4)(?:\sdigits)?(?:\sof)?(?:\s\w+)?\s(?:ssn|ss|social)|last\s(?:four|4)(?:\sdigits)?(?=\s?[:#])|social(?=\s(?:ends|ending|no\b|number|is|#|last|xxx|\*|\d))",
        r"(?:[x*]{3}[-\s]?[x*]{2}[-\s]?)?\d{3}[-\s]?\d{2}[-\s]?\d{4}|(?:[x*]{3}[-\s]?[x*]{2}[-\s]?)?\d{4}",
    )
    score = 0.95

    def find(self, note: Note) -> Iterator[Span]:
        yield from super().find(note)
        for position in note.numbers:
            match = _SSN.match(note.text, note.starts[position])
            if match and not _touches_digit(note.text, match.start()):
                yield Span(match.start(), match.end(), "SSN", 0.75, self.key)
        if "xx" in note.text or "XX" in note.text or "**" in note.text:
            for match in _MASKED_SSN.finditer(note.text):
                yield Span(match.start(), match.end(), "SSN", 0.8, self.key)


class MedicalRecords(LabelledValue):
    key = "mrn"
    types = ("MRN",)
    triggers = (
        "mrn",
        "mr",
        "medical",
        "med",
        "chart",
        "record",
        "hospital",
        "unit",
        "emr",
        "mrnumber",
        "hosp",
        "emrn",
        "uhid",
        "crn",
        "urn",
        "patient",
        "pt",
        "cr",
    )
    pattern = labelled(
        r"mrn?\s?\#|e?mrn|mrnumber|med(?:ical|\.)?\srec(?:ord|\.)?s?|chart(?=\s?(?:#|no|num|:|id))|record(?=\s?(?:#|no|num|:|id))"
        r"|hosp(?:ital|\.)?\s(?=no|num|#|id)|unit\s(?=no|num|#|n0)|emr|uhid|crn(?=\s?[:#])|urn(?=\s?[:#])|(?:patient|pt)\s(?:file|record|chart)"
    )


class HealthPlans(LabelledValue):
    key = "health-plan"
    types = ("HEALTH_PLAN",)
    triggers = lines("health_plans_triggers")
    pattern = labelled(
        r"(?:(?:health|medical|medicare|medicaid|hmo|ppo|insurance|ins\.?|hp)\s){0,2}"
        r"(?:(?:care|plan|insurance|policy|member|beneficiary|subscriber|coverage|payer|group|card|claim|ins|bene|ben)\.?(?:\s|(?=[:#]))?){0,3}"
        r"(?:(?<=policy)|(?<=policy\s)|(?<=plan)|(?<=plan\s)|(?<=member)|(?<=member\s)|(?<=beneficiary)|(?<=beneficiary\s)"
        r"|(?<=subscriber)|(?<=subscriber\s)|(?<=insurance)|(?<=insurance\s)|(?<=coverage)|(?<=coverage\s)|(?<=group\s)"
        r"|(?<=payer\s)|(?<=card\s)|(?<=claim\s)|(?<=medicare\s)|(?<=medicaid\s)|(?<=ins\s)|(?<=ins\.)|(?<=ins\.\s)|(?<=health\s)"
        r"|(?<=ben\s)|(?<=bene\s))"
        r"|medicare(?=\s?[:#]?\s?\d{4}\s)|mbi|hicn?|hcn|ohip|phn|ihi|dva|ahv|hpb?n?|hbn|healthplan|nhs|payor|insured|(?<=hmo)|(?<=ppo)"
    )

    def accepts(self, value: str, note: Note, match: re.Match[str]) -> bool:
        return sum(c.isdigit() for c in value) >= 4


class Accounts(LabelledValue):
    key = "account"
    types = ("ACCOUNT",)
    triggers = (
        "account",
        "accounts",
        "acct",
        "card",
        "cards",
        "credit",
        "debit",
        "iban",
        "invoice",
        "billing",
        "bank",
        "routing",
        "visa",
        "mastercard",
        "amex",
    )
    pattern = labelled(
        r"acc(?:oun)?ts?|(?:credit|debit|bank)?\s?(?:card|account)s?|iban|invoice|billing\s(?=no|num|#|id|acc)|routing|visa|mastercard|amex"
        r"|credit|debit|bank"
    )

    def accepts(self, value: str, note: Note, match: re.Match[str]) -> bool:
        return sum(c.isdigit() for c in value) >= 4


class Licences(LabelledValue):
    key = "licence"
    types = ("LICENSE",)
    triggers = lines("licences_triggers")
    pattern = labelled(
        r"(?:driver['’]?s?['’]?|driving)\s?lic(?:en[cs]e)?|lic(?:en[cs]e|\.)?|dea|npi|upin|cert(?:ificate|ification)?|passport|dl\s?(?=#|no|:)"
        r"|registration(?=\s?(?:no|num|#|:|id))|clia|gmc|nmc|ahpra|cpso|imc(?=\s?[:#])|prov(?:ider|\.)?\s(?=no|num|#)|board\scert\s?#"
    )

    def accepts(self, value: str, note: Note, match: re.Match[str]) -> bool:
        return sum(c.isdigit() for c in value) >= 4


class Vehicles(LabelledValue):
    key = "vehicle"
    types = ("VEHICLE",)
    triggers = (
        "vin",
        "plate",
        "plates",
        "vehicle",
        "registration",
        "tag",
        "license",
        "licence",
        "reg",
        "car",
        "rego",
        "van",
        "truck",
        "index",
    )
    pattern = labelled(
        r"vin|(?:licen[cs]e\s)?plates?|vehicle\s(?:id(?:entification)?|tag|reg(?:istration)?|no|number|plate)|(?:car|van|truck)\s(?:plate|registration|reg)|reg(?:istration)?\splate|rego|index\smark"
        r"|reg(?:istration|\.)?(?=\s?:?\s?(?-i:[A-Z]{1,3}\s?\d{1,4}\s?[A-Z]{0,3}\b))",
        r"(?=[A-Z0-9 -]{0,9}\d)[A-Z0-9]{1,17}(?-i:(?:[ -][A-Z0-9]{2,5}){0,2})",
    )
    _vin = re.compile(r"(?=[A-HJ-NPR-Z0-9]*\d{4})(?=[A-HJ-NPR-Z0-9]*[A-Z])[A-HJ-NPR-Z0-9]{17}\b")

    def accepts(self, value: str, note: Note, match: re.Match[str]) -> bool:
        return len(value) > 3

    def find(self, note: Note) -> Iterator[Span]:
        yield from super().find(note)
        for position, word in enumerate(note.words):
            if len(word) == 17 and self._vin.fullmatch(word.upper()):
                score = 0.95 if vin_is_valid(word.upper()) else 0.7
                yield Span(note.starts[position], note.end(position), "VEHICLE", score, self.key)


class Devices(LabelledValue):
    key = "device"
    types = ("DEVICE",)
    triggers = ("serial", "sn", "lot", "udi", "device", "s", "implant", "model", "ser")
    pattern = labelled(
        r"serial|ser\.?\sno|s/n|sn(?=\s?[:#.]|\s[A-Z0-9]*\d)|lot(?=\s?(?:no|num|#|:)|\s[A-Z]*\d)|udi|device\s(?:id(?:entifier)?|serial|no|number|#)"
        r"|implant\s(?:id|serial|no|number|#)|model\s(?:no|number|#)"
    )
    _udi = re.compile(r"\(01\)\d{14}(?:\(\d{2,3}\)[A-Za-z0-9./+-]+)*")

    def find(self, note: Note) -> Iterator[Span]:
        yield from super().find(note)
        if "(01)" in note.text:
            for match in self._udi.finditer(note.text):
                yield Span(match.start(), match.end(), "DEVICE", 0.95, self.key)

    def accepts(self, value: str, note: Note, match: re.Match[str]) -> bool:
        return len(value) >= 4


class Biometrics(LabelledValue):
    key = "biometric"
    types = ("BIOMETRIC",)
    triggers = (
        "fingerprint",
        "voiceprint",
        "voice",
        "retina",
        "retinal",
        "iris",
        "biometric",
        "palm",
        "face",
        "finger",
        "template",
        "facial",
        "hand",
        "gait",
        "dna",
        "retinae",
        "irises",
        "voiceprints",
        "fingerprints",
    )
    pattern = labelled(
        r"(?:finger\s?print|voice\s?print|retinal?\sscan|iris\sscan|biometric|palm\s?print|face\s?print|(?:palm|finger)\svein(?:\sreader)?|face\s?id|facial\srecognition|hand\sgeometry|gait\ssignature|dna\sprofile"
        r"|template)s?(?:\s(?:id|template|file|hash|record|ref(?:erence)?|scan|on|stored|as|under|code|key))*"
    )
    _acuity = re.compile(r"\d{1,3}[/.]\d{1,4}|\d{1,2}[/-]\d{1,2}[/-]\d{2,4}|(?:19|20)\d{2}")

    def accepts(self, value: str, note: Note, match: re.Match[str]) -> bool:
        """Not the acuity, date or measurement that follows "retinal scan"."""
        return len(value) >= 4 and not self._acuity.fullmatch(value)


class OtherIds(LabelledValue):
    """Anything a label calls an id, a number of a case, an order, a visit …"""

    key = "other-ids"
    types = ("ID",)
    triggers = lines("other_ids_triggers")
    pattern = labelled(
        r"(?:(?:patient|pt|study|site|subject|participant|sample|client|customer|employee|user|login|case|visit|order|specimen)(?:['’]s)?\s?)?"
        r"(?:ids?|identifier)(?=\W)"
        r"|(?:case|study|accession|specimen|order|visit|encounter|confirmation|ref(?:erence)?|patient|pt|protocol|sample|subject|participant"
        r"|enrollment|claim|tracking|ticket|job|dictation|doc(?:ument)?|employee|client|customer|file|folder|req(?:uisition)?|badge)\.?\s?"
        r"(?=#|no\b|nr\b|num)|csn|fin(?=\s?[#:])|accession|barcode|specimen(?=:\s?\w*\d)|job(?=:\s?\d)|(?:our|your)\sref|ref(?=\s?[:#])|case(?=\s?[:#])"
        r"|(?:study\s|trial\s)?(?:subject|participant)\s?(?=:|[A-Z]{1,5}[-/]\d|\d{3,})|(?:study\s)?site\s(?=\d{3,})|claim(?=\s?[:#]|\s[A-Z]?-?\d)"
        r"|clock\s(?=no|num|#)|wrist\s?band|aadha?ar|bsn|nino|ni\s(?=no|num)|ppsn?(?=\s?(?:no|num|#|:))|pesel|personnummer|dni|nie(?=\s?[:#])"
        r"|curp|cpf|nric|hkid|pan\s(?=no|card|num)|voter\s(?=id|card)|(?:lock\s?box|gate|door|entry|access|alarm)\scode|passcode"
        r"|(?:asset|flight|locator|booking|run|incident|report|exhibit|docket|inmate|dispatch)\.?\s?(?=#|no\b|nr\b|num)",
        VALUE,
    )

    def accepts(self, value: str, note: Note, match: re.Match[str]) -> bool:
        return sum(c.isdigit() for c in value) >= 3 or len(value) >= 6


class UserNames(LabelledValue):
    """What somebody signs in or is found by on the net."""

    key = "user-names"
    types = ("NAME",)
    triggers = (
        "username",
        "user",
        "login",
        "screen",
        "handle",
        "skype",
        "twitter",
        "instagram",
        "facebook",
        "userid",
        "tiktok",
        "insta",
        "logon",
        "snapchat",
        "telegram",
        "by",
    )
    pattern = labelled(
        r"(?:user(?:\s?(?:name|id))?|log(?:in|on)(?:\s(?:name|id))?|screen\s?name|handle|skype|twitter|insta(?:gram)?|facebook|tiktok|snapchat|telegram"
        r"|by(?=\s[a-z]{2,12}\d{1,4}\b))",
        r"@?(?:live:)?[A-Za-z][\w.-]{2,30}\w",
    )

    def accepts(self, value: str, note: Note, match: re.Match[str]) -> bool:
        """A name with a digit, a mark or a colon before it; "login failed" is none."""
        before = note.text[max(0, match.start("v") - 2) : match.start("v")]
        marked = any(c.isdigit() or c in "_@" for c in value)
        if match.group()[:2].lower() == "by":
            return marked and value[0].isalpha() and not value[0].isupper()
        return marked or before.strip() in (":", "=") or value.startswith("live:")


# ISO 3779 with the North American check digit of 49 CFR 565: letters as digits, weights by place.
_VIN_VALUES = dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)
)
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def vin_is_valid(vin: str) -> bool:
    """Whether the ninth place is the check digit: the weighted sum modulo 11, ten written as X."""
    total = sum(w * (int(c) if c.isdigit() else _VIN_VALUES[c]) for c, w in zip(vin, _VIN_WEIGHTS, strict=True))
    return vin[8] == "0123456789X"[total % 11]


def _touches_digit(text: str, start: int) -> bool:
    return start > 0 and (text[start - 1].isdigit() or text[start - 1] == "-")
