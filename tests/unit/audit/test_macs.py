"""What was written into the database past the application is not sealed as real; what the application wrote is."""

import json
import shutil

import pytest
from sqlalchemy import insert, select, text, update

from app.audit import streams, verify
from app.audit.continuity import add_event_key, drop_event_key, replace_event_key, use_event_key
from app.audit.events import Tag
from app.audit.log import GENESIS, Subject, SystemActor, new_event_id
from app.audit.macs import INFO, EventKeys
from app.audit.models import Aside, Event, Leaf, Outbox, StreamHead
from app.audit.sequencer import sequence
from app.core.db import Database
from app.core.digest import canonical_json, sha256
from app.core.errors import Invalid, Unavailable
from tests.unit.audit import story
from tests.unit.audit.events import NOON, say, seal, signer_in, write
from tests.unit.audit.test_sequencer import drop_triggers


def keyed(database, folder, name="event.key"):
    """The database as a process of this host opens it."""
    return Database(database.url, info={INFO: EventKeys(folder / "keys" / name)})


@pytest.fixture
def ours(database, tmp_path):
    opened = keyed(database, tmp_path)
    yield opened
    opened.dispose()


def forge(database, stream, seq, prev, *, mac=None, tag=Tag.ROLE_GRANTED, head=False):
    """An event as somebody with the database alone writes it: everything right but the MAC."""
    at, event_id = NOON + 99, new_event_id(NOON + 99)
    body = canonical_json(
        {
            "v": 1,
            "event_id": event_id,
            "stream": stream,
            "seq": seq,
            "prev": prev,
            "tag": str(tag),
            "at": at,
            "project": None,
            "actor": {"kind": "person", "id": 1},
            "subject": {"type": "person", "id": 7},
            "data": {"role": "admin"},
        }
    )
    row = {"event_id": event_id, "stream": stream, "seq": seq, "tag": str(tag), "at": at, "body": body}
    with database.engine.begin() as connection:
        made = insert(Event).values(**row, sha256=sha256(body), mac=mac).returning(Event.id)
        pk = connection.scalar(made)
        connection.execute(insert(Outbox).values(event_pk=pk))
        if head:
            moved = update(StreamHead).where(StreamHead.stream == stream)
            connection.execute(moved.values(seq=seq, head_sha256=sha256(body)))
    return pk


def look(database, *columns):
    with database.reading() as session:
        return session.execute(select(*columns)).all()


def last_of(database, stream):
    with database.reading() as session:
        return session.scalars(select(Event).where(Event.stream == stream).order_by(Event.seq.desc())).first()


def tidings(database):
    """What the log says of tampering."""
    with database.reading() as session:
        bodies = session.scalars(select(Event.body).where(Event.tag == Tag.TAMPERING_FOUND).order_by(Event.id))
        return [json.loads(body)["data"] for body in bodies]


def verified(database, folder):
    return verify.verify(story.hand_out(database, folder), [], [], [])


def test_every_event_of_an_installation_has_a_mac_that_its_leaf_holds(ours, tmp_path):
    write(ours, *range(5))
    ours.writing(lambda s: say(s, 9))
    assert seal(ours, tmp_path) == 7  # and one that says that MACs begin
    macs = look(ours, Event.mac, Event.tag)
    assert all(mac for mac, _ in macs)
    assert macs[0][1] == Tag.MACS_BEGUN
    assert (tmp_path / "keys" / "event.key").stat().st_mode & 0o777 == 0o600
    found = verified(ours, tmp_path)
    assert found["breaks"] == []
    bundle = story.Bundle(tmp_path / "bundle")
    secret = next(line for line in (tmp_path / "keys" / "event.key").read_text().splitlines() if "signing" in line)
    for name in ("events.jsonl", "macs.txt"):
        content = (bundle.folder / name).read_text()
        assert secret.split()[1] not in content
        assert not any(mac in content for mac, _ in macs)


