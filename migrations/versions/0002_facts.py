"""Places of a hold, installed code releases and exports of releases become rows; until now they stood in the log alone.

What events said so far is brought over; the events stay as they are.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001_v02"

# 64 bits wide; SQLite gives AUTOINCREMENT only to INTEGER.
INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = {"hold_place": ("hold_id", "position"), "code_installation": ("digest",), "release_export": ("id",)}


def upgrade():
    place = op.create_table(
        "hold_place",
        sa.Column("hold_id", INT, autoincrement=False, nullable=False),
        sa.Column("position", INT, autoincrement=False, nullable=False),
        sa.Column("start", INT, nullable=False),
        sa.Column("stop", INT, nullable=False),
        sa.CheckConstraint("start >= 0 AND stop > start", name=op.f("ck_hold_place_in_order")),
        sa.ForeignKeyConstraint(["hold_id"], ["hold.id"], name=op.f("fk_hold_place_hold_id")),
        sa.PrimaryKeyConstraint("hold_id", "position", name=op.f("pk_hold_place")),
    )
    installed = op.create_table(
        "code_installation",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("release", sa.Text(), nullable=False),
        sa.Column("at", INT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_code_installation")),
    )
    export = op.create_table(
        "release_export",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("release_id", INT, nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("losses_json", sa.Text(), nullable=False),
        sa.Column("left_out_json", sa.Text(), nullable=False),
        sa.Column("exported_by", INT, nullable=True),
        sa.Column("exported_at", INT, nullable=False),
        sa.ForeignKeyConstraint(["exported_by"], ["person.id"], name=op.f("fk_release_export_exported_by")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_release_export_release_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_export")),
    )
    op.create_index(op.f("ix_release_export_exported_by"), "release_export", ["exported_by"], unique=False)
    op.create_index(op.f("ix_release_export_release_id"), "release_export", ["release_id"], unique=False)
    bind = op.get_bind()
    for table, rows in ((place, _places), (installed, _installations), (export, _exports)):
        if found := list(rows(bind)):
            bind.execute(table.insert(), found)
    for statement in _triggers(bind.dialect.name):
        bind.execute(sa.text(statement))


def downgrade():
    for table in TABLES:
        op.drop_table(table)


def _said(bind, *tags):
    """(time, actor, data) of the events of these tags, oldest first."""
    query = sa.text("SELECT at, actor_id, body FROM audit_event WHERE tag IN :tags ORDER BY id")
    for at, actor, body in bind.execute(query.bindparams(sa.bindparam("tags", list(tags), expanding=True))):
        yield at, actor, json.loads(body)["data"]


def _places(bind):
    for _, _, data in _said(bind, "review.phi.reported", "deid.document.flagged"):
        pairs = [pair for pair in data["fragments"] if len(pair) == 2 and 0 <= pair[0] < pair[1]]
        for position, (start, stop) in enumerate(pairs):
            yield {"hold_id": data["hold"], "position": position, "start": start, "stop": stop}


def _installations(bind):
    known = set()
    for at, _, data in _said(bind, "terminology.release.installed"):
        if data["digest"] not in known:
            known.add(data["digest"])
            yield {"digest": data["digest"], "system": data["system"], "release": data["release"], "at": at}


def _exports(bind):
    for at, actor, data in _said(bind, "release.release.exported"):
        yield {
            "release_id": data["release_id"],
            "format": data["format"],
            "sha256": data["sha256"],
            "losses_json": _canonical(data["losses"]),
            "left_out_json": _canonical(data.get("left_out", [])),
            "exported_by": actor,
            "exported_at": at,
        }


def _canonical(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _triggers(dialect):
    """What refuses a change of these rows."""
    for table, key in TABLES.items():
        if dialect == "sqlite":
            same = " AND ".join(f"{name} = NEW.{name}" for name in key)
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
