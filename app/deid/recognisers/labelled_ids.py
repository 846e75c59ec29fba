"""Numbers that a label names (G to M, P, R): record, plan, account, licence, device and other ids."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.deid.lexicon.wordset import wordtuple
from app.deid.note import Note
from app.deid.recogniser import VALUE, LabelledValue, labelled
from app.deid.span import Span

_SSN = re.compile(r"\d{3}([-\s])\d{2}\1\d{4}(?![\d-])")
_MASKED_SSN = re.compile(r"(?:xxx|\*{3}|XXX)[-\s]?(?:xx|\*\*|XX)[-\s]?\d{4}\b")


class SocialSecurity(LabelledValue):
    key = "ssn"
    types = ("SSN",)
    triggers = ("ssn", "ss", "social", "last", "soc")
    pattern = labelled(
        r"ssn|ss\s?(?:#|no\b\.?|number)|soc(?:ial|\.)?\ssec(?:urity)?|last\s(?:four|4)(?:\sdigits)?(?:\sof)?(?:\s\w+)?\s(?:ssn|ss|social)",
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
    )
    pattern = labelled(
        r"mrn?\s?\#|e?mrn|mrnumber|med(?:ical|\.)?\srec(?:ord|\.)?s?|chart(?=\s?(?:#|no|num|:|id))|record(?=\s?(?:#|no|num|:|id))"
        r"|hosp(?:ital|\.)?\s(?=no|num|#|id)|unit\s(?=no|num|#)|emr"
    )


class HealthPlans(LabelledValue):
    key = "health-plan"
    types = ("HEALTH_PLAN",)
    triggers = wordtuple(
        """
    health insurance ins policy member beneficiary medicare medicaid mbi hicn hic subscriber group hpbn
    hbn hpb plan payer payor coverage medical healthplan hmo ppo nhs hp insured hpn
    """
    )
    pattern = labelled(
        r"(?:(?:health|medical|medicare|medicaid|hmo|ppo|insurance|ins\.?|hp)\s){0,2}"
        r"(?:(?:care|plan|insurance|policy|member|beneficiary|subscriber|coverage|payer|group|card|claim|ins|bene|ben)\.?(?:\s|(?=[:#]))?){0,3}"
        r"(?:(?<=policy)|(?<=policy\s)|(?<=plan)|(?<=plan\s)|(?<=member)|(?<=member\s)|(?<=beneficiary)|(?<=beneficiary\s)"
        r"|(?<=subscriber)|(?<=subscriber\s)|(?<=insurance)|(?<=insurance\s)|(?<=coverage)|(?<=coverage\s)|(?<=group\s)"
        r"|(?<=payer\s)|(?<=card\s)|(?<=claim\s)|(?<=medicare\s)|(?<=medicaid\s)|(?<=ins\s)|(?<=ins\.)|(?<=ins\.\s)|(?<=health\s)"
        r"|(?<=ben\s)|(?<=bene\s))"
        r"|mbi|hicn?|hpb?n?|hbn|healthplan|nhs|payor|insured|(?<=hmo)|(?<=ppo)"
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
    triggers = wordtuple(
        """
    license licence lic dea npi certificate cert certification driver drivers driving passport dl
    registration upin
    """
    )
    pattern = labelled(
        r"(?:driver['’]?s?['’]?|driving)\s?lic(?:en[cs]e)?|lic(?:en[cs]e|\.)?|dea|npi|upin|cert(?:ificate|ification)?|passport|dl\s?(?=#|no|:)"
        r"|registration(?=\s?(?:no|num|#|:|id))"
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
    )
    pattern = labelled(
        r"vin|(?:licen[cs]e\s)?plates?|vehicle\s(?:id(?:entification)?|tag|reg(?:istration)?|no|number|plate)|car\s(?:plate|registration)|reg(?:istration)?\splate",
        r"(?=[A-Z0-9 -]{0,9}\d)[A-Z0-9]{1,17}(?:[ -][A-Z0-9]{2,5}){0,2}",
    )
    _vin = re.compile(r"(?=[A-HJ-NPR-Z0-9]*\d{4})(?=[A-HJ-NPR-Z0-9]*[A-Z])[A-HJ-NPR-Z0-9]{17}\b")

    def find(self, note: Note) -> Iterator[Span]:
        yield from super().find(note)
        for position, word in enumerate(note.words):
            if len(word) == 17 and self._vin.fullmatch(word):
                yield Span(note.starts[position], note.end(position), "VEHICLE", 0.9, self.key)


class Devices(LabelledValue):
    key = "device"
    types = ("DEVICE",)
    triggers = ("serial", "sn", "lot", "udi", "device", "s", "implant", "model", "ser")
    pattern = labelled(
        r"serial|ser\.?\sno|s/n|sn(?=\s?[:#.]|\s[A-Z0-9]*\d)|lot(?=\s?(?:no|num|#|:)|\s[A-Z]*\d)|udi|device\s(?:id(?:entifier)?|serial|no|number|#)"
        r"|implant\s(?:id|serial|no|number|#)|model\s(?:no|number|#)"
    )
    _udi = re.compile(r"\(01\)\d{14}(?:\(\d{2}\)[A-Za-z0-9]+)*")

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
    )
    pattern = labelled(
        r"(?:finger\s?print|voice\s?print|retinal?\sscan|iris\sscan|biometric|palm\s?print|face\s?print)s?(?:\s(?:id|template|file|hash|record|ref(?:erence)?|scan))*"
    )


class OtherIds(LabelledValue):
    """Anything a label calls an id, a number of a case, an order, a visit …"""

    key = "other-ids"
    types = ("ID",)
    triggers = wordtuple(
        """
    id ids identifier case study accession specimen order visit encounter confirmation reference ref
    patient pt protocol sample subject participant enrollment claim csn fin tracking ticket barcode job
    dictation document doc employee site client customer file folder req requisition badge username
    login user
    """
    )
    pattern = labelled(
        r"(?:(?:patient|pt|study|site|subject|participant|sample|client|customer|employee|user|login|case|visit|order|specimen)(?:['’]s)?\s?)?"
        r"(?:ids?|identifier)(?=\W)"
        r"|(?:case|study|accession|specimen|order|visit|encounter|confirmation|ref(?:erence)?|patient|pt|protocol|sample|subject|participant"
        r"|enrollment|claim|tracking|ticket|job|dictation|doc(?:ument)?|employee|client|customer|file|folder|req(?:uisition)?|badge)\.?\s?"
        r"(?=#|no\b|nr\b|num)|csn|fin(?=\s?[#:])|accession|barcode|specimen(?=:\s?\w*\d)|job(?=:\s?\d)",
        VALUE,
    )

    def accepts(self, value: str, note: Note, match: re.Match[str]) -> bool:
        return sum(c.isdigit() for c in value) >= 3 or len(value) >= 6


def _touches_digit(text: str, start: int) -> bool:
    return start > 0 and (text[start - 1].isdigit() or text[start - 1] == "-")
