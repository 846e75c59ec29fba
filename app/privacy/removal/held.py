"""A held text in one act: its places decided, then let in, refused, or left for later."""

from __future__ import annotations

from dataclasses import replace

from app.accounts import policy
from app.accounts.actor import Actor
from app.core.db import Session
from app.core.errors import Conflict
from app.corpus.document import Document, get_document
from app.corpus.project import project_subject
from app.corpus.vault import Vault
from app.privacy.removal.deciding import PlaceChoices, decide, say_settled
from app.privacy.removal.originals import note_shown, open_until
from app.privacy.removal.places import Inspected, inspect_text, with_originals
from app.privacy.stage.review import accept, read_document


def read_held(
    session: Session, actor: Actor, vault: Vault, document_id: int, *, at: int
) -> tuple[Inspected, int | None]:
    """A text with its places, and until when its originals are open (None: it has none). Both views are in the log.

    Raises Forbidden or NotFound.
    """
    document, _ = read_document(session, actor, document_id, at=at)
    seen, until = inspect_text(session, vault, document), open_until(session, actor, document.project_id, at=at)
    if until is not None:
        seen = with_originals(session, vault, seen)
        note_shown(session, actor, document.project_id, [document.id], at=at)
    return seen, until


def decide_held(
    session: Session,
    actor: Actor,
    vault: Vault,
    document_id: int,
    choice: PlaceChoices,
    *,
    lets_in: bool,
    rest_as_is: bool = False,
    at: int,
) -> Document:
    """The text as it goes on. `lets_in`: readers may have it now; every doubtful place must be decided then, or
    `rest_as_is` says that the others are right as they stand.

    Raises as `decide` and `accept` do, and Conflict("undecided").
    """
    before = get_document(session, document_id)
    policy.require(session, actor, policy.Action.DECIDE_QUARANTINE, project_subject(before.project_id), at=at)
    document = before
    if rest_as_is:
        choice = _with_rest(choice, inspect_text(session, vault, before))
    if not choice.says_nothing:
        done = decide(session, actor, vault, document_id, choice, at=at)
        say_settled(session, actor, before.project_id, [before.id], done.settled, at=at)
        document = done.document
    if lets_in:
        if inspect_text(session, vault, document).waiting:
            raise Conflict("undecided", "decide on every doubtful place first, or refuse the text")
        accept(session, actor, document.id, at=at)
    return document


def _with_rest(choice: PlaceChoices, seen: Inspected) -> PlaceChoices:
    named = {*choice.put_back, *(key for key, _ in choice.remove)}
    rest = {place.key for place in seen.waiting} - named
    return replace(choice, settled=choice.settled | rest)
