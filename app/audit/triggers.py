"""The triggers of tables whose rows never change, and of those that change in a few columns: they refuse UPDATE,
DELETE, REPLACE and TRUNCATE.

A seat belt, not proof: whoever owns the file or the table can drop them. What cannot be undone
unseen is a checkpoint that left the system.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import MetaData, Table, UniqueConstraint

from app.core.db import Base

_PG_REFUSE = """
CREATE OR REPLACE FUNCTION chartmark_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only', ERRCODE = 'restrict_violation';
END $$"""

_PG_NEED_ERASURE = """
CREATE OR REPLACE FUNCTION chartmark_need_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM audit_erasure
                 WHERE table_name = TG_TABLE_NAME AND row_id = to_jsonb(OLD) ->> TG_ARGV[0]) THEN
    RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is deleted from only with an erasure',
      ERRCODE = 'restrict_violation';
  END IF;
  RETURN OLD;
END $$"""


_PG_ONLY_EMPTIED = """
CREATE OR REPLACE FUNCTION chartmark_only_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  words text[] := TG_ARGV[1:];
BEGIN
  IF EXISTS (SELECT 1 FROM audit_erasure
             WHERE table_name = TG_TABLE_NAME AND row_id = to_jsonb(OLD) ->> TG_ARGV[0])
     AND to_jsonb(OLD) - words = to_jsonb(NEW) - words
     AND NOT EXISTS (SELECT 1 FROM unnest(words) AS word WHERE coalesce(to_jsonb(NEW) ->> word, '') NOT IN ('', '{}'))
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only', ERRCODE = 'restrict_violation';
END $$"""


def append_only(table: Table | str, dialect: str) -> list[str]:
    """DDL after which rows of `table` can only be inserted. `dialect` is sqlite or postgresql.

    Columns of `info["words"]` are emptied, once, in rows that `audit_erasure` names.
    """
    table = _table(table)
    words = table.info.get("words", ())
    if dialect == "sqlite":
        unless = f"NOT ({_emptied(table, words)})" if words else "1"
        return [
            _sqlite(table.name, "no_update", "UPDATE", "is append-only", unless),
            _sqlite(table.name, "no_delete", "DELETE", "is append-only"),
            *_sqlite_no_replace(table),
        ]
    if not words:
        refusals = _pg_refuse(table.name, "no_change", "UPDATE OR DELETE")
        return [_PG_REFUSE, *refusals, *_pg_no_truncate(table.name)]
    (key,) = [column.name for column in table.primary_key]
    asked = ", ".join(f"'{name}'" for name in (key, *words))
    return [
        _PG_REFUSE,
        _PG_ONLY_EMPTIED,
        *_pg_trigger(table.name, "only_emptied", "UPDATE", "ROW", f"chartmark_only_emptied({asked})"),
        *_pg_refuse(table.name, "no_change", "DELETE"),
        *_pg_no_truncate(table.name),
    ]


def _emptied(table: Table, words: tuple[str, ...]) -> str:
    """SQLite's condition that an erasure names the row and nothing but its words goes."""
    (key,) = [column.name for column in table.primary_key]
    named = f"SELECT 1 FROM audit_erasure WHERE table_name = '{table.name}' AND row_id = CAST(OLD.{key} AS TEXT)"
    same = [f"OLD.{column.name} IS NEW.{column.name}" for column in table.columns if column.name not in words]
    gone = [f"coalesce(NEW.{name}, '') IN ('', '{{}}')" for name in words]
    return " AND ".join([f"EXISTS ({named})", *same, *gone])


def erasable(table: Table | str, dialect: str) -> list[str]:
    """DDL for a `*_body` table: no change, and DELETE only of rows that `audit_erasure` names."""
    table = _table(table)
    (key,) = [column.name for column in table.primary_key]
    if dialect == "sqlite":
        unless = (
            f"NOT EXISTS (SELECT 1 FROM audit_erasure WHERE table_name = '{table.name}' "
            f"AND row_id = CAST(OLD.{key} AS TEXT))"
        )
        return [
            _sqlite(table.name, "no_update", "UPDATE", "is append-only"),
            _sqlite(table.name, "no_delete", "DELETE", "is deleted from only with an erasure", unless),
            *_sqlite_no_replace(table),
        ]
    return [
        _PG_REFUSE,
        _PG_NEED_ERASURE,
        *_pg_refuse(table.name, "no_change", "UPDATE"),
        *_pg_trigger(table.name, "no_delete", "DELETE", "ROW", f"chartmark_need_erasure('{key}')"),
        *_pg_no_truncate(table.name),
    ]


