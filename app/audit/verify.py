"""Check an exported audit log offline. One file, Python's standard library only: read it, then run it.

    python verify.py DIR [--checkpoint EARLIER]… [--vkey KEY]… [--file RELEASED]… [--json]

 1. checkpoints  each is signed (Ed25519) by a key you trust and states the root of its own prefix of
                 the log, so that every later one only appended to every earlier one
 2. events       each is canonical JSON and hashes to its leaf; times do not run backwards
 3. streams      each event continues the one before it in its stream: no gap, no fork
 4. states       every change of state was allowed and ends where the database says things stand
 5. signatures   each manifest is the one the log names, for its record, signed by a key then in use:
                 those of the review, and those of the owners of pipelines in their register; those of
                 the review say what their step can mean, and an item is signed by its last step alone
 6. releases     the digest of every released file is in the event of its release
 7. afterwards   releases that were recalled and pipelines that were withdrawn are so in the database too

EARLIER is a checkpoint you kept from a former visit, KEY the log's public key as you were given it by
another way; README.md says what they find out, and what no such check can show. Leaves are counted from
0. Exit code 0: everything holds; 1: the first break is named; 2: this is no such export.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

STREAM_TOLERANCE_MS = 900_000  # acts bear the time they began at, and some wait long for their turn
LOG_TOLERANCE_MS = 3_600_000  # long transactions take their place in the log late
BREAKS_KEPT = 1000
FIELDS = {"v": int, "event_id": str, "stream": str, "seq": int, "prev": str, "tag": str, "at": int}
FIELDS |= {"project": object, "actor": dict, "subject": dict, "data": dict}
TRANSITIONS = {"review.item.advanced", "review.assignment.advanced"}
CUT, EXPORTED, RECALLED = "release.release.cut", "release.release.exported", "release.release.recalled"
SIGNED = "review.signature.made"
# What a signature of the review says besides its record (manifest version 2), and which step ends in which sense.
SAID = ("item", "assignment", "step", "meaning", "reason", "workflow", "ends_workflow")
MEANINGS = {"adjudicate": ("adjudication", "escalation"), "verify": ("verification", "rejection")}
TABLES_DECLARED, WITHDRAWN = "audit.transitions.declared", "preannotate.entry.withdrawn"
read_json = json.JSONDecoder(parse_float=str.encode).decode  # bytes cannot be written again: no floats
write_json = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


class Broken(Exception):
    """One thing that does not hold."""


# --- Ed25519 (RFC 8032, 5.1): points are (x, y, z, t) with x·y = z·t -----------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
Point = tuple[int, int, int, int]


def add(p: Point, q: Point) -> Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def decode_point(data: bytes) -> Point:
    """RFC 8032, 5.1.3. Raises Broken when it is not the encoding of a point."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        raise Broken("has a key that is no point of the curve")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = decode_point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def ed25519_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether [s]B = R + [k]A (RFC 8032, 5.1.7), computed as [s]B + [k](−A) in one pass."""
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or len(public) != 32 or s >= ORDER:
        return False
    x, y, z, t = decode_point(public)
    k = int.from_bytes(hashlib.sha512(r + public + message).digest(), "little") % ORDER
    minus = (P - x, y, z, P - t)
    total = neutral = (0, 1, 1, 0)
    addends = {(0, 0): neutral, (1, 0): BASE, (0, 1): minus, (1, 1): add(BASE, minus)}
    for bit in range(252, -1, -1):
        total = add(add(total, total), addends[s >> bit & 1, k >> bit & 1])
    scale = pow(total[2], -1, P)
    return r == (total[1] * scale % P | (total[0] * scale % P & 1) << 255).to_bytes(32, "little")


# --- 1. Checkpoints (C2SP signed-note and tlog-checkpoint) and the Merkle tree (RFC 6962, 2.1) ---------
def parse_vkey(text: str) -> tuple[str, bytes, bytes]:
    """(name, key id, public key) of `name+id+base64`; the id is recomputed, not believed."""
    name, stated, encoded = [*text.strip().split("+", 2), "", ""][:3]
    raw = base64.b64decode(encoded)
    key_id = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
    if len(raw) != 33 or raw[0] != 1 or stated != key_id.hex():
        raise Broken(f"{text.strip()!r} is not an Ed25519 verifier key")
    return name, key_id, raw[1:]


