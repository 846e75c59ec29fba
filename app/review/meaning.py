"""What a signature says: one meaning and one statement for each way a step ends (21 CFR 11.50(a)(3))."""

from __future__ import annotations

from enum import StrEnum


class Act(StrEnum):
    """What the person does who ends a step."""

    SETTLE = "settle"
    VERIFY = "verify"
    REJECT = "reject"


class Meaning(StrEnum):
    """What a signature says."""

    ADJUDICATION = "adjudication"
    ESCALATION = "escalation"
    VERIFICATION = "verification"
    REJECTION = "rejection"


#: Word for word what the signer reads, and what the manifest keeps.
STATEMENTS = {
    Meaning.ADJUDICATION: "I settled the differences of this record and stand for the result.",
    Meaning.ESCALATION: "As senior reviewer I settled the differences of this record and stand for the result.",
    Meaning.VERIFICATION: "I verified this record and found it correct as it now stands.",
    Meaning.REJECTION: "I examined this record and reject it for the reason given; it is to be read anew.",
}

#: The step that ends with each meaning.
STEPS = {
    Meaning.ADJUDICATION: "adjudicate",
    Meaning.ESCALATION: "adjudicate",
    Meaning.VERIFICATION: "verify",
    Meaning.REJECTION: "verify",
}