def guarded(table: Table | str, dialect: str) -> list[str]:
    """DDL for a table that says in `info["guard"]` what of a row never changes (`fixed`), what is filled in once
    (`once`), what changes only together with another column (`with`); no row of it is deleted unless it says `delete`.
    """
    table = _table(table)
    guard = table.info["guard"]
    refused = " OR ".join(_refusals(guard, "IS NOT" if dialect == "sqlite" else "IS DISTINCT FROM"))
    if dialect == "sqlite":
        message = "does not change in what it says"
        statements = [_sqlite(table.name, "guard_update", "UPDATE", message, refused)]
        if not guard.get("delete"):
            statements.append(_sqlite(table.name, "guard_delete", "DELETE", "keeps its rows"))
        return [*statements, *_sqlite_no_replace(table)]
    events = f"BEFORE UPDATE ON {table.name} FOR EACH ROW WHEN ({refused})"
    statements = [_PG_REFUSE, *_pg_always(table.name, "guard_update", events)]
    if not guard.get("delete"):
        statements += _pg_always(table.name, "guard_delete", f"BEFORE DELETE ON {table.name} FOR EACH ROW")
    return [*statements, *_pg_no_truncate(table.name)]


def _refusals(guard: dict[str, Any], differs: str) -> Iterator[str]:
    for column in guard.get("fixed", ()):
        yield f"OLD.{column} {differs} NEW.{column}"
    for column in guard.get("once", ()):
        yield f"(OLD.{column} IS NOT NULL AND OLD.{column} {differs} NEW.{column})"
    for column, other in guard.get("with", ()):
        yield f"(OLD.{column} {differs} NEW.{column} AND NOT (OLD.{other} {differs} NEW.{other}))"


def all_triggers(metadata: MetaData, dialect: str) -> list[str]:
    """DDL for every table that says `append_only` or `erasable` in its `info`."""
    statements = []
    for table in metadata.sorted_tables:
        if table.info.get("append_only"):
            statements += append_only(table, dialect)
        if table.info.get("erasable"):
            statements += erasable(table, dialect)
        if table.info.get("guard"):
            statements += guarded(table, dialect)
    return statements


def _table(table: Table | str) -> Table:
    return Base.metadata.tables[table] if isinstance(table, str) else table


def _sqlite(table: str, name: str, event: str, message: str, when: str = "1") -> str:
    return (
        f"CREATE TRIGGER {table}_{name} BEFORE {event} ON {table} WHEN {when} "
        f"BEGIN SELECT RAISE(ABORT, '{table} {message}'); END"
    )


def _sqlite_no_replace(table: Table) -> Iterator[str]:
    """INSERT OR REPLACE deletes rows without firing DELETE triggers unless a pragma is set: so the
    insert itself is refused where any unique key is taken."""
    for number, (columns, where) in enumerate(_unique_keys(table)):
        taken = " AND ".join([*(f"{column} = NEW.{column}" for column in columns), *where])
        unless = f"EXISTS (SELECT 1 FROM {table.name} WHERE {taken})"
        yield _sqlite(table.name, f"no_replace_{number}", "INSERT", "is append-only", unless)


def _unique_keys(table: Table) -> Iterator[tuple[list[str], list[str]]]:
    """Columns of each key, and the condition under which it is one."""
    yield [column.name for column in table.primary_key], []
    constraints = [c for c in table.constraints if isinstance(c, UniqueConstraint)]
    keys = [([column.name for column in constraint.columns], list[str]()) for constraint in constraints]
    for index in (index for index in table.indexes if index.unique):
        where = index.dialect_kwargs.get("sqlite_where")
        keys.append(([column.name for column in index.columns], [] if where is None else [f"({where.text})"]))
    yield from sorted(keys)


def _pg_refuse(table: str, name: str, events: str) -> list[str]:
    return _pg_trigger(table, name, events, "ROW", "chartmark_refuse_change()")


def _pg_no_truncate(table: str) -> list[str]:
    """TRUNCATE fires no row trigger."""
    return _pg_trigger(table, "no_truncate", "TRUNCATE", "STATEMENT", "chartmark_refuse_change()")


def _pg_trigger(table: str, name: str, events: str, scope: str, function: str) -> list[str]:
    return _pg_always(table, name, f"BEFORE {events} ON {table} FOR EACH {scope}", function)


def _pg_always(table: str, name: str, events: str, function: str = "chartmark_refuse_change()") -> list[str]:
    trigger = f"{table}_{name}"
    return [
        f"CREATE TRIGGER {trigger} {events} EXECUTE FUNCTION {function}",
        # Otherwise session_replication_role = replica walks past it.
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}",
    ]