@pytest.mark.parametrize("kind", ["no-mac", "wrong-mac", "unknown-key"])
def test_an_event_inserted_by_sql_is_refused_and_the_log_goes_on(ours, tmp_path, kind):
    """Also where everything about it is right, and the head was moved so that the next event continues it."""
    write(ours, 1, 4)
    seal(ours, tmp_path)
    head = last_of(ours, streams.assignment(1))
    macs = {"no-mac": None, "wrong-mac": head.mac, "unknown-key": "00112233aabbccdd:" + "ab" * 32}
    pk = forge(ours, head.stream, head.seq + 1, head.sha256, mac=macs[kind], head=True)
    write(ours, 7)  # of the same stream: it cites the forged one
    seal(ours, tmp_path)
    assert look(ours, Aside.event_pk, Aside.why) == [(pk, kind)]
    assert pk not in [row.event_pk for row in look(ours, Leaf.event_pk)]
    assert look(ours, Outbox.event_pk) == []
    said = tidings(ours)[0]["refused"]
    assert [(one["row"], one["why"], one["seq"]) for one in said] == [(pk, kind, head.seq + 1)]
    found = verified(ours, tmp_path)
    checks = {one["check"] for one in found["breaks"]}
    assert checks == {"refused", "database"}  # nothing else of the log is called into question
    assert f"row {pk} of the table" in found["breaks"][0]["message"]


def test_a_row_changed_before_it_is_sealed_is_refused_whatever_was_made_good(ours, tmp_path):
    write(ours, 1)
    seal(ours, tmp_path)
    write(ours, 4)
    drop_triggers(ours)
    event = last_of(ours, streams.assignment(1))
    body = event.body.replace('"element":"e4"', '"element":"e5"')
    assert body != event.body
    with ours.engine.begin() as connection:
        changed = update(Event).where(Event.id == event.id)
        connection.execute(changed.values(body=body, sha256=sha256(body)))
        moved = update(StreamHead).where(StreamHead.stream == event.stream)
        connection.execute(moved.values(head_sha256=sha256(body)))
    assert seal(ours, tmp_path) == 1  # what the log says of it
    assert [row.why for row in look(ours, Aside.why)] == ["wrong-mac"]


def test_a_sealed_event_put_in_again_under_another_row_is_refused(ours, tmp_path):
    """Its MAC holds: it is its place in the stream that is taken."""
    write(ours, 1, 4, 7)
    seal(ours, tmp_path)
    columns = "stream, tag, at, project_id, actor_id, body, sha256, mac"
    with ours.engine.begin() as connection:
        if ours.is_sqlite:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        where = "FROM audit_event WHERE stream = 'assignment:1' AND seq = 2"
        sql = f"SELECT 900, event_id || 'x', seq + 100, {columns} {where}"
        connection.execute(text(f"INSERT INTO audit_event (id, event_id, seq, {columns}) {sql}"))
        connection.execute(text("INSERT INTO audit_outbox (event_pk) VALUES (900)"))
    seal(ours, tmp_path)
    assert look(ours, Aside.event_pk, Aside.why) == [(900, "altered")]  # its columns are not what its body says


def test_what_is_queued_a_second_time_is_taken_out_of_the_queue(ours, tmp_path):
    write(ours, 1)
    seal(ours, tmp_path)
    pk = last_of(ours, streams.assignment(1)).id
    with ours.engine.begin() as connection:
        connection.execute(insert(Outbox).values(event_pk=pk))
    write(ours, 2)
    seal(ours, tmp_path)
    assert look(ours, Outbox.event_pk) == []
    assert tidings(ours)[0]["refused"][0]["why"] == "queued-twice"
    assert look(ours, Aside.event_pk) == []  # the event itself is real


def test_waiting_events_taken_out_by_sql_leave_a_gap_that_alarms(ours, tmp_path, caplog):
    write(ours, 1)
    seal(ours, tmp_path)
    write(ours, 4)
    drop_triggers(ours)
    gone = last_of(ours, streams.assignment(1))
    with ours.engine.begin() as connection:
        connection.execute(text(f"DELETE FROM audit_outbox WHERE event_pk = {gone.id}"))
        connection.execute(text(f"DELETE FROM audit_event WHERE id = {gone.id}"))
    write(ours, 7)
    assert seal(ours, tmp_path) == 2  # what came after is real, and sealed
    assert tidings(ours)[0]["broken"] == [{"stream": "assignment:1", "seq": 3, "why": "gap"}]
    assert "stream assignment:1 does not go on at event 3: gap" in caplog.text
    breaks = verified(ours, tmp_path)["breaks"]
    assert any("event 3 follows event 1" in one["message"] for one in breaks)


