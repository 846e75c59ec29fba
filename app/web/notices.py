"""What a page says after a form was accepted: a fixed list, named in the address, never typed text."""

from __future__ import annotations

from flask import request

from app.http.values import row_number

NOTICES = {
    "signed-out": "You are signed out.",
    "password-chosen": "Your password is set. Sign in with it.",
    "password-changed": "Your password is changed; your other sessions have ended.",
    "deactivated": "The account is closed and its sessions have ended.",
    "reactivated": "The account is open again.",
    "identity-verified": "The identity is recorded as verified.",
    "credential-granted": "The credential is recorded.",
    "credential-revoked": "The credential is revoked from now on.",
    "role-granted": "The role is given.",
    "role-revoked": "The role is taken away.",
    "sessions-ended": "All sessions of this person have ended.",
    "assigned": "{count} items are assigned.",
    "none-assigned": "Nothing was assigned: no item is ready, or too few people may read.",
    "settings-changed": "The settings are saved.",
    "member-added": "The role is given.",
    "member-removed": "The role has ended.",
    "schema-loaded": "The label schema is loaded.",
    "paper-filed": "The paper is filed.",
    "batch-started": "The files are being read.",
    "batch-withdrawn": "The texts and keys of the delivery are destroyed.",
    "guideline-published": "The version is in force.",
    "guideline-acknowledged": "It is recorded that you have read this version and accept it.",
    "items-moved": "{count} items go on under this version. Whoever works on them accepts it first.",
    "question-answered": "The answer is given.",
    "hold-closed": "The hold is closed.",
    "run-queued": "The texts are being looked at.",
    "entry-registered": "The entry is in the register. It has no effect before its owner signs it.",
    "entry-signed": "The entry is signed and in force.",
    "entry-withdrawn": "The entry is withdrawn; the pipeline tags nothing more.",
    "release-cut": "The release is made.",
    "document-accepted": "The document may be read now.",
    "audit-planned": "The plan is in the log. Draw the sample when you are ready.",
    "sample-drawn": "The sample is drawn.",
    "audit-closed": "The audit is closed; its seed is in the log.",
    "all-checked": "You have checked all there is for you.",
    "identifiers-redacted": "The text has a new version without these places, and the old text is destroyed.",
    "report-dismissed": "The item goes on.",
    "document-refused": "The document is kept back.",
}


def notice() -> str:
    """The sentence of `?notice=…`, or nothing; its number comes from `?count=…`."""
    sentence = NOTICES.get(request.args.get("notice", ""), "")
    return sentence.format(count=request.args.get("count", 0, type=row_number))
