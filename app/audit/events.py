"""The event vocabulary: every tag there is, `area.subject.verb` with the verb in the past."""

from __future__ import annotations

from enum import StrEnum


class Tag(StrEnum):
    """What happened. `needs_proof` tags are awaited: the answer carries a sealed checkpoint.

    Which tags may cover a record its table says (`info["tags"]`); `app/core/db.py` refuses the others at commit.
    """

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
    IDENTITY_SUSPENDED = "accounts.identity.suspended", "After a reset nothing is signed until anew.", True
    PASSWORD_RESET_ISSUED = "accounts.password.reset_issued", "A one-time link to choose a password was made."
    PASSWORD_CHANGED = "accounts.password.changed", "A person chose a new password; other sessions ended."
    CREDENTIAL_GRANTED = "accounts.credential.granted", "A verified qualification was recorded.", True
    CREDENTIAL_CHECKED = "accounts.credential.checked", "A clinician looked again at a credential.", True
    TRAINING_RECORDED = "accounts.training.recorded", "A training of a person was recorded."
    TRAINING_REVOKED = "accounts.training.revoked", "A record of a training was withdrawn."
    CREDENTIAL_REVOKED = "accounts.credential.revoked", "A qualification was withdrawn.", True
    ROLE_GRANTED = "accounts.role.granted", "A server-wide role was given.", True
    ROLE_REVOKED = "accounts.role.revoked", "A server-wide role was taken away.", True
    SIGNED_IN = "accounts.session.opened", "Somebody signed in."
    SIGN_IN_FAILED = "accounts.session.refused", "A sign-in failed; which part was wrong is not said."
    SIGN_IN_LOCKED = "accounts.session.locked", "After too many failures, tries were refused for a time."
    SIGNED_OUT = "accounts.session.closed", "Somebody signed out, or the session was ended."
    FACTOR_ADDED = "accounts.factor.added", "A second factor was set up, after a live check of it."
    FACTOR_REMOVED = "accounts.factor.removed", "A second factor was removed by its owner."
    FACTORS_RESET = "accounts.factor.reset", "All second factors of a person were removed by somebody else.", True
    FACTOR_REFUSED = "accounts.factor.refused", "After a right password the second factor was wrong."
    RECOVERY_CODES_MADE = "accounts.recovery_codes.made", "A person was given new recovery codes; older ones ended."
    RECOVERY_CODE_USED = "accounts.recovery_code.used", "A recovery code stood in for a second factor, once."
    BROWSERS_FORGOTTEN = "accounts.browser.forgotten", "A person's known browsers are unknown again."
    PROVIDER_LINKED = "accounts.provider.linked", "An account was tied to one at the identity provider.", True
    PROVIDER_UNLINKED = "accounts.provider.unlinked", "An account was untied from the identity provider.", True
    ROLE_PROPOSED = "accounts.role_proposal.made", "Groups at the identity provider suggest to give or take a role."
    ROLE_PROPOSAL_DECIDED = "accounts.role_proposal.decided", "A suggested change of roles was accepted or declined."
    ACT_DENIED = "accounts.act.denied", "An act was refused by the policy."
    USE_LIMITED = "accounts.use.limited", "A person did something more often than one may in a while."
    DENIALS_COUNTED = "accounts.act.denials_counted", "How often more an act was refused in a minute that is over."
    APPROVAL_ASKED = "accounts.approval.asked", "An act that takes two people was asked for."
    APPROVAL_GIVEN = "accounts.approval.given", "A second person approved an act; it was carried out.", True
    APPROVAL_REFUSED = "accounts.approval.refused", "An act that takes two people was refused, or taken back."
    APPROVAL_USED = "accounts.approval.used", "An approved act outside the database began; its approval is spent."
    BOOTSTRAP_OPENED = "accounts.bootstrap.opened", "Two administrators were named; until the end they act alone.", True
    BOOTSTRAP_CLOSED = "accounts.bootstrap.closed", "Setting up is over: roles and credentials take two people.", True
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
    GUIDELINE_SIGNED = "guidelines.version.signed", "A clinician signed a guideline version.", True
    GUIDELINE_ACKNOWLEDGED = "guidelines.version.acknowledged", "A person stated having read a version."
    CODE_RELEASE_INSTALLED = "terminology.release.installed", "A release of a code system was installed."

    # stages
    BATCH_STARTED = "intake.batch.started", "A delivery was opened."
    BATCH_LOADED = "intake.batch.loaded", "A chunk of records was stored under quarantine."
    BATCH_FINISHED = "intake.batch.finished", "A batch was read to its end."
    BATCH_WITHDRAWN = "intake.batch.withdrawn", "A batch's texts and keys were destroyed.", True
    SUBJECT_ERASED = "privacy.subject.erased", "Everything that can be read of one patient was destroyed.", True
    SOURCES_EXPIRED = "privacy.sources.expired", "Texts as received were destroyed: their time was over.", True
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
    ORIGINALS_OPENED = "deid.originals.opened", "A privacy officer typed the password again, to see what was removed."
    ORIGINALS_CLOSED = "deid.originals.closed", "A privacy officer put the originals away."
    ORIGINALS_SHOWN = "deid.originals.shown", "What was removed from texts was shown to a privacy officer."
    REMOVAL_UNDONE = "deid.removal.undone", "Words were put back: no identifier; the text has a new version."
    REMOVAL_UPHELD = "deid.removal.upheld", "A reported removal was found to be right."
    PLACES_SETTLED = "deid.places.settled", "A privacy officer looked at places of texts and left them as they are."
    KEPT_WORD_RULED = "deid.kept_word.ruled", "A word that was put back once is kept in a whole project, or is not."
    DOCUMENT_FLAGGED = "deid.document.flagged", "A text was held: an identifier learnt later stands in it."
    DOCUMENTS_PREANNOTATED = "preannotate.chunk.done", "A chunk of documents was tagged by, or refused to, a pipeline."
    PIPELINE_REGISTERED = "preannotate.entry.registered", "A statement about a pipeline was entered into the register."
    PIPELINE_SIGNED = "preannotate.entry.signed", "The owner of a pipeline signed its entry; it is in force.", True
    PIPELINE_WITHDRAWN = "preannotate.entry.withdrawn", "The entry of a pipeline was taken out of force.", True

    # review
    ITEM_CREATED = "review.item.created", "An item entered review."
    ITEM_ADVANCED = "review.item.advanced", "An item changed its state."
    ITEM_GUIDELINE_MOVED = "review.item.guideline_moved", "An item in review was put under another guideline version."
    WORKFLOW_COMPOSED = "review.workflow.composed", "A project's own workflow was put into force."
    DRAWS_SEEDED = "review.draws.seeded", "What a project draws its samples by was fixed; its digest is here."
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
    CONFLICT_DECLARED = "review.conflict.declared", "A person is kept from the texts of a patient."
    CONFLICT_ENDED = "review.conflict.ended", "A conflict of interest was taken off the list."
    DOCUMENT_VIEWED = "review.document.viewed", "A document's text was shown to a person."
    EMERGENCY_OPENED = "review.emergency.opened", "Somebody broke the glass: one text, a stated reason, minutes.", True
    EMERGENCY_CLOSED = "review.emergency.closed", "Emergency access was ended before its time."
    EMERGENCY_VIEWED = "review.emergency.viewed", "A text was shown under emergency access."
    EMERGENCY_REVIEWED = "review.emergency.reviewed", "Somebody else judged whether it was justified.", True
    PHI_REPORTED = "review.phi.reported", "A reader reported an identifier; the item was hidden."
    REMOVAL_REPORTED = "review.removal.reported", "Words were reported as wrongly removed; the item was held."
    ITEM_RENEWED = "review.item.renewed", "An item took another's place: its text was corrected."

    # quality
    ITEM_COPIED = "quality.item.copied", "A text was given to one reader once more, to be held against an answer."
    ITEM_SEEDED = "quality.item.seeded", "A copy was given out among ordinary work; against what it is held."
    GOLD_ADDED = "quality.gold.added", "An answer became gold, or somebody named was asked to make it."
    GOLD_MADE = "quality.gold.made", "Somebody named made a gold answer."
    CALIBRATION_SET_MADE = "quality.calibration.set_made", "A set of texts with gold was put together."
    CALIBRATION_SET_CLOSED = "quality.calibration.set_closed", "A calibration set is read no more."
    CALIBRATION_BEGUN = "quality.calibration.begun", "People were given a calibration set to read blind."
    CALIBRATION_SCORED = "quality.calibration.scored", "A reading of a calibration set was held against its gold."
    LOT_OPENED = "quality.lot.opened", "A lot was opened; the seed of its sample is committed by digest."
    LOT_DRAWN = "quality.lot.drawn", "A lot was closed and its sample drawn."
    LOT_CHECKED_BLIND = "quality.lot.marked_blind", "A sampled document was marked before its answer was shown."
    LOT_CHECKED = "quality.lot.checked", "A person gave a verdict on one sampled answer."
    LOT_DECIDED = "quality.lot.decided", "A lot was accepted or refused; its seed is told."
    DRIFT_ALARMED = "quality.drift.alarmed", "A control chart of a reader and a label gave an alarm."
    DRIFT_ANSWERED = "quality.drift.answered", "A lead answered an alarm: one step of the ladder, or none."

    # release
    RELEASE_CUT = "release.release.cut", "An immutable dataset version was made.", True
    RELEASE_RECALLED = "release.release.recalled", "An item of a release was taken out: no more copies.", True
    RELEASE_EXPORTED = "release.release.exported", "A release was written in a format."
    INSPECTION_MADE = "release.inspection.made", "A bundle of one item or release was made for inspection."
    WORK_EXPORTED = "release.work.exported", "Unfinished work was written in a format, marked as no release."
    TRANSITIONS_DECLARED = "audit.transitions.declared", "The state machines in force, by digest."
    ROWS_DECLARED = "audit.rows.declared", "From here on events commit to whole rows; how many there were before."
    SCRIPT_DECLARED = "audit.script.declared", "The script that checks this log for outsiders, by digest."
    AUDIT_EXPORTED = "audit.log.exported", "The log was exported for verification."
    CLOCK_SET_BACK = "audit.clock.set_back", "The clock went back since the last checkpoint: from when to when."
    LOG_RESTORED = "audit.log.restored", "The log went on from a backup; what was lost is named.", True
    MACS_BEGUN = "audit.macs.begun", "From here on each event carries a MAC; the key is named by its id."
    EVENT_KEY_CHANGED = "audit.event_key.changed", "A key of MACs was added, put into use, or taken out.", True
    TAMPERING_FOUND = "audit.tampering.found", "Rows that no application wrote were refused, or a stream has a gap."
    CHECKPOINT_KEY_LOST = "audit.key.lost", "The log goes on under a key that no earlier one vouches for.", True
    CHECKPOINT_KEY_ROTATED = "audit.key.rotated", "The log began to sign with another key.", True
