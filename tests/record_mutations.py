"""Eighty ways of tampering with a released record, each with the verdict it must get, written beforehand.

`code`: 1 is broken, 3 consistent and not proved; never 0. `place`: what the first break must say. Those on the database
are done with SQL alone, by somebody without any key; those on a bundle say what the hand had. `anchored`: what the
place is once the auditor brings the checkpoint kept before.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from tests.unit.audit.story import change, rechain


@dataclass(frozen=True)
class Mutation:
    """What is done, in a sentence; SQL statements, or a function of the world or bundle that gives or does it."""

    said: str
    does: Any
    place: str
    code: int = 1
    anchored: str = ""


def text_and_digest(world):
    """The text with its digest made good, as whoever reads the schema would."""
    ((salt,),) = world.ask("SELECT salt FROM document_body WHERE document_id = 1")
    digest = hashlib.sha256(salt + b"Another text.").hexdigest()
    return (
        "UPDATE document_body SET text = 'Another text.' WHERE document_id = 1",
        f"UPDATE document SET text_sha256 = '{digest}' WHERE id = 1",
    )


def answer_and_digest(world):
    ((body, salt),) = world.ask("SELECT body, salt FROM submission_body WHERE submission_id = 1")
    body = body.replace("heads", "tails")
    digest = hashlib.sha256(salt + body.encode()).hexdigest()
    return (
        f"UPDATE submission_body SET body = '{body}' WHERE submission_id = 1",
        f"UPDATE submission SET body_sha256 = '{digest}' WHERE id = 1",
    )


def guideline_and_digest(_world):
    digest = hashlib.sha256(b"# Anything goes").hexdigest()
    return (f"UPDATE guideline_version SET body = '# Anything goes', body_sha256 = '{digest}' WHERE id = 1",)


def tier_and_commitment(world):
    """The credential with the digest kept beside it made good: what the event says stays."""
    from app.audit.rows import digest_of
    from app.core.db import Base

    table = Base.metadata.tables["credential"]
    with world.database.engine.connect() as connection:
        row = dict(connection.execute(table.select().where(table.c.id == 1)).mappings().one())
    digest = digest_of(table, row | {"tier": 4})
    return (
        "UPDATE credential SET tier = 4 WHERE id = 1",
        f"UPDATE audit_row SET sha256 = '{digest}' WHERE row_key = 'credential/1'",
    )


def copied(table, key="id", value=99, **changed):
    """A copy of a table's first row under another key."""

    def statements(world):
        names = [name for _, name, *_ in world.ask(f"PRAGMA table_info({table})")]
        values = [str(value) if name == key else changed.get(name, name) for name in names]
        first = f"(SELECT min({key}) FROM {table})"
        return (
            f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)} FROM {table} WHERE {key} = {first}",
        )

    return statements


def forged_event(tag, stream, subject, actor):
    """An event put behind the last of its stream, with its head and its place in the queue, as the server would."""

    def statements(world):
        from app.audit.log import new_event_id
        from app.core.digest import canonical_json, sha256

        ((seq, prev),) = world.ask(f"SELECT seq, head_sha256 FROM audit_stream WHERE stream = '{stream}'")
        at = 1_700_000_000_000
        event = {"v": 1, "event_id": new_event_id(at), "stream": stream, "seq": seq + 1, "prev": prev, "tag": tag}
        event |= {"at": at, "project": 1, "actor": actor, "subject": subject, "data": {}}
        body = canonical_json(event)
        copies = f"7777, '{event['event_id']}', '{stream}', {seq + 1}, '{tag}', {at}, 1, {actor.get('id') or 'NULL'}"
        columns = "id, event_id, stream, seq, tag, at, project_id, actor_id, body, sha256"
        return (
            f"INSERT INTO audit_event ({columns}) VALUES ({copies}, '{body}', '{sha256(body)}')",
            f"UPDATE audit_stream SET seq = {seq + 1}, head_sha256 = '{sha256(body)}' WHERE stream = '{stream}'",
            "INSERT INTO audit_outbox VALUES (7777)",
        )

    return statements


