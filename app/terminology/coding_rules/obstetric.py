"""Records of mothers and newborns: normal delivery, outcome of delivery, trimesters and weeks."""

from __future__ import annotations

from collections.abc import Iterator

from app.terminology.coding_rules.case import GUIDELINES, HINT, WARNING, CheckedEncounter, Finding
from app.terminology.coding_rules.references import shown
from app.terminology.icd10cm.facets import read_facets
from app.terminology.indexing.words import words

# Codes that say that a delivery took place in this encounter.
_DELIVERED = ("O80", "O82", "O601", "O602")


class NormalDelivery:
    """O80 stands alone in chapter 15, with Z37.0 as the only outcome."""

    key = "normal_delivery"
    title = "Normal delivery beside other obstetric codes"
    source = f"{GUIDELINES} I.C.15.n"

    def check(self, case: CheckedEncounter) -> Iterator[Finding]:
        if "O80" not in case.codes:
            return
        others = [code for code in case.codes if code[0] == "O" and code != "O80"]
        if others:
            yield Finding(
                self.key,
                WARNING,
                ["O80", *map(shown, others)],
                "O80 is for an uncomplicated delivery and is not coded with another code of chapter 15",
                self.source,
            )
        outcomes = [code for code in case.codes if code.startswith("Z37") and code != "Z370"]
        if outcomes:
            yield Finding(
                self.key,
                WARNING,
                ["O80", *map(shown, outcomes)],
                "Z37.0 is the only outcome of delivery that goes with O80",
                self.source,
            )
        if case.codes[0] != "O80":
            yield Finding(self.key, WARNING, ["O80"], "O80 is always the principal diagnosis", self.source)


class DeliveryRecord:
    """The outcome of delivery is on the mother's record, and only there; newborn codes are on the newborn's."""

    key = "delivery_record"
    title = "Outcome of delivery, and whose record it is"
    source = f"{GUIDELINES} I.C.15.a.2, I.C.15.b.5, I.C.16.a.1, I.C.21.c.12"

    def check(self, case: CheckedEncounter) -> Iterator[Finding]:
        mother = [c for c in case.codes if c[0] == "O"]
        newborn = [c for c in case.codes if c.startswith("Z38") or (c[0] == "P" and c < "P97")]
        outcome = [c for c in case.codes if c.startswith("Z37")]
        if mother and newborn:
            yield self._found([*mother, *newborn], "codes of the mother's and of the newborn's record together")
        elif outcome and newborn:
            yield self._found([*outcome, *newborn], "Z37 is for the mother's record, Z38 and P codes for the newborn's")
        if outcome and not mother and not newborn:
            yield self._found(outcome, "the outcome of delivery comes with the delivery, on the mother's record")
        delivered = [c for c in case.codes if c.startswith(_DELIVERED)]
        if delivered and not outcome and "O80" not in delivered:
            message = "every record of a delivery has an outcome of delivery (Z37.-)"
            yield Finding(self.key, HINT, list(map(shown, delivered)), message, self.source)

    def _found(self, codes: list[str], message: str) -> Finding:
        return Finding(self.key, WARNING, list(map(shown, codes)), message, self.source)


class Trimesters:
    """One trimester for an encounter, and the one that the weeks of gestation say."""

    key = "trimester"
    title = "Trimesters against each other and against the weeks"
    source = f"{GUIDELINES} I.C.15.a.3; chapter 15 note: 14 and 28 weeks"

    def check(self, case: CheckedEncounter) -> Iterator[Finding]:
        said: dict[str, list[str]] = {}
        for code, number in case.known():
            assert case.release is not None  # noqa: S101 (known() is empty without one)
            if code[0] == "O" or code.startswith("Z34"):
                trimesters = read_facets(words(case.release.preferred(number))).get("trimester", frozenset())
                if len(trimesters) == 1:
                    said.setdefault(next(iter(trimesters)), []).append(shown(code))
        if len(said) > 1:
            codes = [code for trimester in sorted(said) for code in said[trimester]]
            message = "codes of different trimesters; the trimester of the admission is coded"
            yield Finding(self.key, WARNING, codes, message, self.source)
        for weeks in (c for c in case.codes if c.startswith("Z3A") and c[3:].isdigit() and 8 <= int(c[3:]) <= 42):
            right = "1" if int(weeks[3:]) < 14 else "2" if int(weeks[3:]) < 28 else "3"
            for trimester, codes in said.items():
                if trimester != right:
                    message = f"{int(weeks[3:])} weeks are in trimester {right}"
                    yield Finding(self.key, WARNING, [shown(weeks), *codes], message, self.source)
