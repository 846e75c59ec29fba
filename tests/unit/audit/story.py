"""A small log with everything in it that a bundle can have, and ways of tampering with its export.

Leaves: 0 the transition tables · 1–12 annotations on three streams · (checkpoint 13) · 13–15 states of
items 1 and 2 · 16 a signature · 17 a release · (checkpoint 18) · 18–27 annotations · 30 the export
itself · (checkpoint 31). Before the export 28 and 29 say which script checks, and from where rows are committed to.
"""

import json
import shutil

from app.audit import streams, verify
from app.audit.bundle_rows import BundleScope
from app.audit.events import Tag
from app.audit.evidence import EVIDENCE, STATE_MACHINES, declare_transitions
from app.audit.export import export
from app.audit.log import Subject, SystemActor, record
from app.audit.merkle import CompactRange, leaf_hash
from app.core.digest import canonical_json, sha256
from tests.unit.audit.events import NOON, say, seal, signer_in

ACTOR = SystemActor("test")
SIZE = 31
RECORD = sha256("the record that is signed")
MANIFEST = canonical_json(
    {"v": 1, "record_type": "submission", "record_id": 5, "record_sha256": RECORD, "signer_name": "Ada"}
)
SIGNED = {"signature_id": 7, "record_type": "submission", "record_id": 5, "record_sha256": RECORD}
SIGNED |= {"manifest_sha256": sha256(MANIFEST)}
FILES = [{"name": "notes.jsonl", "sha256": sha256("one file")}, {"name": "b.csv", "sha256": sha256("two")}]


class Items:
    key = "item"
    start = "imported"
    transitions = (("imported", "deid_accept", "ready"), ("ready", "finish", "done"))

    def __init__(self):
        self.now = {1: "done", 2: "ready", 3: "imported"}

    def current(self, _session, _project_id):
        return self.now.items()


class Signatures:
    key = "signatures"

    def __init__(self):
        self.value = None

    def rows(self, _session, _project_id):
        return [{"signature_id": 7, "manifest": MANIFEST, "value": self.value}]


class Releases:
    key = "releases"

    def rows(self, _session, _project_id):
        return [{"release_id": 3, "manifest_sha256": sha256("manifest"), "files": FILES}]


def value_by(signer, manifest=None):
    """What a signature carries: the key's line over the manifest, as `review.signature` has it made."""
    return signer.attest(f"chartmark signature manifest v1\n{manifest or MANIFEST}\n")


def register(monkeypatch):
    """Only this story's machines and evidence; returns the item machine."""
    monkeypatch.setattr(STATE_MACHINES, "_parts", {})
    monkeypatch.setattr(EVIDENCE, "_parts", {})
    items = Items()
    STATE_MACHINES.add(items)
    EVIDENCE.add(Signatures())
    EVIDENCE.add(Releases())
    return items


def advance(session, item, before, event, after, at):
    data = {"machine": "item", "from": before, "to": after, "event": event}
    record(
        session,
        Tag.ITEM_ADVANCED,
        stream=streams.item(item),
        actor=ACTOR,
        subject=Subject("item", item),
        data=data,
        project_id=1,
        at=at,
    )


def sign_and_release(session):
    released = {"release_id": 3, "manifest_sha256": sha256("manifest"), "files": FILES}
    for tag, data in (
        (Tag.SIGNATURE_MADE, SIGNED | {"manifest_sha256": sha256(MANIFEST)}),
        (Tag.RELEASE_CUT, released),
    ):
        subject = Subject("project", 1)
        stream = streams.project(1)
        record(session, tag, stream=stream, actor=ACTOR, subject=subject, data=data, project_id=1, at=NOON + 20)


def tell(database, folder):
    """Everything up to the checkpoint of size 18, and ten annotations after it."""
    EVIDENCE.get("signatures").value = value_by(signer_in(folder))
    database.writing(lambda s: declare_transitions(s, ACTOR, at=NOON - 1000))
    database.writing(lambda s: [say(s, n) for n in range(12)])
    seal(database, folder)
    database.writing(
        lambda s: (
            advance(s, 1, "imported", "deid_accept", "ready", NOON + 13),
            advance(s, 1, "ready", "finish", "done", NOON + 14),
            advance(s, 2, "imported", "deid_accept", "ready", NOON + 15),
            sign_and_release(s),
        )
    )
    seal(database, folder)
    database.writing(lambda s: [say(s, n) for n in range(20, 30)])


def hand_out(database, folder, name="bundle", **options):
    """The exported bundle."""
    out = folder / name
    export(database, signer_in(folder), out, actor=ACTOR, at=NOON + 5000, scope=BundleScope(**options))
    return out


class Bundle:
    """An exported folder somebody tampers with."""

    def __init__(self, folder):
        self.folder = folder

    def copy(self, folder):
        return Bundle(shutil.copytree(self.folder, folder))

    def lines(self, name="events.jsonl"):
        return (self.folder / name).read_text(encoding="utf-8").splitlines()

    def write(self, lines, name="events.jsonl"):
        (self.folder / name).write_text("".join(line + "\n" for line in lines), encoding="utf-8")

    def write_log(self, lines):
        """Events with the leaf hashes that fit them: what somebody without the key can do."""
        self.write(lines)
        self.write([leaf_hash(line.encode()).hex() for line in lines], "leaves.txt")

    def edit_rows(self, name, change):
        rows = [json.loads(line) for line in self.lines(name)]
        change(rows)
        self.write([json.dumps(row) for row in rows], name)

    def sign_again(self, signer, sizes=(13, 18, SIZE)):
        """New checkpoints over the leaves as they are now."""
        leaves = [bytes.fromhex(line) for line in self.lines("leaves.txt")]
        sizes = [size for size in sizes if size < len(leaves)] + [len(leaves)]
        notes = [(size, signer.sign(size, CompactRange.of(leaves[:size]).root())) for size in sizes]
        self.write([json.dumps({"size": size, "note": note}) for size, note in notes], "checkpoints.jsonl")
        self.sign_scope(signer)
        return notes

    def sign_scope(self, signer, **changes):
        """A new statement of what the bundle is, over the files as they are now."""
        about = json.loads((self.folder / "bundle.json").read_text()) | changes
        about["files"] = {name: sha256((self.folder / name).read_bytes()) for name in about["files"]}
        text = json.dumps(about, ensure_ascii=False, sort_keys=True) + "\n"
        (self.folder / "bundle.json").write_text(text)
        (self.folder / "bundle.sig").write_text(signer.attest(verify.SCOPE_LINE + text))


def change(line, **fields):
    """An event with other fields, in canonical form; `data__x=1` changes a field of its data."""
    event = json.loads(line)
    for name, value in fields.items():
        outer, _, inner = name.partition("__")
        if inner:
            event[outer][inner] = value
        else:
            event[outer] = value
    return canonical_json(event)


def rechain(lines):
    """Numbers and links of all streams made good again."""
    heads, chained = {}, []
    for line in lines:
        stream = json.loads(line)["stream"]
        seq, head = heads.get(stream, (0, "0" * 64))
        chained.append(change(line, seq=seq + 1, prev=head))
        heads[stream] = (seq + 1, sha256(chained[-1]))
    return chained
