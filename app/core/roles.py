"""Two roles of PostgreSQL: the owner, who migrates, and the application, which may only do what it does.

The application reads and inserts; it changes and deletes rows where a table is not append-only, and deletes bodies that
an erasure names (a trigger asks). It can neither alter, drop nor truncate a table, make one, nor put its own trigger on
one: so it cannot take off the guards that the owner put there.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import MetaData, Table, text
from sqlalchemy.engine import Connection, make_url

# What no application's role may have, by what PostgreSQL calls it.
FORBIDDEN = ("TRUNCATE", "TRIGGER", "REFERENCES")


def rights_of(table: Table) -> dict[str, list[str]]:
    """Right → the columns it is of; no columns: the whole table.

    `info["append_only"]` and `info["insert_only"]` rows are only added, `info["erasable"]` ones deleted too; of a row
    with an `info["guard"]` change the columns that are not fixed. Locking a row takes a right to change it:
    `info["locked"]` gives that of the key, and triggers refuse what would use it. `info["words"]` are emptied by an
    erasure.
    """
    info = table.info
    keys = [column.name for column in table.primary_key]
    rights: dict[str, list[str]] = {"SELECT": [], "INSERT": []}
    if guard := info.get("guard"):
        rights["UPDATE"] = [column.name for column in table.columns if column.name not in guard.get("fixed", ())]
    elif words := info.get("words"):
        rights["UPDATE"] = list(words)
    elif info.get("locked"):
        rights["UPDATE"] = keys
    elif not (info.get("append_only") or info.get("insert_only") or info.get("erasable")):
        rights["UPDATE"] = []
    if may_delete(table):
        rights["DELETE"] = []
    return rights


def may_delete(table: Table) -> bool:
    """Whether the application deletes rows: of operational tables, and of bodies that an erasure names."""
    info = table.info
    if guard := info.get("guard"):
        return bool(guard.get("delete"))
    return bool(info.get("erasable")) or not (info.get("append_only") or info.get("insert_only"))


def role_of(url: str) -> str:
    return make_url(url).username or ""


def is_split(url: str, owner_url: str) -> bool:
    """Whether two addresses name one PostgreSQL under two roles."""
    return url.startswith("postgresql") and role_of(url) != role_of(owner_url)


def grants(metadata: MetaData, role: str, database: str, schema: str = "public") -> Iterator[str]:
    """Statements of the owner after which `role` has these rights in the schema and no others."""
    name, place = _quoted(role), _quoted(schema)
    yield f"REVOKE CREATE ON SCHEMA {place} FROM PUBLIC, {name}"
    yield f"REVOKE TEMPORARY ON DATABASE {_quoted(database)} FROM PUBLIC, {name}"
    yield f"GRANT CONNECT ON DATABASE {_quoted(database)} TO {name}"
    yield f"GRANT USAGE ON SCHEMA {place} TO {name}"
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA {place} FROM PUBLIC, {name}"
    yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {place} TO {name}"
    for table in metadata.sorted_tables:
        for right, columns in rights_of(table).items():
            of = f" ({', '.join(map(_quoted, columns))})" if columns else ""
            yield f"GRANT {right}{of} ON {place}.{_quoted(table.name)} TO {name}"


def grant_to(connection: Connection, metadata: MetaData, role: str) -> None:
    """Give the application's role what it needs, in the transaction of this connection of the owner's."""
    database, schema = connection.execute(text("SELECT current_database(), current_schema()")).one()
    for statement in grants(metadata, role, database, schema):
        connection.exec_driver_sql(statement)
    has_stamp = text("SELECT to_regclass(:name) IS NOT NULL")
    if connection.scalar(has_stamp, {"name": f"{schema}.alembic_version"}):
        connection.exec_driver_sql(f"GRANT SELECT ON {_quoted(schema)}.alembic_version TO {_quoted(role)}")


def too_much(connection: Connection, metadata: MetaData) -> list[str]:
    """What the role of this connection may do and should not, in words; empty where nothing."""
    said = []
    powers = "rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls"
    if connection.scalar(text(f"SELECT {powers} FROM pg_roles WHERE rolname = current_user")):
        said.append("it is a superuser, or may make roles or databases")
    owned = connection.scalar(
        text(
            "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND pg_has_role(c.relowner, 'MEMBER')"
        )
    )
    if owned:
        said.append(f"it owns {owned} tables, and so may alter and drop them and their triggers")
    if connection.scalar(text("SELECT has_schema_privilege(current_schema(), 'CREATE')")):
        said.append("it may create tables")
    wide = sorted(table.name for table in metadata.sorted_tables if _has_more(connection, table))
    if wide:
        more = f" and {len(wide) - 3} more" if len(wide) > 3 else ""
        said.append(f"it has more rights than it needs on {', '.join(wide[:3])}{more}")
    return said


def _has_more(connection: Connection, table: Table) -> bool:
    rights = rights_of(table)
    whole = [right for right in ("UPDATE", "DELETE") if right not in rights or rights[right]]
    query = text("SELECT to_regclass(:t) IS NOT NULL AND has_table_privilege(current_user, :t, :rights)")
    return bool(connection.scalar(query, {"t": table.name, "rights": ", ".join([*FORBIDDEN, *whole])}))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
