"""Lists that stood in a string become rows: reasons of documents and records, what was wrong with a delivery, what a
job set aside.

What a database holds is brought over, in the order it had.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

# 64 bits wide; SQLite gives AUTOINCREMENT only to INTEGER.
INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
APPEND_ONLY = ("document_reason", "batch_problem", "batch_passed")
CHUNK = 5000

# New table → the table and column in which its rows stood, its key behind that table's, its other columns.
LISTS = {
    "document_reason": ("document", "reasons", "position", ("code",)),
    "source_reason": ("source", "reason", "position", ("code",)),
    "batch_problem": ("batch", "problems_json", "position", ("code", "place", "message")),
    "batch_passed": ("batch", "passed_json", "position", ("place", "message")),
    "job_aside": ("job", "set_aside_json", "number", ("code",)),
}


def upgrade():
    bind = op.get_bind()
    for table, (owner, column, key, more) in LISTS.items():
        made = op.create_table(
            table,
            sa.Column(f"{owner}_id", INT, autoincrement=False, nullable=False),
            sa.Column(key, INT, autoincrement=False, nullable=False),
            *(sa.Column(name, sa.Text(), nullable=False) for name in more),
            sa.ForeignKeyConstraint([f"{owner}_id"], [f"{owner}.id"], name=op.f(f"fk_{table}_{owner}_id")),
            sa.PrimaryKeyConstraint(f"{owner}_id", key, name=op.f(f"pk_{table}")),
        )
        rows = list(_rows(bind, table))
        for first in range(0, len(rows), CHUNK):
            bind.execute(made.insert(), rows[first : first + CHUNK])
        op.drop_column(owner, column)
    for statement in _triggers(bind.dialect.name):
        bind.execute(sa.text(statement))


def downgrade():
    bind = op.get_bind()
    for table, (owner, column, _, _) in LISTS.items():
        # A column that may not be empty needs a value for the rows that are there.
        empty = "[]" if column.endswith("_json") else ""
        op.add_column(owner, sa.Column(column, sa.Text(), nullable=False, server_default=empty))
        update = sa.text(f"UPDATE {owner} SET {column} = :listed WHERE id = :id")  # noqa: S608
        for listed in _strings(bind, table):
            bind.execute(update, listed)
        op.drop_table(table)
        if bind.dialect.name == "postgresql":
            op.alter_column(owner, column, server_default=None)


def _rows(bind, table):
    """The rows that the strings of a column make."""
    owner, column, key, _ = LISTS[table]
    query = sa.text(f"SELECT id, {column} FROM {owner} WHERE {column} NOT IN ('', '[]') ORDER BY id")  # noqa: S608
    for row_id, listed in bind.execute(query):
        for position, one in enumerate(_entries(column, listed)):
            yield {f"{owner}_id": row_id, key: position} | one


def _entries(column, listed):
    if not column.endswith("_json"):
        return [{"code": code} for code in listed.split(",")]
    entries = json.loads(listed)
    if column == "set_aside_json":
        return [{"number": number, "code": code} for number, code in entries]
    return [{"place" if name == "where" else name: value for name, value in one.items()} for one in entries]


def _strings(bind, table):
    """What each row of the owner had in its column."""
    owner, column, key, more = LISTS[table]
    names = ", ".join((key, *more))
    query = sa.text(f"SELECT {owner}_id, {names} FROM {table} ORDER BY {owner}_id, {key}")  # noqa: S608
    lists = {}
    for row_id, *values in bind.execute(query):
        lists.setdefault(row_id, []).append(values)
    for row_id, rows in lists.items():
        yield {"id": row_id, "listed": _joined(column, more, rows)}


def _joined(column, more, rows):
    if not column.endswith("_json"):
        return ",".join(code for _, code in rows)
    if column == "set_aside_json":
        return _canonical([list(row) for row in rows])
    names = ["where" if name == "place" else name for name in more]
    return _canonical([dict(zip(names, row[1:], strict=True)) for row in rows])


def _canonical(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _triggers(dialect):
    """What refuses a change of these rows."""
    for table in APPEND_ONLY:
        if dialect == "sqlite":
            same = " AND ".join(f"{name} = NEW.{name}" for name in (f"{LISTS[table][0]}_id", "position"))
            refused = f"SELECT RAISE(ABORT, '{table} is append-only')"
            for name, act, when in (
                ("no_update", "UPDATE", "1"),
                ("no_delete", "DELETE", "1"),
                ("no_replace_0", "INSERT", f"EXISTS (SELECT 1 FROM {table} WHERE {same})"),
            ):
                yield f"CREATE TRIGGER {table}_{name} BEFORE {act} ON {table} WHEN {when} BEGIN {refused}; END"
            continue
        refused = "EXECUTE FUNCTION chartmark_refuse_change()"
        yield f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {refused}"
        yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_change"
        yield f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refused}"
        yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_truncate"
