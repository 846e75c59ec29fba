"""The event vocabulary: every tag there is, `area.subject.verb` with the verb in the past."""

from __future__ import annotations

from enum import StrEnum


class Tag(StrEnum):
    """What happened. `needs_proof` tags are awaited: the answer carries a sealed checkpoint."""

    doc: str
    needs_proof: bool

    def __new__(cls, value: str, doc: str, needs_proof: bool = False) -> Tag:
        tag = str.__new__(cls, value)
        tag._value_ = value
        tag.doc = doc
        tag.needs_proof = needs_proof
        return tag

    # accounts
    PERSON_CREATED = "accounts.person.created", "An account was opened for one individual."
    PERSON_DEACTIVATED = "accounts.person.deactivated", "An account was closed; its sessions ended.", True
    PERSON_REACTIVATED = "accounts.person.reactivated", "A closed account was opened again.", True
    IDENTITY_VERIFIED = "accounts.identity.verified", "Somebody established who a person is.", True
    PASSWORD_RESET_ISSUED = "accounts.password.reset_issued", "A one-time link to choose a password was made."
    PASSWORD_CHANGED = "accounts.password.changed", "A person chose a new password; other sessions ended."
    CREDENTIAL_GRANTED = "accounts.credential.granted", "A verified qualification was recorded.", True
    CREDENTIAL_REVOKED = "accounts.credential.revoked", "A qualification was withdrawn.", True
    ROLE_GRANTED = "accounts.role.granted", "A server-wide role was given.", True
    ROLE_REVOKED = "accounts.role.revoked", "A server-wide role was taken away.", True
    SIGNED_IN = "accounts.session.opened", "Somebody signed in."
    SIGN_IN_FAILED = "accounts.session.refused", "A sign-in failed; which part was wrong is not said."
    SIGN_IN_LOCKED = "accounts.session.locked", "After too many failures, tries were refused for a time."
    SIGNED_OUT = "accounts.session.closed", "Somebody signed out, or the session was ended."
    ACT_DENIED = "accounts.act.denied", "An act was refused by the policy."
    REAUTHENTICATED = "accounts.reauthentication.made", "A person showed again who they are, to sign."
    REAUTH_FAILED = "accounts.reauthentication.refused", "A signature was attempted and not authenticated."

    # corpus and guidelines
    PROJECT_CREATED = "corpus.project.created", "A project was created."
    PROJECT_CHANGED = "corpus.project.changed", "A setting of a project was changed."
    MEMBER_ADDED = "corpus.member.added", "A person was given a role in a project."
    MEMBER_REMOVED = "corpus.member.removed", "A person's role in a project ended."
    PAPER_FILED = "corpus.paper.filed", "An agreement, approval or legal basis was filed."
    SCHEMA_LOADED = "corpus.schema.loaded", "A version of a label schema was stored."
    GUIDELINE_PUBLISHED = "guidelines.version.published", "A guideline version came into force."
    GUIDELINE_ACKNOWLEDGED = "guidelines.version.acknowledged", "A person stated having read a version."
    CODE_RELEASE_INSTALLED = "terminology.release.installed", "A release of a code system was installed."

    # stages
    BATCH_STARTED = "intake.batch.started", "A delivery was opened."
    BATCH_LOADED = "intake.batch.loaded", "A chunk of records was stored under quarantine."
    BATCH_FINISHED = "intake.batch.finished", "A batch was read to its end."
    BATCH_WITHDRAWN = "intake.batch.withdrawn", "A batch's texts and keys were destroyed.", True
    SUBJECTS_DEIDENTIFIED = "deid.chunk.done", "A chunk of subjects was de-identified."
    DOCUMENT_RELEASED_FROM_QUARANTINE = "deid.document.accepted", "A privacy officer accepted a document."
    DOCUMENT_REFUSED = "deid.document.refused", "A privacy officer refused a document."
    LEAK_AUDIT_PLANNED = "deid.leak_audit.planned", "A leak audit was planned; its seed is committed by digest."
    LEAK_AUDIT_DRAWN = "deid.leak_audit.drawn", "A sample of documents was drawn for a blind leak check."
    LEAK_CHECKED = "deid.leak_audit.checked", "A person checked one document of a leak audit, blind."
    LEAK_AUDIT_CLOSED = "deid.leak_audit.closed", "A leak audit was evaluated."
    PHI_REDACTED = (
        "deid.incident.redacted",
        "Reported identifiers were replaced in a new version; the old text was destroyed.",
        True,
    )
    PHI_DISMISSED = "deid.incident.dismissed", "A reported place was found to be no identifier."
    DOCUMENT_FLAGGED = "deid.document.flagged", "A text was held: an identifier learnt later stands in it."
    DOCUMENTS_PREANNOTATED = "preannotate.chunk.done", "A chunk of documents was tagged by, or refused to, a pipeline."
    PIPELINE_REGISTERED = "preannotate.entry.registered", "A statement about a pipeline was entered into the register."
    PIPELINE_SIGNED = "preannotate.entry.signed", "The owner of a pipeline signed its entry; it is in force.", True
    PIPELINE_WITHDRAWN = "preannotate.entry.withdrawn", "The entry of a pipeline was taken out of force.", True

    # review
    ITEM_CREATED = "review.item.created", "An item entered review."
    ITEM_ADVANCED = "review.item.advanced", "An item changed its state."
    ITEM_GUIDELINE_MOVED = "review.item.guideline_moved", "An item in review was put under another guideline version."
    ROUND_OPENED = "review.round.opened", "A round of independent reading began."
    ASSIGNMENT_OFFERED = "review.assignment.offered", "A person was given an item to read."
    ASSIGNMENT_ADVANCED = "review.assignment.advanced", "An assignment changed its state."
    DRAFT_STARTED = "review.draft.started", "A draft began from suggestions."
    ELEMENT_ADDED = "review.element.added", "An annotator put a new element."
    ELEMENT_CHANGED = "review.element.changed", "An annotator changed an element."
    ELEMENT_REMOVED = "review.element.removed", "An annotator removed an element."
    ELEMENT_CONFIRMED = "review.element.confirmed", "A verifier confirmed one element by itself."
    SUBMISSION_FROZEN = "review.submission.frozen", "An answer was frozen."
    SUBMISSION_RECALLED = "review.submission.recalled", "An answer was recalled by its author."
    CASE_RULED = "review.case.ruled", "A difference was settled."
    RULING_WITHDRAWN = "review.ruling.withdrawn", "A settlement was taken back before closing."
    ANSWER_SETTLED = "review.gold.frozen", "An adjudicated or verified answer was frozen."
    SIGNATURE_MADE = "review.signature.made", "A record was signed.", True
    HOLD_OPENED = "review.hold.opened", "An item was held back."
    HOLD_CLOSED = "review.hold.closed", "A hold ended."
    QUESTION_ASKED = "review.question.asked", "A question about the guideline was asked."
    QUESTION_ANSWERED = "review.question.answered", "A question was answered."
    DOCUMENT_VIEWED = "review.document.viewed", "A document's text was shown to a person."
    PHI_REPORTED = "review.phi.reported", "A reader reported an identifier; the item was hidden."

    # release
    RELEASE_CUT = "release.release.cut", "An immutable dataset version was made.", True
    RELEASE_RECALLED = "release.release.recalled", "An item of a release was taken out: no more copies.", True
    RELEASE_EXPORTED = "release.release.exported", "A release was written in a format."
    TRANSITIONS_DECLARED = "audit.transitions.declared", "The state machines in force, by digest."
    AUDIT_EXPORTED = "audit.log.exported", "The log was exported for verification."
    LOG_RESTORED = "audit.log.restored", "The log went on from a backup; what was lost is named.", True
    CHECKPOINT_KEY_ROTATED = "audit.key.rotated", "The log began to sign with another key.", True