def reader(person=2, **more):
    return {
        "kind": "person", "id": person, "roles": [], "project_roles": {"1": ["manager"]}, "tier": 2, "credentials": [1],
        "session": None, "request": None,
    } | more  # fmt: skip


BODY = "UPDATE submission_body SET body = replace(body, 'heads', 'tails')"
ON_THE_DATABASE = (
    # --- texts and answers
    Mutation(
        "a text is changed", ["UPDATE document_body SET text = text || '!' WHERE document_id = 1"], "document_body/1"
    ),
    Mutation("a text is changed with its digest", text_and_digest, "document/1 is not the row"),
    Mutation(
        "the salt of a text is changed",
        ["UPDATE document_body SET salt = x'00' WHERE document_id = 1"],
        "document_body/1",
    ),
    Mutation("every answer is changed", [BODY], "submission_body/1"),
    Mutation("one answer is changed with its digest", answer_and_digest, "submission/1 is not the row"),
    Mutation(
        "an answer gets another author",
        ["UPDATE submission SET person_id = person_id + 1 WHERE id = 1"],
        "submission/1",
    ),
    Mutation(
        "an answer gets a better qualification",
        ["UPDATE submission SET credentials_json = '{}' WHERE id = 2"],
        "submission/2",
    ),
    Mutation(
        "an answer is put under another guideline",
        ["UPDATE submission SET guideline_version_id = 9 WHERE id = 2"],
        "submission/2",
    ),
    Mutation(
        "an answer is dated back", ["UPDATE submission SET frozen_at = frozen_at - 1 WHERE id = 1"], "submission/1"
    ),
    Mutation(
        "an answer is taken out",
        ["DELETE FROM submission_body WHERE submission_id = 1", "DELETE FROM submission WHERE id = 1"],
        "submission/1 is in the log and no longer",
    ),
    Mutation("an answer is copied", copied("submission", ordinal="77"), "submission/99 is in no event"),
    Mutation(
        "the body of an answer goes without an erasure",
        ["DELETE FROM submission_body WHERE submission_id = 2"],
        "submission_body/2 is gone",
    ),
    Mutation(
        "a text goes without an erasure", ["DELETE FROM document_body WHERE document_id = 2"], "document_body/2 is gone"
    ),
    Mutation(
        "a text goes under a forged erasure",
        [
            "DELETE FROM document_body WHERE document_id = 2",
            "INSERT INTO audit_erasure SELECT table_name, '2', event_id, at FROM audit_erasure",
        ],
        "erasures under event",
    ),
    Mutation(
        "an erasure is forged under an event of its own",
        [
            "DELETE FROM document_body WHERE document_id = 2",
            "INSERT INTO audit_erasure VALUES ('document_body', '2', 'nothing', 5)",
        ],
        "erasures under event nothing",
    ),
    Mutation("an erasure is taken out", ["DELETE FROM audit_erasure"], "erasures of event"),
    # --- what was read, and by which rules
    Mutation(
        "a guideline is changed",
        ["UPDATE guideline_version SET body = body || '!' WHERE id = 1"],
        "guideline_version/1",
    ),
    Mutation("a guideline is changed with its digest", guideline_and_digest, "guideline_version/1"),
    Mutation("a guideline is dated back", ["UPDATE guideline_version SET published_at = 1"], "guideline_version/1"),
    Mutation("a schema is changed", ["UPDATE label_schema SET body = replace(body, 'coin', 'note')"], "label_schema/1"),
    Mutation(
        "a verdict of the de-identification is changed",
        ["UPDATE document SET verdict = 'machine_passed' WHERE id = 1"],
        "document/1",
    ),
    Mutation(
        "what was done to a text is told otherwise",
        ["UPDATE document SET deid_json = '{\"engine\":9}' WHERE id = 2"],
        "document/2",
    ),
    Mutation("an item gets another text", ["UPDATE item SET document_id = 99 WHERE id = 2"], "item/2"),
    Mutation(
        "an item is signed by hand",
        ["UPDATE item SET state = 'signed' WHERE id = 3"],
        "item 3 is signed in the database",
    ),
    Mutation(
        "a task is another reader's", ["UPDATE assignment SET person_id = person_id + 4 WHERE id = 1"], "assignment/1"
    ),
    Mutation("a round has another workflow", ["UPDATE round SET workflow_json = '{}' WHERE id = 1"], "round/1"),
    Mutation(
        "somebody is made to have read a guideline",
        copied("guideline_acknowledgement", key="person_id", value=1),
        "guideline_acknowledgement/1/1 is in no event",
    ),
    Mutation(
        "a setting of the project is changed", ["UPDATE project SET settings_json = '{}', title = 'Other'"], "project/1"
    ),
    Mutation(
        "the code release of an encounter is changed",
        ["UPDATE encounter SET code_release = '2021' WHERE id = 1"],
        "encounter/1",
    ),
    # --- who may do what
    Mutation("a credential gets a higher tier", ["UPDATE credential SET tier = 4 WHERE id = 1"], "credential/1"),
    Mutation("a credential gets a higher tier, and what is kept of its digest", tier_and_commitment, "credential/1"),
    Mutation(
        "a credential expires later", ["UPDATE credential SET expires_at = expires_at * 2 WHERE id = 2"], "credential/2"
    ),
    Mutation(
        "a revoked credential is in force again",
        ["UPDATE credential SET revoked_at = NULL, revoked_because = NULL"],
        "credential/",
    ),
    Mutation(
        "a credential is another's", ["UPDATE credential SET person_id = person_id + 1 WHERE id = 3"], "credential/3"
    ),
    Mutation("a credential is put there", copied("credential"), "credential/99"),
    Mutation(
        "a credential is taken out", ["DELETE FROM credential WHERE id = 2"], "credential/2 is in the log and no longer"
    ),
    Mutation("a signer's password is replaced", ["UPDATE password SET hash = '$argon2id$mine'"], "password/"),
    Mutation(
        "a signer's password is replaced with its salt",
        ["UPDATE password SET hash = '$argon2id$mine', salt = x'01'"],
        "password/",
    ),
    Mutation("a password is put there", copied("password", key="person_id", value=1), "password/1 is in no event"),
    Mutation(
        "a password is taken out",
        ["DELETE FROM password WHERE person_id = (SELECT min(person_id) FROM password)"],
        "is in the log and no longer",
    ),
    Mutation(
        "a role on the server is put there", copied("server_role", role="'admin'"), "server_role/99 is in no event"
    ),
    Mutation("a role that ended is in force again", ["UPDATE server_role SET revoked_at = NULL"], "server_role/1"),
    Mutation("a role becomes a greater one", ["UPDATE server_role SET role = 'admin' WHERE id = 2"], "server_role/2"),
    Mutation("a membership is put there", copied("member", role="'auditor'"), "member/99 is in no event"),
    Mutation("a reader becomes an adjudicator", ["UPDATE member SET role = 'adjudicator' WHERE id = 2"], "member/2"),
    Mutation("a membership that ended goes on", ["UPDATE member SET ended_at = NULL"], "member/"),
    Mutation("a person gets another name", ["UPDATE person SET display_name = 'Dr Nobody' WHERE id = 3"], "person/3"),
    Mutation(
        "an identity was never verified", ["UPDATE person SET identity_method = 'not at all' WHERE id = 3"], "person/3"
    ),
    Mutation(
        "an account is closed by hand",
        ["UPDATE person SET status = 'deactivated', deactivated_at = 5 WHERE id = 4"],
        "person/4",
    ),
    Mutation(
        "rows of before are invented for a new credential",
        [
            "INSERT INTO audit_before VALUES ('credential', 9, 999)",
            "CREATE TEMP TABLE one AS SELECT * FROM credential WHERE id = 1",
            "UPDATE one SET id = 99, tier = 4",
            "INSERT INTO credential SELECT * FROM one",
        ],
        "credential/99",
    ),
    # --- rulings, signatures, releases
    Mutation("a ruling is turned round", ["UPDATE ruling SET version = 1 - version"], "ruling/1"),
    Mutation("a ruling is taken out", ["DELETE FROM ruling"], "ruling/1 is in the log and no longer"),
    Mutation(
        "a signature gets another name", ["UPDATE signature SET signer_name = 'Dr Nobody' WHERE id = 1"], "signature/1"
    ),
    Mutation(
        "a manifest is changed",
        ["UPDATE signature SET manifest = replace(manifest, 'passport', 'x'), signed_at = 1 WHERE id = 1"],
        "signature/1",
    ),
    Mutation(
        "a signature is taken out", ["DELETE FROM signature WHERE id = 1"], "signature 1 is in the log and no longer"
    ),
    Mutation(
        "a signature is moved to another answer", ["UPDATE signature SET record_id = 1 WHERE id = 2"], "signature/2"
    ),
    Mutation(
        "a release has another manifest",
        ["UPDATE release SET manifest = replace(manifest, 'toys', 'boys')"],
        "release 1",
    ),
    Mutation("a release is taken out", ["DELETE FROM release"], "release 1 is in the log and no longer"),
    Mutation("an export is taken out", ["DELETE FROM release_export"], "release_export/1 is in the log and no longer"),
    # --- the log
    Mutation(
        "an event is changed",
        [
            "UPDATE audit_event SET body = replace(body, '\"tier\":3', '\"tier\":4') "
            "WHERE tag = 'accounts.credential.granted' AND body LIKE '%\"tier\":3%'"
        ],
        "event",
    ),
    Mutation(
        "an event is taken out",
        ["DELETE FROM audit_event WHERE tag = 'review.case.ruled'"],
        "the event is not there, only its hash",
    ),
    Mutation(
        "the newest events are taken out with their places",
        [
            "DELETE FROM audit_event WHERE id IN (SELECT event_pk FROM audit_leaf ORDER BY idx DESC LIMIT 3)",
            "DELETE FROM audit_leaf WHERE idx >= (SELECT max(idx) - 2 FROM audit_leaf)",
        ],
        "",
    ),
    Mutation(
        "a signature is forged by a reader",
        forged_event(
            "review.signature.made",
            "item:1",
            {"type": "signature", "id": 98},
            reader(project_roles={"1": ["annotator"]}, tier=1),
        ),
        "person 2 acted",
    ),
    Mutation(
        "a ruling is forged by a service",
        forged_event(
            "review.case.ruled",
            "item:1",
            {"type": "item", "id": 1},
            {"kind": "service", "name": "model", "version": ""},
        ),
        "was done by a service",
    ),
    Mutation(
        "a release is forged by somebody in a role nobody gave",
        forged_event("release.release.cut", "project:1", {"type": "release", "id": 7}, reader(person=3)),
        "person 3 acted as manager",
    ),
)