def test_a_head_set_back_alarms(ours, tmp_path):
    write(ours, 1, 4)
    seal(ours, tmp_path)
    write(ours, 7)
    with ours.engine.begin() as connection:
        connection.execute(update(StreamHead).where(StreamHead.stream == "assignment:1").values(seq=1))
    seal(ours, tmp_path)
    assert tidings(ours)[0]["broken"] == [{"stream": "assignment:1", "seq": 1, "why": "head"}]


def test_what_a_forged_row_says_of_itself_stays_out_of_the_log(ours, tmp_path):
    write(ours, 1)
    forge(ours, "account:7 John Smith, born 3 May", 1, GENESIS)
    seal(ours, tmp_path)
    assert "Smith" not in json.dumps(tidings(ours))
    assert tidings(ours)[0]["refused"][0]["stream"] is None


def test_events_from_before_stay_valid_and_none_comes_after(database, tmp_path):
    """An upgrade: some events are sealed, some wait; none has a MAC."""
    write(database, 1, 2)
    seal(database, tmp_path)
    write(database, 3, 4)
    before, ours = Database(database.url), keyed(database, tmp_path)
    write(ours, 5)
    assert seal(ours, tmp_path) == 4  # two that waited, the beginning, one more
    assert look(ours, Aside.event_pk) == []
    forge(database, "assignment:8", 1, GENESIS)
    write(before, 6)  # a process of the version before
    before.dispose()
    seal(ours, tmp_path)
    assert [row.why for row in look(ours, Aside.why)] == ["no-mac", "no-mac"]
    ours.dispose()


def test_that_macs_began_is_known_where_the_database_forgot_it(ours, tmp_path):
    write(ours, 1)
    seal(ours, tmp_path)
    drop_triggers(ours)
    with ours.engine.begin() as connection:
        connection.execute(text("UPDATE audit_event SET tag = 'audit.log.exported' WHERE tag = 'audit.macs.begun'"))
    pk = forge(ours, "assignment:8", 1, GENESIS)
    seal(ours, tmp_path)
    assert look(ours, Aside.event_pk, Aside.why) == [(pk, "no-mac")]


def test_a_host_without_the_key_or_with_one_of_its_own_writes_and_seals_nothing(ours, tmp_path):
    write(ours, 1)
    seal(ours, tmp_path)
    write(ours, 2)
    bare = keyed(ours, tmp_path / "elsewhere")
    with pytest.raises(Unavailable, match="event-key-missing"):
        write(bare, 3)
    with pytest.raises(Unavailable, match="event-key-missing"):
        sequence(bare, signer_in(tmp_path), at=NOON)
    bare.info[INFO].make()
    with pytest.raises(Unavailable, match="event-key-unknown"):
        write(bare, 3)
    shutil.copy(tmp_path / "keys" / "event.key", tmp_path / "elsewhere" / "keys" / "event.key")
    write(bare, 3)
    assert sequence(bare, signer_in(tmp_path), at=NOON) == 2
    bare.dispose()


def test_a_key_others_may_read_is_not_used(ours, tmp_path):
    write(ours, 1)
    (tmp_path / "keys" / "event.key").chmod(0o640)
    with pytest.raises(Unavailable, match="event-key-exposed"):
        write(keyed(ours, tmp_path), 2)


def test_an_act_that_was_undone_does_not_begin_macs(ours, tmp_path):
    """The key is there, and the log has not said so: the next act says it."""

    def undone(session):
        say(session, 1)
        raise ValueError

    with pytest.raises(ValueError):
        ours.writing(undone)
    write(ours, 2)
    seal(ours, tmp_path)
    assert [row.tag for row in look(ours, Event.tag)] == [Tag.MACS_BEGUN, Tag.ELEMENT_ADDED]


def test_events_written_many_at_once_have_macs_too(ours, tmp_path):
    from app.audit.log import Entry, record_many

    entries = [Entry(streams.item(n), Subject("item", n), {}) for n in range(600)]
    ours.writing(lambda s: record_many(s, Tag.ITEM_CREATED, entries, actor=SystemActor("t"), project_id=1, at=NOON))
    assert seal(ours, tmp_path) == 601
    assert look(ours, Aside.event_pk) == []


