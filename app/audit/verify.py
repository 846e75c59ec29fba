"""Check an exported audit log offline. One file, Python's standard library only: read it, then run it.

    python verify.py DIR [--checkpoint EARLIER]… [--vkey KEY]… [--witness KEY]… [--file RELEASED]… [--json]

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
 8. rows         each row of the database is the one the last event about it commits to: computed here where
                 the row is in the bundle, otherwise as the exporter says it computed it
 9. bodies       texts and answers are those whose digests such rows hold, or were erased by an event
10. authority    whoever acted had, by the log, the roles and credentials the event says, and those it takes
11. scope        bundle.json, signed by the log's key, names every file and what the bundle is of

EARLIER is a checkpoint you kept from a former visit, KEY the log's public key as you were given it by
another way; README.md says what they find out, and what no such check can show. Leaves are counted from
0. Exit code 0: everything holds, from a key or checkpoint of yours on; 1: the narrowest break comes first;
2: this is no such export; 3: nothing is broken, but not everything is proved, and what is not is said.
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
AUTHORITY_TOLERANCE_MS = 60_000  # an act may begin a moment before a role ends, and be written a moment after
BREAKS_KEPT = 1000
# Breaks that name a record come before those that name a stretch of the log, and those before the bundle as a whole.
WIDTH = {"checkpoint": 1, "sealing": 1, "scope": 2}
FIELDS = {"v": int, "event_id": str, "stream": str, "seq": int, "prev": str, "tag": str, "at": int}
FIELDS |= {"project": object, "actor": dict, "subject": dict, "data": dict}
ROWS = {"rows": dict}  # version 2: digests of the rows the event commits to
TRANSITIONS = {"review.item.advanced", "review.assignment.advanced"}
CUT, EXPORTED, RECALLED = "release.release.cut", "release.release.exported", "release.release.recalled"
SIGNED, SET_BACK = "review.signature.made", "audit.clock.set_back"
# What a signature of the review says besides its record (manifest version 2), and which step ends in which sense.
SAID = ("item", "assignment", "step", "meaning", "reason", "workflow", "ends_workflow")
MEANINGS = {"adjudicate": ("adjudication", "escalation"), "verify": ("verification", "rejection")}
TABLES_DECLARED, ROWS_DECLARED = "audit.transitions.declared", "audit.rows.declared"
SCRIPT_DECLARED, WITHDRAWN, CREATED = "audit.script.declared", "preannotate.entry.withdrawn", "review.item.created"
ERASING = {"intake.batch.withdrawn", "deid.incident.redacted"}
HELD = ("person", "tier", "profession", "specialty", "country", "issued_at", "expires_at")
SCOPE_LINE = "chartmark audit bundle v2\n"


def takes(*roles: str, server: tuple[str, ...] = (), kinds: str = "person", tier: int = 0, other: bool = False) -> Any:
    """What an act takes: any of these roles, a tier, by which kind of actor, and whether for somebody else only."""
    return {"roles": {*roles}, "server": {*server}, "kinds": {*kinds.split()}, "tier": tier, "other": other}


# The acts that give authority or rest on it, as the policy of the application has them.
_ADMIN: dict[str, Any] = {"server": ("admin",), "kinds": "person operator"}
_OFFICES, _OFFICER = ("manager", "privacy_officer"), ("privacy_officer",)
_ERASING = takes(*_OFFICES, server=_OFFICER, kinds="person operator")
NEEDS = {
    **dict.fromkeys(("accounts.role.granted", "accounts.role.revoked"), takes(**_ADMIN, other=True)),
    **dict.fromkeys(("accounts.credential.granted", "accounts.credential.revoked"), takes(**_ADMIN)),
    "accounts.identity.verified": takes(**_ADMIN),
    "corpus.member.added": takes("manager", server=("admin", "manager"), kinds="person operator"),
    "corpus.member.removed": takes("manager", server=("admin",), kinds="person operator"),
    "guidelines.version.published": takes("manager", "adjudicator"),
    **dict.fromkeys(("deid.document.accepted", "deid.document.refused"), takes(*_OFFICER, server=_OFFICER)),
    "review.submission.frozen": takes("annotator", "verifier", "adjudicator", tier=1),
    "review.gold.frozen": takes("verifier", "adjudicator", "annotator", tier=1),
    "review.case.ruled": takes("adjudicator", tier=3),
    "review.signature.made": takes("verifier", "adjudicator", tier=3),
    "release.release.cut": takes("manager", kinds="person operator"),
    "privacy.subject.erased": _ERASING,
    "privacy.sources.expired": _ERASING,
}
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
def parse_vkey(text: str, algorithm: int = 1) -> tuple[str, bytes, bytes]:
    """(name, key id, public key) of `name+id+base64`; the id is recomputed, not believed."""
    name, stated, encoded = [*text.strip().split("+", 2), "", ""][:3]
    raw = base64.b64decode(encoded)
    key_id = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
    if len(raw) != 33 or raw[0] != algorithm or stated != key_id.hex():
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


def cosigned_at(text: str, lines: list[str], witness: str) -> int | None:
    """When (POSIX seconds) a witness cosigned the text of a checkpoint (C2SP tlog-cosignature); None: it did not.

    Raises Broken where it signed something else."""
    name, key_id, public = parse_vkey(witness, 4)
    for line in lines:
        signer, _, encoded = line.strip().removeprefix("— ").rpartition(" ")
        raw = base64.b64decode(encoded)
        if (signer, raw[:4]) == (name, key_id):
            at = int.from_bytes(raw[4:12], "big")
            if not ed25519_holds(public, f"cosignature/v1\ntime {at}\n{text}".encode(), raw[12:]):
                raise Broken(f"carries a wrong cosignature of {name}")
            return at
    return None


class Tree:
    """The roots of the perfect subtrees of what was appended so far, largest first."""

    def __init__(self) -> None:
        self.size = 0
        self.peaks: list[bytes] = []

    def append(self, leaf: bytes, height: int = 0) -> None:
        """A leaf, or the root of the 2^height hidden ones that begin at a multiple of their number."""
        if self.size % (1 << height):
            raise Broken(f"hides {1 << height} leaves at {self.size}, where no subtree of them begins")
        self.size += 1 << height
        for _ in range((self.size & -self.size).bit_length() - 1 - height):  # as many as the size has zeros at its end
            leaf = hashlib.sha256(b"\x01" + self.peaks.pop() + leaf).digest()
        self.peaks.append(leaf)

    def root(self) -> str:
        value = self.peaks[-1] if self.peaks else hashlib.sha256(b"").digest()
        for peak in reversed(self.peaks[:-1]):
            value = hashlib.sha256(b"\x01" + peak + value).digest()
        return value.hex()


def leaf_of(body: bytes, said: str) -> str:
    """The leaf hash: of the event, and of what is said of its MAC where it has one (`key id:digest`; `-`: none)."""
    data = body if said == "-" else body + b"\n" + said.encode()
    return hashlib.sha256(b"\x00" + data).hexdigest()


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
    fields = FIELDS | (ROWS if event.get("v") == 2 else {})
    if event.keys() != fields.keys() or not all(isinstance(event[n], fields[n]) for n in fields):
        raise Broken("does not have the fields of an event")
    # A version 7 UUID begins with the time (RFC 9562, 5.7).
    if event["event_id"][:13].replace("-", "") != f"{event['at']:012x}":
        raise Broken("has a time that is not the one in its event id")
    return event


class RecordRows:
    """What events commit to: for each row the digest that the last event about it gives."""

    def __init__(self) -> None:
        self.said: dict[str, tuple[int, str | None]] = {}  # row → leaf, digest; None: the event says it is no more
        self.sets: dict[str, tuple[int, dict[str, Any]]] = {}  # event → leaf, what it says of rows named together
        self.erasing: set[str] = set()  # events that erase, also those from before events committed to rows
        self.before: dict[str, list[int]] | None = None  # table → how many rows there were then, and the highest key

    def read(self, index: int, event: dict[str, Any]) -> None:
        for key, digest in event.get("rows", {}).items():
            if key.endswith("/*"):
                self.sets[event["event_id"]] = (index, digest)
            else:
                self.said[key] = (index, digest)
        if event["tag"] in ERASING:
            self.erasing.add(event["event_id"])
        if event["tag"] == ROWS_DECLARED and self.before is None:
            self.before = event["data"].get("before", {})


def row_digest(row: dict[str, Any]) -> str | None:
    """SHA-256 of the row's salt and its canonical text; None where the row itself is not in the bundle."""
    if "row" not in row:
        return None
    text = write_json({"row": row["row"], "table": row["key"].split("/")[0]})
    return hashlib.sha256(bytes.fromhex(row.get("salt") or "") + text.encode()).hexdigest()


