"""Ending a step with a signature, for every door: re-authenticate, seen, close, sign, prove."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.accounts import policy
from app.accounts.actor import Actor
from app.accounts.approval import ask
from app.accounts.signing import Factors, Intent, reauthenticate, spend_proof
from app.agreement.judgements import REASONS
from app.audit import checkpoint
from app.audit.sequencer import await_proof
from app.core.db import Database, Session
from app.core.digest import canonical_json, sha256
from app.core.errors import Conflict, Invalid
from app.review import adjudication, states, verification
from app.review.assignment import Assignment, find_own
from app.review.authority import narrowed, subject_of_item, workflow_for
from app.review.hold import require_no_hold
from app.review.item import CodeLookup, Item, get_item, no_codes
from app.review.meaning import STATEMENTS, Act, Meaning
from app.review.override import OVERRIDE, OverrideNeedsTwo
from app.review.proof import require_answers_proved, require_signer_proved
from app.review.signature import Ending, ManifestSigner, Signature, Signed, make_signature
from app.review.states import ItemState
from app.review.submission import Submission, contenders, latest_of
from app.review.workflows import ESCALATION_TIER, Step

PROOF_SECONDS = 5.0


@dataclass(frozen=True)
class Closing:
    """What a signer asks for: the act, the meaning they read, and the digest of what they have before them."""

    item_id: int
    act: Act
    #: empty: whatever the act means here; otherwise it must be that
    meaning: str = ""
    seen: str = ""
    reason: str = ""
    #: the second key of a senior reviewer who changes a label of weight while verifying
    confirmed: bool = False

    def intent(self) -> Intent:
        """What a proof of presence is bound to: this act, on this item, as seen, in this sense."""
        said = {"item": self.item_id, "act": self.act, "meaning": self.meaning, "reason": self.reason}
        said |= {"seen_sha256": self.seen, "confirmed": self.confirmed}
        return Intent(policy.Action.SIGN, sha256(canonical_json(said)))


@dataclass(frozen=True)
class Desk:
    """Where signatures are made: the database, the server's key, and the code systems answers are checked against."""

    database: Database
    signer: checkpoint.Signer
    codes: CodeLookup = no_codes


@dataclass(frozen=True)
class Closed:
    """A step that ended: where the item stands, the signature, and whether the log has sealed it (domain F.4)."""

    state: str
    signature: Signature
    sealed: bool


#: what an adapter writes in the transaction of a signature: the item's state, and the signature
Beside = Callable[[Session, str, Signed], None]


def close_signed(
    desk: Desk, actor: Actor, closing: Closing, factors: Factors, *, beside: Beside | None = None, at: int
) -> Closed:
    """End a step and sign it in one transaction, or nothing of both; then await the proof of inclusion.

    Raises Forbidden (a factor is wrong, tier, credential or identity at this moment), Conflict (not what was
    seen, not open), Invalid, or Unavailable (too many attempts).
    """
    intent = closing.intent()
    token = reauthenticate(desk.database, actor, factors, intent, at=at)

    def unit(session: Session) -> tuple[str, Signed]:
        proof = spend_proof(session, actor, token, intent, at=at)
        signed = sign_closing(
            session, actor, closing, signer=desk.signer, authentication=proof.to_dict(), codes=desk.codes, at=at
        )
        state = get_item(session, closing.item_id).state
        if beside is not None:
            beside(session, state, signed)
        return state, signed

    try:
        state, signed = desk.database.writing(unit)
    except OverrideNeedsTwo as needed:
        raise _asked_for(desk, actor, needed, at=at) from None
    return _proved(desk, state, signed)


def _asked_for(desk: Desk, actor: Actor, needed: OverrideNeedsTwo, *, at: int) -> Conflict:
    """Nothing was signed: a second senior reviewer is asked, and the signer told by which number."""
    try:
        number = desk.database.writing(lambda session: ask(session, actor, OVERRIDE, needed.facts, at=at).id)
    except Conflict as waiting:  # asked before, and not decided yet
        return Conflict("approval-needed", f"{needed.message}; {waiting.message}", details=needed.details)
    message = f"{needed.message}; it waits for approval {number}: sign again once it was given"
    return Conflict("approval-needed", message, details=dict(needed.details) | {"approval": number})


def closed_again(desk: Desk, state: str, signature_id: int, event_id: str) -> Closed:
    """What `close_signed` said of a signature that was made, to who asks for it again."""
    with desk.database.reading() as session:
        signature = session.get_one(Signature, signature_id)
    return _proved(desk, state, Signed(signature, event_id))


def _proved(desk: Desk, state: str, signed: Signed) -> Closed:
    receipts = await_proof(desk.database, desk.signer, [signed.event_id], PROOF_SECONDS)
    return Closed(state, signed.signature, receipts is not None)