def signers_of(text: str, signatures: str, keys: list[str]) -> list[str]:
    """Those of `keys` that signed the text of a note. Raises Broken where one of them signed another text."""
    try:
        lines = [line.removeprefix("— ").split(" ") for line in signatures.splitlines()]
        signed = [(name, base64.b64decode(raw, validate=True)) for name, raw in lines]
    except ValueError:
        raise Broken("carries a line that is no signature") from None
    known = {parse_vkey(key)[:2]: key for key in keys}
    ours = [(known[name, raw[:4]], raw[4:]) for name, raw in signed if (name, raw[:4]) in known]
    if not all(ed25519_holds(parse_vkey(key)[2], text.encode(), signature) for key, signature in ours):
        raise Broken("carries a wrong signature")
    return [key for key, _ in ours]


class Tree:
    """The roots of the perfect subtrees of what was appended so far, largest first."""

    def __init__(self) -> None:
        self.size = 0
        self.peaks: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        self.size += 1
        for _ in range((self.size & -self.size).bit_length() - 1):  # as many as the size has zeros at its end
            leaf = hashlib.sha256(b"\x01" + self.peaks.pop() + leaf).digest()
        self.peaks.append(leaf)

    def root(self) -> str:
        value = self.peaks[-1] if self.peaks else hashlib.sha256(b"").digest()
        for peak in reversed(self.peaks[:-1]):
            value = hashlib.sha256(b"\x01" + peak + value).digest()
        return value.hex()


# --- 2. Events, and 3 to 6: everything they have to agree with ------------------------------------------
def parse_event(body: bytes) -> dict[str, Any]:
    """The event, if its text is canonical: sorted keys, no white space, UTF-8, no floats (RFC 8785)."""
    try:
        event = read_json(body.decode())
        text = write_json(event).encode()
    except (ValueError, TypeError, RecursionError):
        raise Broken("is not JSON as the log writes it") from None
    if text != body or not isinstance(event, dict):
        raise Broken("is not in canonical form")
    if event.keys() != FIELDS.keys() or not all(isinstance(event[n], FIELDS[n]) for n in FIELDS):
        raise Broken("does not have the fields of an event")
    # A version 7 UUID begins with the time (RFC 9562, 5.7).
    if event["event_id"][:13].replace("-", "") != f"{event['at']:012x}":
        raise Broken("has a time that is not the one in its event id")
    return event