class Authority:
    """Who had which roles and credentials when, by the log alone."""

    def __init__(self, project: int | None) -> None:
        self.project = project
        self.roles: dict[tuple[Any, ...], list[list[Any]]] = {}  # (person, project or None, role) → [from, to]
        self.credentials: dict[Any, dict[str, Any]] = {}
        self.strict = False  # what an act takes is asked from where this version began to write the log

    def read(self, event: dict[str, Any]) -> Iterator[str]:
        """What is wrong with who did this, before what it grants or takes away counts."""
        yield from self.problems(event)
        self.strict = self.strict or event["tag"] == ROWS_DECLARED
        tag, data, at, subject = event["tag"], event["data"], event["at"], event["subject"].get("id")
        if tag in ("accounts.role.granted", "accounts.role.revoked"):
            self.turn((subject, None, data.get("role")), tag.endswith("granted"), at)
        elif tag in ("corpus.member.added", "corpus.member.removed"):
            self.turn((data.get("person"), event["project"], data.get("role")), tag.endswith("added"), at)
        elif tag == "accounts.credential.granted":
            owner = event["stream"].rpartition(":")[2]
            self.credentials[subject] = data | {"person": owner, "ends": data.get("expires_at")}
        elif tag == "accounts.credential.revoked" and subject in self.credentials:
            held = self.credentials[subject]
            held["ends"] = min(at, held["ends"]) if held["ends"] is not None else at

    def turn(self, role: tuple[Any, ...], on: bool, at: int) -> None:
        spans = self.roles.setdefault(role, [])
        if on:
            spans.append([at, None])
        elif spans:
            spans[-1][1] = at

    def had(self, role: tuple[Any, ...], at: int) -> bool:
        slack = AUTHORITY_TOLERANCE_MS
        return any(since - slack <= at and (to is None or at <= to + slack) for since, to in self.roles.get(role, ()))

    def problems(self, event: dict[str, Any]) -> Iterator[str]:
        actor, at, tag = event["actor"], event["at"], event["tag"]
        need = NEEDS.get(tag) if self.strict else None
        if need is not None and actor.get("kind") not in need["kinds"]:
            yield f"{tag} was done by a {actor.get('kind')}: only {', '.join(sorted(need['kinds']))} may"
        if actor.get("kind") != "person":
            return
        person, projects = actor.get("id"), actor.get("project_roles") or {}
        claimed: list[Any] = [(person, None, role) for role in actor.get("roles") or ()]
        claimed += [(person, int(key), role) for key, roles in projects.items() for role in roles]
        for role in claimed:
            # Of other projects a project's bundle shows no grants.
            if (self.project is None or role[1] in (None, self.project)) and not self.had(role, at):
                yield f"person {person} acted as {role[2]}, a role that no event gave them at that time"
        yield from self.credential_problems(person, actor, at)
        if need is not None and actor.get("kind") == "person":
            yield from self.need_problems(event, need, claimed)

    def credential_problems(self, person: Any, actor: dict[str, Any], at: int) -> Iterator[str]:
        tiers = [0]
        for name in actor.get("credentials") or ():
            held = self.credentials.get(name, {})
            tiers.append(held.get("tier") or 0)
            ends, slack = held.get("ends"), AUTHORITY_TOLERANCE_MS
            if held.get("person") != str(person):
                yield f"person {person} acted with credential {name}, which no event gives them"
            elif held["issued_at"] > at or (ends is not None and at > ends + slack):
                yield f"person {person} acted with credential {name}, which was not valid then"
        if actor.get("tier") != max(tiers):
            yield f"person {person} acted in tier {actor.get('tier')}; their credentials give {max(tiers)}"

    def need_problems(self, event: dict[str, Any], need: dict[str, Any], claimed: list[Any]) -> Iterator[str]:
        actor, tag = event["actor"], event["tag"]
        there = {role for _, project, role in claimed if project is not None and project == event["project"]}
        wide = {role for _, project, role in claimed if project is None}
        if not (there & need["roles"] or wide & need["server"]):
            yield f"{tag} was done by person {actor.get('id')}, whose roles do not allow it"
        if (actor.get("tier") or 0) < need["tier"]:
            yield f"{tag} was done by person {actor.get('id')} in tier {actor.get('tier')}; it takes {need['tier']}"
        if need["other"] and event["subject"].get("id") == actor.get("id"):
            yield f"{tag}: person {actor.get('id')} did it for themselves"