def sign_closing(
    session: Session,
    actor: Actor,
    closing: Closing,
    *,
    signer: ManifestSigner,
    authentication: dict[str, Any],
    codes: CodeLookup = no_codes,
    at: int,
) -> Signed:
    """Seen, close, proved, sign: the part in one transaction. `authentication` says how the signer was known.

    The signature is bound to the digest of what this step submitted (of a rejection: what it rejects). Only the
    one with which the workflow ends takes the item to `signed`.
    """
    item = get_item(session, closing.item_id, lock=True)
    step = Step.ADJUDICATE if closing.act == Act.SETTLE else Step.VERIFY
    task = find_own(session, actor, item, step, at=at)
    meaning = _meaning(item, closing)
    _require_may_sign(session, actor, item, meaning, at=at)
    require_no_hold(session, item.id)
    _require_seen(session, task, closing)
    answer = _close(session, actor, task, closing, codes, at=at)
    # What was settled may hold a label that no reader marked, with a rule of its own.
    _require_may_sign(session, actor, item, meaning, at=at)
    require_signer_proved(session, actor, item.project_id)
    require_answers_proved(session, [item], {answer.id, *(one.id for one in contenders(session, task))})
    workflow = workflow_for(session, item)
    ends = item.state == ItemState.VERIFIED
    if ends and meaning not in workflow.endings:
        raise Conflict("not-the-last-step", f"this workflow does not end with the signature of {meaning}")
    ending = Ending(task, answer, meaning, closing.reason, workflow.key, ends)
    authentication = authentication | {"seen_sha256": closing.seen}
    signed = make_signature(session, actor, ending, signer=signer, authentication=authentication, at=at)
    if ends:
        data = {"signature": signed.signature.id, "gold": answer.body_sha256}
        states.advance(session, actor, item, "signed", data=data, at=at)
    return signed


def meanings_for(item: Item, step: str) -> dict[Act, Meaning]:
    """What a step's signature says here, by act."""
    if step == Step.ADJUDICATE:
        return {Act.SETTLE: Meaning.ESCALATION if item.state == ItemState.ESCALATED else Meaning.ADJUDICATION}
    if step == Step.VERIFY:
        return {Act.VERIFY: Meaning.VERIFICATION, Act.REJECT: Meaning.REJECTION}
    return {}


def statements_for(item: Item, step: str) -> dict[str, dict[str, str]]:
    """Act → meaning and statement, for the page on which they are read before signing."""
    offered = meanings_for(item, step)
    return {act.value: {"meaning": meaning.value, "statement": STATEMENTS[meaning]} for act, meaning in offered.items()}


def _meaning(item: Item, closing: Closing) -> Meaning:
    """The server's word for it; a signer who read another statement signs nothing. Raises Invalid."""
    step = Step.ADJUDICATE if closing.act == Act.SETTLE else Step.VERIFY
    meaning = meanings_for(item, step)[closing.act]
    if closing.meaning not in ("", meaning):
        raise Invalid("meaning", f"this signature means {meaning}: {STATEMENTS[meaning]}")
    if closing.reason and closing.reason not in REASONS:
        raise Invalid("reason", f"a reason is one of {', '.join(REASONS)}")
    return meaning


def _require_may_sign(session: Session, actor: Actor, item: Item, meaning: Meaning, *, at: int) -> None:
    """Role, tier of this step, credential and identity, at this moment. Raises Forbidden."""
    workflow = workflow_for(session, item)
    tiers = {
        Meaning.ADJUDICATION: workflow.of(Step.ADJUDICATE).tier,
        Meaning.ESCALATION: ESCALATION_TIER,
        Meaning.VERIFICATION: workflow.of(Step.VERIFY).tier,
        Meaning.REJECTION: workflow.of(Step.VERIFY).tier,
    }
    step = Step.ADJUDICATE if meaning in (Meaning.ADJUDICATION, Meaning.ESCALATION) else Step.VERIFY
    asked = workflow.specialties_of(step, escalated=meaning == Meaning.ESCALATION)
    subject = narrowed(subject_of_item(session, item, tiers[meaning]), asked)
    policy.require(session, actor, policy.Action.SIGN, subject, at=at)


def _require_seen(session: Session, task: Assignment, closing: Closing) -> None:
    """What is signed is what the signer had before them (21 CFR 11.70). Raises Conflict."""
    view = adjudication if closing.act == Act.SETTLE else verification
    if closing.seen != view.digest_of_view(session, task):
        raise Conflict("record-changed", "this is not what you have before you any more; reload, and look again")


def _close(
    session: Session, actor: Actor, task: Assignment, closing: Closing, codes: CodeLookup, *, at: int
) -> Submission:
    """Do what is signed; the answer it is about."""
    if closing.act == Act.REJECT:
        rejected = verification.answer_to_verify(session, task)
        verification.reject(session, actor, task, closing.reason, at=at)
        return rejected
    if closing.act == Act.SETTLE:
        adjudication.close(session, actor, task, codes=codes, at=at)
    else:
        verification.verify(
            session, actor, task, reason=closing.reason, confirmed=closing.confirmed, codes=codes, at=at
        )
    return latest_of(session, task.id)