class Log:
    """What has been read so far, and what did not hold."""

    def __init__(self, folder: Path, trusted: list[str]) -> None:
        self.folder = folder
        self.about = json.loads((folder / "bundle.json").read_text())
        self.keys = trusted or (folder / "vkeys.txt").read_text().split()
        self.machines = json.loads((folder / "transitions.json").read_text())
        self.tree = Tree()
        self.announced: list[str] = []
        self.sealed: list[tuple[int, list[str]]] = []  # the size of each good checkpoint, and its signers
        self.hidden = self.unsealed = self.latest = self.broken = 0
        self.heads: dict[str, tuple[int, str, int, int, int]] = {}
        self.states: dict[str, tuple[str | None, int | None]] = {}
        self.signed: list[tuple[int, Any, str]] = []  # leaf, item and signature of each item that was signed
        self.kept: dict[str, list[tuple[int, dict[str, Any]]]] = {tag: [] for tag in KEPT}
        self.breaks: list[dict[str, Any]] = []

    def broke(self, leaf: int | None, check: str, message: str) -> None:
        self.broken += 1
        if len(self.breaks) < BREAKS_KEPT:
            self.breaks.append({"leaf": leaf, "check": check, "message": message})

    def rows(self, name: str) -> Iterator[dict[str, Any]]:
        with (self.folder / name).open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)

    def data_of(self, tag: str) -> list[dict[str, Any]]:
        return [event["data"] for _, event in self.kept[tag]]

    def read_event(self, index: int, body: bytes) -> None:
        if body == b"null" and self.about["project"] is not None:  # an event of another project
            self.hidden += 1
            return
        try:
            event = parse_event(body)
        except Broken as problem:
            self.broke(index, "event", f"the event {problem}")
            return
        self.check_stream(index, event, hashlib.sha256(body).hexdigest())
        if event["at"] < self.latest - LOG_TOLERANCE_MS:
            self.broke(index, "time", f"the event is {self.latest - event['at']} ms older than one before it")
        self.latest = max(self.latest, event["at"])
        if event["tag"] in TRANSITIONS:
            self.follow_transition(index, event)
        elif event["tag"] == "audit.key.rotated":
            self.announced.extend(event["data"].get("vkeys", []))
        elif event["tag"] in KEPT:
            self.kept[event["tag"]].append((index, event))

    def check_stream(self, index: int, event: dict[str, Any], digest: str) -> None:
        stream, seq, at = event["stream"], event["seq"], event["at"]
        last, head, last_at, leaf, hidden = self.heads.get(stream, (0, "0" * 64, at, -1, 0))
        place, before = f"stream {stream}: event {seq}", f"event {last} (leaf {leaf})"
        if seq <= last:
            self.broke(index, "stream", f"{place} comes after {before}: a fork or a copy")
        elif seq - last - 1 > self.hidden - hidden:  # hidden events may fill a gap
            self.broke(index, "stream", f"{place} follows {before}: some are missing")
        elif seq == last + 1 and event["prev"] != head:
            self.broke(index, "stream", f"{place} does not continue {before} as it stands here")
        if at < last_at - STREAM_TOLERANCE_MS:
            self.broke(index, "time", f"{place} is {last_at - at} ms older than {before}")
        self.heads[stream] = (seq, digest, at, index, self.hidden)

    def follow_transition(self, index: int, event: dict[str, Any]) -> None:
        machine, *step = (str(event["data"].get(key)) for key in ("machine", "from", "event", "to"))
        table = self.machines.get(machine, {"start": None, "transitions": []})
        name = f"{machine} {event['subject'].get('id')}"
        state = self.states.get(name, (table["start"], None))[0]
        if step[0] != state or step not in table["transitions"]:
            self.broke(index, "state", f"{name} was {state}: no transition {', '.join(step)}")
        self.states[name] = (step[2], index)
        if (machine, step[1]) == ("item", "signed"):
            self.signed.append((index, event["subject"].get("id"), str(event["data"].get("signature"))))

    def check_signed(self) -> None:
        """An item is signed by the signature with which its workflow ended, and by no earlier step's."""
        left = {str(data.get("signature_id")): data for data in self.data_of(SIGNED)}
        for leaf, item, name in self.signed:
            data = left.pop(name, None)
            if data is None:
                self.broke(leaf, "signature", f"item {item} was signed by no signature of its own in the log")
            elif "ends_workflow" in data and (data.get("item"), data["ends_workflow"]) != (item, True):
                self.broke(leaf, "signature", f"item {item} was signed by an earlier step's, or by another item's")
        for name, data in left.items():
            if data.get("ends_workflow"):
                self.broke(None, "signature", f"signature {name} ends a workflow, and the item was not signed by it")

    def check_states(self) -> None:
        digest = hashlib.sha256((self.folder / "transitions.json").read_bytes()).hexdigest()
        if self.machines and [table.get("sha256") for table in self.data_of(TABLES_DECLARED)][-1:] != [digest]:
            self.broke(None, "state", "transitions.json is not the table whose digest is in the log")
        left = dict(self.states)
        for row in self.rows("states.jsonl"):
            name = f"{row['machine']} {row['id']}"
            state, index = left.pop(name, (self.machines[row["machine"]]["start"], None))
            if row["state"] != state:
                self.broke(index, "state", f"{name} is {row['state']} in the database, {state} by its events")
        for name, (state, index) in left.items():
            self.broke(index, "state", f"{name}, {state} by its events, is not in the database")

    def check_named(self, kind: str) -> None:
        """The rows of the database against their events, one to one."""
        tag, file, problem = NAMED[kind]
        left: dict[str, tuple[dict[str, Any], int | None]] = {}
        for leaf, event in self.kept[tag]:
            name = str(event["data"].get(f"{kind}_id"))
            if name in left:
                self.broke(leaf, kind, f"{kind} {name} is in the log a second time")
            left[name] = (event["data"], leaf)
        for row in self.rows(file):
            name = str(row[f"{kind}_id"])
            data, index = left.pop(name, ({}, None))
            # The keys in use when it was sealed: not those retired before, nor those made later.
            keys = next((signers for size, signers in self.sealed if size > (index or 0)), self.keys)
            found = "it is in no event" if index is None else problem(row, data, keys)
            if found:
                self.broke(index, kind, f"{kind} {name}: {found}")
        for name, (_, index) in left.items():
            self.broke(index, kind, f"{kind} {name} is in the log and no longer in the database")

    def take_checkpoint(self, note: str, since: int) -> None:
        """The tree has just grown to its size; `since` is the size of the one before. Raises Broken."""
        text, _, signatures = note.rpartition("\n\n")
        origin, _size, root = [*text.split("\n"), "", ""][:3]
        signers = signers_of(text + "\n", signatures, [*self.keys, *self.announced])
        if not {*signers} & {*self.keys}:
            raise Broken("is signed by none of the known keys")
        if origin != self.about["origin"]:
            raise Broken(f"is of another log, {origin}")
        if root != base64.b64encode(bytes.fromhex(self.tree.root())).decode():
            raise Broken(f"has another root: the change is in leaves {since} to {self.tree.size - 1}")
        # A key is trusted from here on if a trusted one signed its announcement together with it.
        self.keys, self.announced = [*dict.fromkeys([*self.keys, *signers])], []
        self.sealed.append((self.tree.size, signers))