class Log:
    """What has been read so far, and what did not hold."""

    def __init__(self, folder: Path, trusted: list[str], witnesses: tuple[str, ...] = ()) -> None:
        self.folder = folder
        # witness → size and time (POSIX seconds) of the last checkpoint it cosigned
        self.witnessed: dict[str, tuple[int, int] | None] = dict.fromkeys(witnesses)
        self.about = json.loads((folder / "bundle.json").read_text())
        self.excerpt = bool(self.about.get("excerpt"))  # of an item or a release: events, rows and leaves are a choice
        self.given, self.vouched, self.passed = trusted, list[str](), set[int]()  # passed: sizes within hidden leaves
        self.keys = trusted or (folder / "vkeys.txt").read_text().split()
        self.machines = json.loads((folder / "transitions.json").read_text())
        self.tree = Tree()
        self.announced: list[str] = []
        self.retired: set[str] = set()  # keys that sign no more
        self.named_leaves: list[tuple[int, int, str]] = []  # event, and number and hash of the leaf it names
        self.sealed: list[tuple[int, list[str]]] = []  # the size of each good checkpoint, and its signers
        self.hidden = self.unsealed = self.latest = self.broken = 0
        self.macs_begun: int | None = None  # the leaf from which each event has a MAC
        self.gaps: list[tuple[int, str, range, str]] = []  # leaf, stream, numbers that are missing, what to say
        self.refused: set[tuple[Any, Any]] = set()  # stream and number of rows the log says it refused
        self.heads: dict[str, tuple[int, str, int, int, int]] = {}
        self.states: dict[str, tuple[str | None, int | None]] = {}
        self.signed: list[tuple[int, Any, str]] = []  # leaf, item and signature of each item that was signed
        self.kept: dict[str, list[tuple[int, dict[str, Any]]]] = {tag: [] for tag in KEPT}
        self.backwards: list[tuple[int, int, int, str]] = []  # leaf, time before, time, what to say of it
        self.breaks: list[dict[str, Any]] = []
        self.committed, self.authority = RecordRows(), Authority(self.about["project"])
        self.not_committed, self.stated = dict[str, int](), dict[str, set[str]]()  # row → digests of bodies it states
        self.believed = self.computed = self.erased = 0

    def broke(self, leaf: int | None, check: str, message: str) -> None:
        self.broken += 1
        if len(self.breaks) < BREAKS_KEPT:
            self.breaks.append({"leaf": leaf, "check": check, "message": message})

    def rows(self, name: str) -> Iterator[dict[str, Any]]:
        with (self.folder / name).open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)

    def lines(self, name: str) -> Iterator[str]:
        """Of a file that bundles of earlier versions do not have."""
        if (self.folder / name).exists():
            with (self.folder / name).open(encoding="utf-8") as lines:
                yield from (line.rstrip("\n") for line in lines)

    def data_of(self, tag: str) -> list[dict[str, Any]]:
        return [event["data"] for _, event in self.kept[tag]]

    def read_event(self, index: int, body: bytes, mac: str | None = None) -> None:
        if body == b"null" and self.about["project"] is not None:  # an event of another project
            self.hidden += 1
            return
        if body == b"null":
            self.broke(index, "event", "the event is not there, only its hash")
            return
        try:
            event = parse_event(body)
        except Broken as problem:
            self.broke(index, "event", f"the event {problem}")
            return
        self.check_mac(index, event, mac)
        self.check_stream(index, event, hashlib.sha256(body).hexdigest())
        if event["at"] < self.latest - LOG_TOLERANCE_MS:
            older = self.latest - event["at"]
            self.went_back(index, self.latest, event["at"], f"the event is {older} ms older than one before it")
        self.latest = max(self.latest, event["at"])
        if event["tag"] in TRANSITIONS:
            self.follow_transition(index, event)
        elif event["tag"] in ("audit.key.rotated", "audit.key.lost"):
            self.take_key(index, event)
        elif event["tag"] in KEPT:
            self.kept[event["tag"]].append((index, event))
        elif event["tag"] == CREATED:
            self.stated[f"document/{event['data'].get('document')}"] = {event["data"].get("text_sha256")}
        self.committed.read(index, event)
        for claim in self.authority.read(event):
            self.broke(index, "authority", f"event {event['seq']} of stream {event['stream']}: {claim}")

    def check_mac(self, index: int, event: dict[str, Any], said: str | None) -> None:
        """Each sealed event has a MAC from the leaf on where the log says so; whether it holds the sequencer asked."""
        if event["tag"] == "audit.macs.begun":
            if self.macs_begun is not None:
                self.broke(index, "mac", f"MACs begin a second time; they began at leaf {self.macs_begun}")
            self.macs_begun = index
        if self.macs_begun is not None and said == "-":
            self.broke(index, "mac", f"the event has no MAC; they began at leaf {self.macs_begun}")
        if event["tag"] == "audit.tampering.found":
            for row in event["data"].get("refused", ()):
                self.refused.add((row.get("stream"), row.get("seq")))
                place = f"row {row.get('row')} of the table, event {row.get('seq')} of stream {row.get('stream')},"
                self.broke(index, "refused", f"{place} was refused: {row.get('why')}; somebody wrote to the table")
            for row in event["data"].get("broken", ()):
                place = f"stream {row.get('stream')} at event {row.get('seq')}"
                self.broke(index, "refused", f"{place} was found broken before it was sealed: {row.get('why')}")

    def take_key(self, index: int, event: dict[str, Any]) -> None:
        """Another key signs from here on, or one stops to: a statement of both, or a break."""
        data = event["data"]
        if event["tag"] == "audit.key.lost":
            told = f"a new log begins, signed by {data.get('new')}, for which no earlier key vouches"
            self.broke(index, "key", f"the key was lost: {told}; it cites a checkpoint of size {data.get('size')}")
            self.keys.append(str(data.get("new")))
        elif "statement" not in data and self.macs_begun is None:
            self.announced.extend(data.get("vkeys", []))  # a version before: a checkpoint has to be signed by both
        elif "statement" not in data:
            self.broke(index, "key", "a key is announced without a statement that the old key and the new one signed")
        else:
            try:
                self.take_statement(index, data["statement"], data["signatures"])
            except (Broken, ValueError, TypeError, AttributeError) as problem:
                self.broke(index, "key", str(problem))

    def take_statement(self, index: int, text: str, signatures: str) -> None:
        """Who trusts the old key trusts the new one. Raises Broken, ValueError."""
        head, origin, old, new, leaf = text.split("\n")[:5]
        old, new, (_, number, value) = old.removeprefix("old "), new.removeprefix("new "), leaf.split(" ")
        again = f"{head}\n{origin}\nold {old}\nnew {new}\nleaf {number} {value}\n"
        kind = head.removeprefix("chartmark log key ").removesuffix(" v1")
        if text != again or kind not in ("rotation", "retirement") or origin != self.about["origin"]:
            raise Broken("a key is announced by a statement that is none of this log")
        if {*signers_of(text, signatures, [old, new])} != {old, new}:
            raise Broken("a key is announced by a statement that the old key and the new one did not both sign")
        if old in self.retired or old not in self.keys:
            raise Broken(f"a key is announced by {old}, which was not a key of the log then")
        self.named_leaves.append((index, int(number), value))
        if kind == "retirement":
            self.retired.add(old)
        if new not in self.keys:
            self.keys.append(new)
        if old in self.vouched:
            self.vouched.append(new)

    def check_named_leaves(self) -> None:
        """A statement about keys names the last leaf before it: it cannot be moved to another place of the log."""
        wanted = {number: (index, value) for index, number, value in self.named_leaves}
        number, lines = 0, self.lines("leaves.txt") if wanted else ()
        for line in lines:
            index, value = wanted.pop(number, (None, None))
            if index is not None and (number >= index or line != value):
                self.broke(index, "key", f"a key is announced after another leaf {number} than the one here")
            number += 1 << int(line[65:] or 0)
        for number, (index, _) in wanted.items():
            if number >= 0:
                self.broke(index, "key", f"a key is announced after leaf {number}, which is not there")

    def check_stream(self, index: int, event: dict[str, Any], digest: str) -> None:
        stream, seq, at = event["stream"], event["seq"], event["at"]
        last, head, last_at, leaf, hidden = self.heads.get(stream, (0, "0" * 64, at, -1, 0))
        place, before = f"stream {stream}: event {seq}", f"event {last} (leaf {leaf})"
        if seq <= last:
            self.broke(index, "stream", f"{place} comes after {before}: a fork or a copy")
        elif seq - last - 1 > self.hidden - hidden:  # hidden events may fill a gap
            self.gaps.append((index, stream, range(last + 1, seq), f"{place} follows {before}: some are missing"))
        elif seq == last + 1 and event["prev"] != head:
            self.broke(index, "stream", f"{place} does not continue {before} as it stands here")
        if at < last_at - STREAM_TOLERANCE_MS:
            self.went_back(index, last_at, at, f"{place} is {last_at - at} ms older than {before}")
        self.heads[stream] = (seq, digest, at, index, self.hidden)

    def went_back(self, index: int, before: int, at: int, message: str) -> None:
        """Whether the log says of its clock that it was set back over this time is known at its end."""
        if len(self.backwards) < BREAKS_KEPT:
            self.backwards.append((index, before, at, message))
        else:
            self.broke(index, "time", message)

    def check_times(self) -> None:
        """Times run backwards only where the log says, in an event that is sealed with the rest, from when to when."""
        steps = self.data_of(SET_BACK)
        for leaf, before, at, message in self.backwards:
            since = [s for s in steps if s["to"] < before <= s["from"] + LOG_TOLERANCE_MS]
            if not any(at >= s["to"] - LOG_TOLERANCE_MS for s in since):
                self.broke(leaf, "time", message)

    def check_gaps(self) -> None:
        """What is missing in a stream the log may name as refused, further on: that break says it all."""
        for leaf, stream, numbers, message in self.gaps:
            if len(numbers) > BREAKS_KEPT or not all((stream, number) in self.refused for number in numbers):
                self.broke(leaf, "stream", message)

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

    def check_rows(self) -> None:
        """Every row of the bundle against the last event about it; every such event has its row."""
        left = {key: said for key, said in self.committed.said.items() if said[1] is not None}
        erasures: dict[str, list[str]] = {}
        for row in self.rows("rows.jsonl"):
            key, table = row["key"], row["key"].split("/")[0]
            index, said = self.committed.said.get(key, (None, None))
            computed = row_digest(row)
            self.computed, self.believed = self.computed + (computed is not None), self.believed + (computed is None)
            left.pop(key, None)
            if table == "audit_erasure":
                erasures.setdefault(row["row"]["event_id"], []).append(str(computed))
            elif index is None:
                self.take_uncommitted(table, key)
            elif (computed or row.get("sha256")) != said:
                was = "is no more" if said is None else "is another"
                self.broke(index, "row", f"{key} is not the row that the log says: by its last event it {was}")
            self.check_within(table, row)
        for key, (index, _) in left.items() if not self.excerpt else ():
            self.broke(index, "row", f"{key} is in the log and no longer in the database")
        self.check_erasures(erasures)
        for table, count in self.not_committed.items():
            if count > (self.committed.before or {}).get(table, [0])[0]:
                self.broke(None, "row", f"{table} has {count} rows from before; there were fewer then")

    def check_within(self, table: str, row: dict[str, Any]) -> None:
        """Of a whole row: what it states of its own body, and what earlier events say of it by value."""
        key, values = row["key"], row.get("row") or {}
        self.stated[key] = {values[name] for name in ("body_sha256", "text_sha256") if name in values}
        if table in ("guideline_version", "label_schema") and values:
            if hashlib.sha256(values["body"].encode()).hexdigest() != values["body_sha256"]:
                self.broke(None, "row", f"{key}: its body is not what its digest says")
        elif table == "credential" and values and self.hidden == 0:
            held = self.authority.credentials.get(values["id"], {"person": None})
            stated = {**values, "person": str(values["person_id"])}
            wrong = [name for name in HELD if held.get(name) != stated.get(name)]
            if wrong:
                self.broke(None, "row", f"{key}: its {wrong[0]} is not the one that the event of its grant says")

    def take_uncommitted(self, table: str, key: str) -> None:
        """A row of no event: from before events committed to rows, or put there by somebody else."""
        first = key.split("/")[1]
        if first.isdecimal() and int(first) <= (self.committed.before or {}).get(table, [0, -1])[1]:
            self.not_committed[table] = self.not_committed.get(table, 0) + 1
        else:
            self.broke(None, "row", f"{key} is in no event")

    def check_erasures(self, erasures: dict[str, list[str]]) -> None:
        """What was erased under an event is what that event says, no more and no less."""
        for event_id, digests in erasures.items():
            index, said = self.committed.sets.get(event_id, (None, None))
            together = {"count": len(digests), "sha256": hashlib.sha256("".join(sorted(digests)).encode()).hexdigest()}
            if said is None and event_id in self.committed.erasing:
                self.not_committed["audit_erasure"] = self.not_committed.get("audit_erasure", 0) + len(digests)
                self.committed.before = (self.committed.before or {}) | {"audit_erasure": [sys.maxsize, -1]}
            elif said != together:
                self.broke(index, "erasure", f"{len(digests)} erasures under event {event_id} are not those of the log")
        for event_id, (index, said) in self.committed.sets.items():
            if event_id not in erasures and not self.excerpt:
                self.broke(index, "erasure", f"{said['count']} erasures of event {event_id} are not in the database")

    def check_bodies(self) -> None:
        """Texts and answers: the digest in the row is that of the body, unless an erasure says that it is gone."""
        for body in self.rows("bodies.jsonl"):
            owner = body["key"].replace("_body/", "/", 1)
            if self.stated.get(owner) and body["stated"] not in self.stated[owner]:
                self.broke(None, "body", f"{body['key']}: its digest is not the one in {owner}")
            if body.get("erased"):
                self.erased += 1
            elif body.get("missing"):
                self.broke(None, "body", f"{body['key']} is gone, and no erasure says why")
            elif "body" in body:
                digest = hashlib.sha256(bytes.fromhex(body["salt"]) + body["body"].encode()).hexdigest()
                self.computed += 1
                if digest != body["stated"]:
                    self.broke(None, "body", f"{body['key']} is not what its digest says")
            else:
                self.believed += 1
                if body.get("sha256") != body["stated"]:
                    self.broke(None, "body", f"{body['key']} is not what its digest says, by the exporter")

    def check_scope(self) -> None:
        """bundle.json names every file, and the log's key signed it. What is narrower was said before."""
        if self.about["format"] < 2:
            return
        text = (self.folder / "bundle.json").read_bytes().decode()
        try:
            line = (self.folder / "bundle.sig").read_bytes().decode()
            name, raw = line.removeprefix("— ").split(" ")  # written in one way only
            exact = line == f"— {name} {base64.b64encode(base64.b64decode(raw)).decode()}\n"
            signers = signers_of(SCOPE_LINE + text, line, self.vouched or self.keys) if exact else []
        except (OSError, ValueError, Broken):
            signers = []
        if not signers and not self.broken:
            self.broke(None, "scope", "bundle.json is not as a key of the log signed it: do not believe its scope")
        for name, digest in self.about["files"].items() if not self.broken else ():
            path = self.folder / name
            if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
                self.broke(None, "scope", f"{name} is not the file that was exported")
        there = {path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file()}
        for name in sorted(there - {*self.about["files"], "bundle.json", "bundle.sig"}) if self.excerpt else ():
            self.broke(None, "scope", f"{name} was not exported with the rest")
        declared = self.data_of(SCRIPT_DECLARED)
        if not declared or declared[-1].get("sha256") != self.about["files"].get("verify.py"):
            self.broke(None, "scope", "verify.py in this bundle is not the script whose digest is in the log")

    def take_checkpoint(self, note: str, since: int, cosignatures: list[str], *, kept: bool = False) -> None:
        """The tree has just grown to its size; `since` is the size of the one before. Raises Broken."""
        text, _, signatures = note.rpartition("\n\n")
        origin, _size, root = [*text.split("\n"), "", ""][:3]
        signers = signers_of(text + "\n", signatures, [*self.keys, *self.announced])
        if not {*signers} & ({*(self.vouched or self.keys)} - self.retired):
            raise Broken("is signed by none of the known keys")
        if origin != self.about["origin"]:
            raise Broken(f"is of another log, {origin}")
        if root != base64.b64encode(bytes.fromhex(self.tree.root())).decode():
            raise Broken(f"has another root: the change is in leaves {since} to {self.tree.size - 1}")
        # A key is trusted from here on if a trusted one signed its announcement together with it.
        self.keys, self.announced = [*dict.fromkeys([*self.keys, *signers])], []
        if self.vouched or (kept and not self.given):
            # Behind a checkpoint that somebody kept only the keys it is signed with count, and those they brought in.
            self.vouched = [*dict.fromkeys([*self.vouched, *signers])]
        self.sealed.append((self.tree.size, signers))
        # A checkpoint in somebody's hands has its cosignatures among its signatures.
        for witness in self.witnessed:
            at = cosigned_at(text + "\n", [*signatures.splitlines(), *cosignatures], witness)
            if at is not None:
                self.witnessed[witness] = (self.tree.size, at)


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
KEPT = {TABLES_DECLARED, SCRIPT_DECLARED, EXPORTED, SET_BACK, *(tag for tag, _, _ in NAMED.values())}


