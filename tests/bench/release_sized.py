"""A project of signed notes, as many as one likes: one goes through review, the others are copies of its rows."""

from random import Random

from sqlalchemy import insert, select

from app.core.counts import recount
from app.core.db import Base
from app.corpus.document import Document
from app.corpus.source import Source
from app.review.item import Item
from app.review.settled import rebuild
from tests.signing import confirm
from tests.team import Team

SPANS = 40
LABELS = [{"key": key, "title": key.title()} for key in ("problem", "drug", "ade")]
SCHEMA = {"key": "bench", "version": "1", "modality": "notes", "title": "Bench", "labels": LABELS}
SCHEMA |= {"relations": [{"key": "causes", "title": "Causes"}]}
LINE = "Line {:02}: complains of symptom{:03} since {:06x}, no fever, takes drug{:03} daily {:06x}, then rash.\n"
PIECE = 1000
# Table → columns that hold the number of the copy, and those that hold a name which must be one of its own.
COPIED = {
    "subject": ((), ("pseudonym", "reference")),
    "encounter": (("subject_id",), ("reference", "label")),
    "source": (("subject_id", "encounter_id"), ("reference",)),
    "document": (("subject_id", "encounter_id", "source_id"), ("label",)),
    "item": (("document_id",), ("label",)),
    "round": (("item_id",), ()),
    "assignment": (("item_id", "round_id"), ()),
    "submission": (("assignment_id", "item_id", "round_id"), ()),
    "signature": (("item_id", "assignment_id", "record_id"), ()),
}


def note(number):
    """A text like the next one but for words of the same length: their spans are in the same places."""
    chance = Random(number)
    lines = (LINE.format(n, n, chance.getrandbits(24), n, chance.getrandbits(24)) for n in range(SPANS // 2))
    return f"Note {number:08}.\n" + "".join(lines)


def answer():
    """40 spans, every fourth with a code or a negation, and who caused what."""
    text, elements = note(0), {}
    for n in range(SPANS // 2):
        for kind, word in (("problem", f"symptom{n:03}"), ("drug", f"drug{n:03}")):
            start = text.index(word)
            body = {"kind": "entity", "fragments": [[start, start + len(word)]], "label": kind, "status": "confirmed"}
            if n % 4 == 0:
                body["assertion"] = {"polarity": "negated"}
            elements[f"{kind[0]}{n}"] = body
        if n % 5 == 0:
            start = text.index("rash", text.index(f"Line {n:02}"))
            elements[f"a{n}"] = {
                "kind": "entity",
                "fragments": [[start, start + 4]],
                "label": "ade",
                "status": "confirmed",
            }
            causes = {"kind": "relation", "type": "causes", "head": f"d{n}", "tail": f"a{n}", "status": "confirmed"}
            elements[f"c{n}"] = causes
    return elements


def seed(database, notes):
    """A project with `notes` signed items; the team that made it. No event speaks of the copies: not to be cut."""
    team = Team(database, schema=SCHEMA, workflow="trainee_verifier")
    item = _reviewed(team, 0)
    with database.engine.begin() as connection:
        _copy(connection, team, item, notes - 1)
    team.database.writing(lambda s: _count(s, team.project_id))
    return team


def sign_each(database, notes):
    """A project of which every item went through review, as a release asks; the team that made it."""
    team = Team(database, schema=SCHEMA, workflow="trainee_verifier")
    for number in range(notes):
        _reviewed(team, number)
    return team


def _reviewed(team, number):
    item, task = team.item("ann", text=note(number))
    team.open("ann", task)
    team.write("ann", task, answer())
    from app.review.submission import submit

    team.act("ann", submit, task)
    confirm(team, "vera", item)
    return item


def _copy(connection, team, item, copies):
    tables = Base.metadata.tables
    first = {name: _rows(connection, tables[name], item, team) for name in COPIED}
    ends = {name: max(row["id"] for row in rows) for name, rows in first.items()}
    bodies = {
        "document_body": ("document_id", "document"),
        "submission_body": ("submission_id", "submission"),
    }
    held = {name: [dict(r._mapping) for r in connection.execute(select(tables[name]))] for name in bodies}
    (head,) = [
        dict(r._mapping) for r in connection.execute(select(tables["audit_stream"]).filter_by(stream=f"item:{item.id}"))
    ]
    for begin in range(1, copies + 1, PIECE):
        numbers = range(begin, min(begin + PIECE, copies + 1))
        for name, (links, names) in COPIED.items():
            made = [_copied(row, n, ends, links, names, name) for n in numbers for row in first[name]]
            connection.execute(insert(tables[name]), made)
        for name, (column, of) in bodies.items():
            made = [
                row | {column: row[column] + n * ends[of]} | ({"text": note(n)} if "text" in row else {})
                for n in numbers
                for row in held[name]
                if row[column] in {one["id"] for one in first[of]}
            ]
            connection.execute(insert(tables[name]), made)
        heads = [head | {"stream": f"item:{item.id + n * ends['item']}"} for n in numbers]
        connection.execute(insert(tables["audit_stream"]), heads)


def _rows(connection, table, item, team):
    wanted = {
        "subject": table.c.id.in_(select(Document.subject_id)),
        "item": table.c.id == item.id,
    }.get(table.name)
    query = select(table) if wanted is None else select(table).where(wanted)
    return [dict(row._mapping) for row in connection.execute(query.order_by(table.c.id))]


def _copied(row, number, ends, links, names, table):
    made = row | {"id": row["id"] + number * ends[table]}
    owner = {"record_id": "submission"}
    for column in links:
        made[column] = row[column] + number * ends[owner.get(column, column.removesuffix("_id"))]
    made |= {column: f"{row[column]}-{number}" for column in names}
    return made


def _count(session, project_id):
    for model in (Item, Document, Source):
        recount(session, model, project_id)
    rebuild(session, project_id)