def signature_problem(row: dict[str, Any], data: dict[str, Any], keys: list[str]) -> str:
    if hashlib.sha256(row["manifest"].encode()).hexdigest() != data.get("manifest_sha256"):
        return "the manifest is not the one that was signed"
    if "statement" in row and hashlib.sha256(row["statement"].encode()).hexdigest() != data.get("record_sha256"):
        return "the statement is not the one that was signed"
    manifest = json.loads(row["manifest"])
    if any(str(manifest.get(n)) != str(data.get(n)) for n in ("record_type", "record_id", "record_sha256")):
        return "the manifest is about another record, or another state of it"
    if "meaning" in data and (problem := meaning_problem(manifest, data)):
        return problem
    try:
        text = f"chartmark signature manifest v{manifest.get('v')}\n{row['manifest']}\n"
        signers = signers_of(text, row.get("value") or "", keys)
    except Broken as problem:
        return f"its value {problem}"
    return "" if signers else "its value is missing, or by no key of the log at that time"


def meaning_problem(manifest: dict[str, Any], data: dict[str, Any]) -> str:
    """Of a signature of the review: what it says must be what the log says, and a thing its step can mean."""
    if manifest.get("v") == 1:  # one signature an item, of three meanings, and no step of its own
        return "" if manifest.get("meaning") == data["meaning"] else "its meaning is not the one in the log"
    wrong = [name for name in SAID if name not in manifest or manifest[name] != data.get(name)]
    if wrong:
        return f"its {wrong[0]} is not the one in the log"
    if manifest["meaning"] not in MEANINGS.get(manifest["step"], ()) or not manifest.get("statement"):
        return f"its meaning, {manifest['meaning']}, is none that the step {manifest['step']} has"
    if manifest["meaning"] == "rejection" and (manifest["ends_workflow"] or not manifest["reason"]):
        return "it rejects without a reason, or ends a workflow with it"
    return ""


def row_problem(row: dict[str, Any], data: dict[str, Any], _keys: list[str]) -> str:
    wrong = [f"file {file['name']}" for file in row.get("files", ()) if file not in (data.get("files") or ())]
    wrong += [f"its {name}" for name in row if name != "files" and row[name] != data.get(name)]
    return f"{wrong[0]} is not the one in the log" if wrong else ""


# What the log names: the event that does, the file with the rows of the database, and what can be wrong with one.
NAMED = {
    "signature": (SIGNED, "signatures.jsonl", signature_problem),
    "entry": ("preannotate.entry.signed", "pipelines.jsonl", signature_problem),
    "withdrawal": (WITHDRAWN, "withdrawals.jsonl", row_problem),
    "release": (CUT, "releases.jsonl", row_problem),
    "recall": (RECALLED, "recalls.jsonl", row_problem),
}
KEPT = {TABLES_DECLARED, EXPORTED, *(tag for tag, _, _ in NAMED.values())}


