"""The insider exercise: what whoever holds the database, the keys, or the code as well can do to a released record.

    python -m tests.insider

Each hand tries one thing on a copy of a record with signatures and a release; printed is what came of it, without and
with an anchor that an auditor kept. Exit code 1 where something came out otherwise than `docs/insiders.md` says.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.audit import verify
from app.audit.selfcheck import check_whole
from app.core.clock import DAY
from app.core.errors import Conflict
from app.factory import create_app
from app.review.modality import MODALITIES
from tests.databases import build_schema
from tests.record_mutations import forged_event, reader, resealed
from tests.record_world import World, tell
from tests.team import T0
from tests.toy import Toy
from tests.unit.audit.events import signer_in
from tests.unit.audit.story import Bundle

TIER = "UPDATE credential SET tier = 4 WHERE id = 1"


@dataclass(frozen=True)
class Attempt:
    """What somebody holds, what they do to a copy of the world, and the exit codes without and with an anchor."""

    holds: str
    does: str
    act: Callable[[World], Path]
    codes: tuple[int, int]


def by_sql(*statements: Any) -> Callable[[World], Path]:
    def act(world: World) -> Path:
        for statement in statements:
            world.run(*(statement(world) if callable(statement) else (statement,)))
        return world.hand_out()

    return act


def older_state(world: World) -> Path:
    """The database as it was, put back over the newer one."""
    older = (world.folder / "world.db").read_bytes()
    with pytest.MonkeyPatch.context():
        world.hand_out("first")  # the log goes on, and is sealed
    world.database.dispose()
    for name in ("world.db-wal", "world.db-shm"):
        (world.folder / name).unlink(missing_ok=True)
    (world.folder / "world.db").write_bytes(older)
    return world.hand_out()


def rewritten(by: str, **options: Any) -> Callable[[World], Path]:
    def act(world: World) -> Path:
        bundle = Bundle(world.hand_out())
        resealed(by, **options)(bundle, world.signer(), signer_in(world.folder / "stranger"))
        return bundle.folder

    return act


def lying_script(world: World) -> Path:
    """A script that finds nothing, with a bundle that says it is the true one: signed by the key."""
    world.run(TIER)
    bundle = Bundle(world.hand_out())
    path = bundle.folder / "verify.py"
    path.write_text(path.read_text(encoding="utf-8").replace("self.broken += 1", "return", 1), encoding="utf-8")
    bundle.sign_scope(world.signer())
    return bundle.folder


SIGNATURE = forged_event(
    "review.signature.made",
    "item:1",
    {"type": "signature", "id": 98},
    reader(project_roles={"1": ["annotator"]}, tier=1),
)
ATTEMPTS = (
    Attempt("database", "a credential gets a higher tier", by_sql(TIER), (1, 1)),
    Attempt("database", "an answer is turned round", by_sql("UPDATE submission_body SET body = 'x'"), (1, 1)),
    Attempt("database", "a signature is forged as an event", by_sql(SIGNATURE), (1, 1)),
    Attempt("database", "the state of yesterday is put back", older_state, (1, 1)),
    Attempt("database and another key", "everything is rewritten", rewritten("stranger", keys=True), (1, 1)),
    Attempt("database and the log's key", "the end is cut off", rewritten("stolen", cut=2), (1, 1)),
    Attempt("database, keys and code", "a script that finds nothing is handed out", lying_script, (1, 1)),
)  # fmt: skip


def main() -> int:
    create_app()
    MODALITIES._parts["toy"] = Toy()
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told"
        told.mkdir()
        build_schema(f"sqlite:///{told / 'world.db'}")
        world = World(told)
        with pytest.MonkeyPatch.context() as patch:
            tell(world, patch)
        return max(_try(world.copy(Path(folder) / f"try{n}"), one) for n, one in enumerate(ATTEMPTS))


def _try(world: World, attempt: Attempt) -> int:
    print(f"\n{attempt.holds}: {attempt.does}")
    bundle = attempt.act(world)
    codes = []
    for anchor in ([], [world.folder / "kept.txt"]):
        found = verify.verify(bundle, anchor, [], [])
        codes.append(1 if found["breaks"] else 0 if found["ok"] else 3)
        first = found["breaks"][0]["message"] if found["breaks"] else "; ".join(found["unproved"]) or "holds"
        print(f"  {'with the kept checkpoint' if anchor else 'by itself'}: exit code {codes[-1]}, {first}")
    try:
        own = check_whole(world.database, world.signer(), at=T0 + DAY)
        print(f"  the server's own check: {own[0] if own else 'finds nothing'}")
    except Conflict as refusal:
        print(f"  the server's own check: {refusal}")
    world.database.dispose()
    return int(tuple(codes) != attempt.codes)


if __name__ == "__main__":
    sys.exit(main())