# --- Hands on a bundle ------------------------------------------------------------------------------------------
def edited(name, old, new):
    def tamper(bundle, _signer, _stranger):
        path = bundle.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return tamper


def emptied(bundle, signer, _stranger):
    for path in bundle.folder.glob("*.jsonl"):
        path.write_text("")
    for name in ("leaves.txt", "checkpoint.txt"):
        (bundle.folder / name).write_text("")
    (bundle.folder / "transitions.json").write_text("{}")


def hidden(bundle, _signer, _stranger):
    lines = bundle.lines()
    bundle.write([*lines[:7], "null", *lines[8:]])


def without_row(bundle, _signer, _stranger):
    bundle.write([line for line in bundle.lines("rows.jsonl") if '"submission/1"' not in line], "rows.jsonl")


def other_salt(bundle, _signer, _stranger):
    bundle.edit_rows("rows.jsonl", lambda rows: next(r for r in rows if r["key"] == "person/2").update(salt="00"))


def erased_by_hand(bundle, _signer, _stranger):
    bundle.edit_rows("bodies.jsonl", lambda rows: [r.pop("body", None) for r in rows[:1]])


def softened(bundle, _signer, _stranger):
    """verify.py that finds nothing."""
    path = bundle.folder / "verify.py"
    path.write_text(path.read_text().replace("self.broken += 1", "pass", 1))