def test_a_forged_rotation_of_a_key_of_macs_is_no_key(ours, tmp_path):
    """The log's word is not what makes a key: the file is."""
    write(ours, 1)
    stranger = EventKeys(tmp_path / "thief.key")
    stranger.make()
    head = last_of(ours, streams.SERVER)
    forged = stranger.signing
    body_seq, prev = head.seq + 1, head.sha256
    pk = forge(ours, streams.SERVER, body_seq, prev, tag=Tag.EVENT_KEY_CHANGED, mac=forged.mac("x", 1, prev, prev))
    seal(ours, tmp_path)
    assert look(ours, Aside.event_pk, Aside.why) == [(pk, "unknown-key")]


def test_an_upgraded_log_verifies_and_a_stripped_mac_is_found(database, tmp_path):
    write(database, 1, 2)
    seal(database, tmp_path)
    ours = keyed(database, tmp_path)
    write(ours, 3)
    assert verified(ours, tmp_path)["breaks"] == []
    bundle = story.Bundle(tmp_path / "bundle")
    macs = bundle.lines("macs.txt")
    assert [line == "-" for line in macs] == [True] * 2 + [False] * (len(macs) - 2)
    bundle.write([*macs[:3], "-", *macs[4:]], "macs.txt")
    lines, leaves = bundle.lines(), bundle.lines("leaves.txt")
    bundle.write([*leaves[:3], story.leaf_hash(lines[3].encode()).hex(), *leaves[4:]], "leaves.txt")
    breaks = verify.verify(bundle.folder, [], [], [])["breaks"]
    assert (3, "mac") in [(one["leaf"], one["check"]) for one in breaks]
    ours.dispose()


def test_the_mac_binds_key_stream_number_and_both_digests(tmp_path):
    """RFC 2104 over exactly these, separated by line feeds."""
    import hashlib
    import hmac

    keys = EventKeys(tmp_path / "k")
    keys.make()
    key = keys.signing
    expected = hmac.new(
        key.secret, f"chartmark event mac v1\n{key.id}\nitem:4\n7\naa\nbb".encode(), hashlib.sha256
    ).hexdigest()
    assert key.mac("item:4", 7, "aa", "bb") == f"{key.id}:{expected}"
    base = ("item:4", 7, "aa", "bb")
    assert keys.problem(key.mac(*base), *base) == ""
    for changed in (
        ("item:5", 7, "aa", "bb"),
        ("item:4", 8, "aa", "bb"),
        ("item:4", 7, "ab", "bb"),
        ("item:4", 7, "aa", "bc"),
    ):
        assert keys.problem(key.mac(*base), *changed) == "wrong-mac"


def test_two_keys_are_valid_while_one_follows_the_other(ours, tmp_path):
    """On two hosts, each of which has the file a moment later."""
    keys = ours.info[INFO]
    write(ours, 1)
    before = keys.signing.id
    fresh = add_event_key(ours, keys, SystemActor("t"), at=NOON)
    other = keyed(ours, tmp_path)
    write(other, 2)  # the other host signs with the old one
    use_event_key(ours, keys, SystemActor("t"), fresh, at=NOON)
    write(ours, 3)
    assert (keys.signing.id, sorted(keys.ids())) == (fresh, sorted([before, fresh]))
    assert {row.mac.split(":")[0] for row in look(ours, Event.mac)} == {before, fresh}
    with pytest.raises(Invalid, match="event-key"):
        drop_event_key(ours, keys, signer_in(tmp_path), SystemActor("t"), fresh, at=NOON)
    drop_event_key(ours, keys, signer_in(tmp_path), SystemActor("t"), before, at=NOON)
    assert look(ours, Aside.event_pk) == []
    assert verified(ours, tmp_path)["breaks"] == []
    other.dispose()


def test_a_lost_key_of_macs_is_replaced_and_the_log_says_so(ours, tmp_path):
    keys = ours.info[INFO]
    write(ours, 1)
    seal(ours, tmp_path)
    with pytest.raises(Invalid, match="event-key-not-lost"):
        replace_event_key(ours, keys, SystemActor("t"), at=NOON)
    write(ours, 2)
    keys.path.unlink()
    with pytest.raises(Unavailable, match="event-key-missing"):
        write(ours, 3)
    replace_event_key(ours, keys, SystemActor("t"), at=NOON)
    write(ours, 3)
    seal(ours, tmp_path)
    assert [row.why for row in look(ours, Aside.why)] == ["unknown-key"]  # what waited
    assert json.loads(last_of(ours, streams.SERVER).body)["data"]["change"] == "lost"