def read_log(log: Log, kept: list[Path]) -> None:
    """Leaves go into the tree, events through their checks, and checkpoints wait for their size."""
    notes: dict[int, list[tuple[str, str, list[str]]]] = {}
    exported = [("checkpoint", row["note"], row.get("cosignatures", [])) for row in log.rows("checkpoints.jsonl")]
    for name, note, under in [*exported, *(("your checkpoint", path.read_text(encoding="utf-8"), []) for path in kept)]:
        line = [*note.split("\n"), ""][1]
        notes.setdefault(int(line) if line.isdecimal() else -1, []).append((name, note, under))
    since, macs = 0, log.lines("macs.txt")
    with (log.folder / "events.jsonl").open("rb") as bodies, (log.folder / "leaves.txt").open() as leaves:
        for line, leaf in zip_longest(bodies, leaves):
            index, (digest, _, height) = log.tree.size, (leaf or "").strip().partition(" ")
            if line is None or leaf is None or len(digest) != 64 or (height and not log.excerpt):
                log.broke(index, "event", f"the {'event' if line is None else 'leaf'} is missing")
                break
            body, mac = line.rstrip(b"\n"), next(macs, "-")
            if body != b"null" and leaf_of(body, mac) != leaf.strip():
                log.broke(index, "event", "the event does not hash to its leaf")
            log.read_event(index, body, mac)
            log.tree.append(bytes.fromhex(digest), int(height or 0))  # "digest height": leaves that are hidden together
            log.hidden += log.tree.size - index - 1
            log.passed |= {size for size in notes if index < size < log.tree.size}
            for name, note, under in notes.get(log.tree.size, []):
                try:
                    log.take_checkpoint(note, since, under, kept=name == "your checkpoint")
                except Broken as problem:
                    log.broke(since, "checkpoint", f"{name} of size {log.tree.size} {problem}")
            since = log.tree.size if log.tree.size in notes else since
    size = log.tree.size
    for stated in sorted(stated for stated in notes if not 0 < stated <= size and stated not in log.passed):
        gone = f"of size {stated}: the last {stated - size} events are missing"
        log.broke(size, "checkpoint", f"{notes[stated][0][0]} {gone if stated > 0 else 'states no size'}")
    if since < size:
        log.broke(since, "checkpoint", f"leaves {since} to {size - 1} are under no checkpoint")