def reworked(lines):
    """One event told otherwise, every link made good again."""
    index = next(n for n, line in enumerate(lines) if '"tag":"review.case.ruled"' in line)
    return rechain([*lines[:index], change(lines[index], data__choice="none"), *lines[index + 1 :]])


def resealed(by, keys=False, cut=0):
    """Everything rewritten and signed again, by the stolen key or by another that is put into the bundle."""

    def tamper(bundle, signer, stranger):
        key = signer if by == "stolen" else stranger
        lines = bundle.lines()
        bundle.write_log(lines[:-cut] if cut else reworked(lines))
        if keys:
            bundle.write(stranger.vkeys(), "vkeys.txt")
        bundle.sign_again(key, sizes=())

    return tamper


def appended(bundle, _signer, stranger):
    """The true log, and behind it what somebody without its key adds under a key of theirs."""
    notes = bundle.lines("checkpoints.jsonl")
    extra = change(bundle.lines()[-1], seq=json.loads(bundle.lines()[-1])["seq"] + 1)
    extra = change(extra, prev=hashlib.sha256(bundle.lines()[-1].encode()).hexdigest())
    bundle.write_log([*bundle.lines(), extra])
    bundle.write([*bundle.lines("vkeys.txt"), *stranger.vkeys()], "vkeys.txt")
    bundle.sign_again(stranger, sizes=())
    bundle.write([*notes, *bundle.lines("checkpoints.jsonl")], "checkpoints.jsonl")
    bundle.sign_scope(stranger)