def read_log(log: Log, kept: list[Path]) -> None:
    """Leaves go into the tree, events through their checks, and checkpoints wait for their size."""
    notes: dict[int, list[tuple[str, str]]] = {}
    exported = [("checkpoint", row["note"]) for row in log.rows("checkpoints.jsonl")]
    for name, note in [*exported, *(("your checkpoint", path.read_text(encoding="utf-8")) for path in kept)]:
        line = [*note.split("\n"), ""][1]
        notes.setdefault(int(line) if line.isdecimal() else -1, []).append((name, note))
    since = 0
    with (log.folder / "events.jsonl").open("rb") as bodies, (log.folder / "leaves.txt").open() as leaves:
        for index, (line, leaf) in enumerate(zip_longest(bodies, leaves)):
            if line is None or leaf is None or len(leaf.strip()) != 64:
                log.broke(index, "event", f"the {'event' if line is None else 'leaf'} is missing")
                break
            body = line.rstrip(b"\n")
            if body != b"null" and hashlib.sha256(b"\x00" + body).hexdigest() != leaf.strip():
                log.broke(index, "event", "the event does not hash to its leaf")
            log.read_event(index, body)
            log.tree.append(bytes.fromhex(leaf))
            for name, note in notes.get(log.tree.size, []):
                try:
                    log.take_checkpoint(note, since)
                except Broken as problem:
                    log.broke(since, "checkpoint", f"{name} of size {log.tree.size} {problem}")
            since = log.tree.size if log.tree.size in notes else since
    size = log.tree.size
    for stated in sorted(stated for stated in notes if not 0 < stated <= size):
        gone = f"of size {stated}: the last {stated - size} events are missing"
        log.broke(size, "checkpoint", f"{notes[stated][0][0]} {gone if stated > 0 else 'states no size'}")
    if since < size:
        log.broke(since, "checkpoint", f"leaves {since} to {size - 1} are under no checkpoint")


def verify(folder: Path, kept: list[Path], vkeys: list[str], held: list[Path]) -> dict[str, Any]:
    """The verdict; `breaks` is empty where everything holds. Raises when the folder is no bundle."""
    log = Log(folder, vkeys)
    read_log(log, kept)
    with (folder / "pending.jsonl").open("rb") as bodies:  # recorded, not yet in the tree
        for log.unsealed, body in enumerate(bodies, start=1):
            log.read_event(log.tree.size + log.unsealed - 1, body.rstrip(b"\n"))
    log.breaks.sort(key=lambda found: found["leaf"])  # what is wrong in the log itself comes first
    log.check_states()
    for kind in NAMED:
        log.check_named(kind)
    log.check_signed()
    cuts, exports, recalls, withdrawals = map(log.data_of, (CUT, EXPORTED, RECALLED, WITHDRAWN))
    files = [*exports, *(file for cut in cuts for file in cut.get("files") or ())]
    released = {file.get("sha256") for file in files}
    for path in held:
        if hashlib.sha256(path.read_bytes()).hexdigest() not in released:
            log.broke(None, "release", f"{path.name} was not released: its digest is in no event")
    for row in log.rows("discrepancies.jsonl"):
        log.broke(row["leaf"], "database", row["message"])
    counts = {"events": log.tree.size + log.unsealed - log.hidden, "hidden": log.hidden, "unsealed": log.unsealed}
    state = {"streams": len(log.heads), "keys": log.keys, "size": log.tree.size, "root": log.tree.root()}
    fates = {"broken": log.broken, "recalled": recalls, "withdrawn": withdrawals}
    return {"ok": not log.broken, **log.about, **counts, **state, **fates, "breaks": log.breaks}


def describe(verdict: dict[str, Any]) -> Iterator[str]:
    scope = "whole log" if verdict["project"] is None else f"project {verdict['project']}"
    yield "{origin}, {0}: {events} events in {streams} streams".format(scope, **verdict)
    yield "{hidden} hidden (hash only), {unsealed} not sealed yet; size {size}, root {root}".format(**verdict)
    yield from (f"key {key} (compare it with the one you were given)" for key in verdict["keys"])
    yield from (f"RECALLED release {r.get('release_id')}, for item {r.get('item')}" for r in verdict["recalled"])
    yield from (f"WITHDRAWN entry {w.get('withdrawal_id')} of a pipeline" for w in verdict["withdrawn"])
    for found in verdict["breaks"][:20]:
        where = "" if found["leaf"] is None else f"leaf {found['leaf']}: "
        yield f"BREAK {where}{found['message']} [{found['check']}]"
    yield "OK: everything holds" if verdict["ok"] else f"FAILED: {verdict['broken']} breaks, the first above"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check an exported audit log offline.")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--checkpoint", type=Path, action="append", default=[], help="one you kept")
    parser.add_argument("--vkey", action="append", default=[], help="the log's public key as you know it")
    parser.add_argument("--file", type=Path, action="append", default=[], help="a released file you hold")
    parser.add_argument("--json", action="store_true", help="the verdict as JSON")
    options = parser.parse_args(arguments)
    try:
        verdict = verify(options.folder, options.checkpoint, options.vkey, options.file)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, Broken) as error:
        parser.error(f"{options.folder} is not such an export: {type(error).__name__}: {error}")
    print(json.dumps(verdict) if options.json else "\n".join(describe(verdict)))
    return 0 if verdict["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