def verify(
    folder: Path, kept: list[Path], vkeys: list[str], held: list[Path], witnesses: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The verdict; `breaks` is empty where everything holds. Raises when the folder is no bundle."""
    log = Log(folder, vkeys, witnesses)
    read_log(log, kept)
    with (folder / "pending.jsonl").open("rb") as bodies:  # recorded, not yet in the tree
        for log.unsealed, body in enumerate(bodies, start=1):
            log.read_event(log.tree.size + log.unsealed - 1, body.rstrip(b"\n"))
    log.check_times()
    log.check_gaps()
    log.check_named_leaves()
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
        log.broke(row["leaf"], row.get("check", "database"), row["message"])
    if log.about["format"] >= 2:
        log.check_rows()
        log.check_bodies()
    log.check_scope()
    log.breaks.sort(key=lambda found: WIDTH.get(found["check"], 0))
    counts = {"events": log.tree.size + log.unsealed - log.hidden, "hidden": log.hidden, "unsealed": log.unsealed}
    state = {"streams": len(log.heads), "keys": log.keys, "size": log.tree.size, "root": log.tree.root()}
    fates = {"broken": log.broken, "recalled": recalls, "withdrawn": withdrawals, "set_back": log.data_of(SET_BACK)}
    rows = {"computed": log.computed, "believed": log.believed, "erased": log.erased, "before": log.not_committed}
    seen = {name: found or (0, None) for name, found in log.witnessed.items()}  # how far each has cosigned, and when
    state["witnessed"] = [{"witness": name, "size": size, "at": at} for name, (size, at) in seen.items()]
    verdict = {"consistent": not log.broken, **log.about, **counts, **state, **fates, **rows}
    verdict["script_sha256"] = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    unproved = list(what_is_unproved(log, anchored=bool(vkeys or len(kept) > len(log.passed))))
    return verdict | {"ok": not log.broken and not unproved, "unproved": unproved, "breaks": log.breaks}


def what_is_unproved(log: Log, *, anchored: bool) -> Iterator[str]:
    """What a bundle without a break does not show, each with what would show it."""
    if not anchored and not any(log.witnessed.values()):
        yield "not anchored: bring a checkpoint (--checkpoint), the log's key (--vkey) or a witness's (--witness)"
    for witness, found in log.witnessed.items():
        if found is None:
            yield f"no checkpoint of this log here is cosigned by {witness.split('+')[0]}"
        elif found[0] < log.tree.size and not anchored:
            yield f"the last {log.tree.size - found[0]} events are not witnessed by {witness.split('+')[0]}"
    for size in sorted(log.passed):
        yield f"your checkpoint of size {size} lies among hidden events: ask for an excerpt that names this size"
    if not log.tree.size:
        yield "the log is empty: nothing is proved"
    if log.unsealed:
        yield f"{log.unsealed} events are not sealed: nothing proves them yet; export again when they are"
    if log.about["format"] < 2:
        yield "the bundle is of a version whose scope and rows are not signed: export it with a newer one"


def describe(verdict: dict[str, Any]) -> Iterator[str]:
    scope = "whole log" if verdict["project"] is None else f"project {verdict['project']}"
    scope += f", an excerpt: {', '.join(verdict['excerpt'])}" if verdict.get("excerpt") else ""
    yield "{origin}, {0}: {events} events in {streams} streams".format(scope, **verdict)
    yield "{hidden} hidden (hash only), {unsealed} not sealed yet; size {size}, root {root}".format(**verdict)
    yield "this script: SHA-256 {script_sha256} (compare it with a printed checkpoint)".format(**verdict)
    yield from (f"key {key} (compare it with the one you were given)" for key in verdict["keys"])
    yield from (f"RECALLED release {r.get('release_id')}, for item {r.get('item')}" for r in verdict["recalled"])
    yield from (f"WITHDRAWN entry {w.get('withdrawal_id')} of a pipeline" for w in verdict["withdrawn"])
    for s in verdict["set_back"]:
        yield f"CLOCK set back by {s['from'] - s['to']} ms: times around it are not to be relied on"
    for seen in verdict["witnessed"]:
        when = f"up to leaf {seen['size'] - 1}, at {seen['at']} (POSIX seconds)" if seen["size"] else "nothing here"
        yield f"WITNESSED by {seen['witness'].split('+')[0]}: {when}"
    for found in verdict["breaks"][:20]:
        where = "" if found["leaf"] is None else f"leaf {found['leaf']}: "
        yield f"BREAK {where}{found['message']} [{found['check']}]"
    if verdict["breaks"]:
        yield f"FAILED: {verdict['broken']} breaks, the first above"
        return
    if verdict["erased"]:
        yield f"{verdict['erased']} texts and answers erased: an event says so, and nothing of them can be computed"
    yield from (f"NOT COMMITTED {n} rows of {table}, from before" for table, n in sorted(verdict["before"].items()))
    if verdict["believed"]:
        yield f"{verdict['believed']} digests said by the exporter, not proved; {verdict['computed']} computed here"
    yield from (f"NOT PROVED {reason}" for reason in verdict["unproved"])
    yield "OK: everything holds" if verdict["ok"] else "CONSISTENT: nothing is broken, and not everything is proved"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check an exported audit log offline.")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--checkpoint", type=Path, action="append", default=[], help="one you kept")
    parser.add_argument("--vkey", action="append", default=[], help="the log's public key as you know it")
    parser.add_argument("--file", type=Path, action="append", default=[], help="a released file you hold")
    parser.add_argument("--witness", action="append", default=[], metavar="VKEY", help="the key of a witness you trust")
    parser.add_argument("--json", action="store_true", help="the verdict as JSON")
    options = parser.parse_args(arguments)
    try:
        verdict = verify(options.folder, options.checkpoint, options.vkey, options.file, (*options.witness,))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError, Broken) as error:
        parser.error(f"{options.folder} is not such an export: {type(error).__name__}: {error}")
    print(json.dumps(verdict) if options.json else "\n".join(describe(verdict)))
    return 1 if verdict["breaks"] else 0 if verdict["ok"] else 3


if __name__ == "__main__":
    sys.exit(main())