MISSING = "events are missing"
ON_A_BUNDLE = (
    Mutation(
        "the bundle passes for a project's",
        edited("bundle.json", '"project": null', '"project": 1'),
        "bundle.json is not as a key",
    ),
    Mutation(
        "the bundle passes for another log's",
        edited("bundle.json", '"origin": "log.', '"origin": "dog.'),
        "checkpoint of size",
    ),
    Mutation("an event is hidden in the whole log", hidden, "the event is not there, only its hash"),
    Mutation("the bundle is emptied", emptied, ""),
    Mutation("a row is left out", without_row, "submission/1 is in the log and no longer"),
    Mutation("a row has another salt", other_salt, "person/2"),
    Mutation("a body is left out", erased_by_hand, "_body/1"),
    Mutation(
        "an answer is changed", edited("bodies.jsonl", 'face\\":\\"heads', 'face\\":\\"tails'), "submission_body/"
    ),
    Mutation("a state is changed", edited("states.jsonl", '"released"', '"signed"'), "in the database"),
    Mutation("the script finds nothing any more", softened, "verify.py is not the file that was exported"),
    Mutation(
        "the README says otherwise",
        edited("README.md", "verify.py", "nothing.py"),
        "README.md is not the file that was exported",
    ),
    Mutation(
        "everything is rewritten under another key, which lies in the bundle",
        resealed("stranger", keys=True),
        "",
        code=1,
        anchored="none of the known keys",
    ),
    Mutation(
        "the end is cut off and signed with the stolen key", resealed("stolen", cut=2), "", code=1, anchored=MISSING
    ),
    Mutation("events are appended under another key", appended, "", code=3, anchored="none of the known keys"),
)
