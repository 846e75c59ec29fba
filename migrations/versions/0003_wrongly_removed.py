"""Words that were wrongly removed: reports, decisions by place, kept words, renewed items; the doubt of a text."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

# 64 bits wide; SQLite gives AUTOINCREMENT only to INTEGER.
INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

BEFORE, AFTER = "kind IN ('question','phi','quarantine')", "kind IN ('question','phi','quarantine','removal')"

# Append-only table → its unique keys.
KEYS = {
    "item_renewal": [["item_id"], ["from_item_id"]],
    "place_decision": [["id"]],
    "kept_word": [["id"]],
    "kept_word_ruling": [["id"]],
}


def upgrade():
    op.add_column("document", sa.Column("doubt_ppm", INT, nullable=False, server_default="0"))
    _kinds_of_hold(BEFORE, AFTER)
    op.add_column("hold", sa.Column("carried_from_id", INT, nullable=True))
    op.create_index("ix_hold_carried_from_id", "hold", ["carried_from_id"], unique=False)
    _renewals()
    _decisions()
    _words()
    for table, keys in KEYS.items():
        for statement in _append_only(table, keys):
            op.execute(statement)


def downgrade():
    for table in ("kept_word_ruling", "kept_word", "place_decision", "originals_opening", "item_renewal"):
        op.drop_table(table)
    op.drop_index("ix_hold_carried_from_id", table_name="hold")
    op.drop_column("hold", "carried_from_id")
    _kinds_of_hold(AFTER, BEFORE)
    op.drop_column("document", "doubt_ppm")


def _is_sqlite():
    return op.get_bind().dialect.name == "sqlite"


def _kinds_of_hold(before, after):
    """SQLite changes no constraint in place, and the table cannot be rebuilt under those that refer to it. What the
    file holds is the same, so the words of the schema are (sqlite.org/lang_altertable.html, 7)."""
    if not _is_sqlite():
        op.drop_constraint(op.f("ck_hold_kind_known"), "hold", type_="check")
        op.create_check_constraint(op.f("ck_hold_kind_known"), "hold", after)
        return
    connection = op.get_bind()
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar()
    connection.exec_driver_sql("PRAGMA writable_schema=ON")
    connection.exec_driver_sql(
        "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = 'hold'", (before, after)
    )
    connection.exec_driver_sql(f"PRAGMA schema_version={version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema=OFF")


def _renewals():
    op.create_table(
        "item_renewal",
        sa.Column("item_id", INT, autoincrement=False, nullable=False),
        sa.Column("from_item_id", INT, nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("places_json", sa.Text(), nullable=False),
        sa.Column("readings_json", sa.Text(), nullable=False),
        sa.Column("made_at", INT, nullable=False),
        sa.CheckConstraint(
            "cause IN ('identifier-reported','wrongly-removed')", name=op.f("ck_item_renewal_cause_known")
        ),
        sa.ForeignKeyConstraint(["from_item_id"], ["item.id"], name=op.f("fk_item_renewal_from_item_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_renewal_item_id")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_item_renewal")),
        sa.UniqueConstraint("from_item_id", name=op.f("uq_item_renewal_from_item_id")),
    )


def _decisions():
    op.create_table(
        "originals_opening",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("session_ref", sa.Text(), nullable=True),
        sa.Column("opened_at", INT, nullable=False),
        sa.Column("expires_at", INT, nullable=False),
        sa.CheckConstraint("expires_at >= opened_at", name=op.f("ck_originals_opening_expires_later")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_originals_opening_person_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_originals_opening_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_originals_opening")),
    )
    op.create_index(op.f("ix_originals_opening_project_id"), "originals_opening", ["project_id"], unique=False)
    op.create_index(
        "ix_originals_opening_person_id_project_id",
        "originals_opening",
        ["person_id", "project_id", "expires_at"],
        unique=False,
    )
    op.create_table(
        "place_decision",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("document_id", INT, nullable=False),
        sa.Column("start_at", INT, nullable=False),
        sa.Column("end_at", INT, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("fate", sa.Text(), nullable=False),
        sa.Column("hold_id", INT, nullable=True),
        sa.Column("carried_from_id", INT, nullable=True),
        sa.Column("decided_by", INT, nullable=False),
        sa.Column("decided_at", INT, nullable=False),
        sa.CheckConstraint("fate IN ('put_back','stays','left','removed')", name=op.f("ck_place_decision_fate_known")),
        sa.CheckConstraint("start_at >= 0 AND end_at >= start_at", name=op.f("ck_place_decision_place_in_order")),
        sa.ForeignKeyConstraint(["carried_from_id"], ["document.id"], name=op.f("fk_place_decision_carried_from_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_place_decision_decided_by")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_place_decision_document_id")),
        sa.ForeignKeyConstraint(["hold_id"], ["hold.id"], name=op.f("fk_place_decision_hold_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_place_decision_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_decision")),
    )
    op.create_index("ix_place_decision_document_id", "place_decision", ["document_id", "id"], unique=False)
    op.create_index("ix_place_decision_project_id_fate", "place_decision", ["project_id", "fate"], unique=False)
    for column in ("carried_from_id", "decided_by", "hold_id"):
        op.create_index(op.f(f"ix_place_decision_{column}"), "place_decision", [column], unique=False)


def _words():
    op.create_table(
        "kept_word",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("subject_id", INT, nullable=False),
        sa.Column("word_ref", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("document_id", INT, nullable=False),
        sa.Column("proposed_by", INT, nullable=False),
        sa.Column("proposed_at", INT, nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_kept_word_document_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_kept_word_project_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["person.id"], name=op.f("fk_kept_word_proposed_by")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_kept_word_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_word")),
    )
    op.create_index("ix_kept_word_project_id_word_ref", "kept_word", ["project_id", "word_ref"], unique=False)
    for column in ("document_id", "proposed_by", "subject_id"):
        op.create_index(op.f(f"ix_kept_word_{column}"), "kept_word", [column], unique=False)
    op.create_table(
        "kept_word_ruling",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("word_ref", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("ruled_by", INT, nullable=False),
        sa.Column("ruled_at", INT, nullable=False),
        sa.CheckConstraint("outcome IN ('confirmed','declined')", name=op.f("ck_kept_word_ruling_outcome_known")),
        sa.CheckConstraint(
            "(outcome = 'confirmed') = (sealed IS NOT NULL)", name=op.f("ck_kept_word_ruling_confirmed_is_kept")
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_kept_word_ruling_project_id")),
        sa.ForeignKeyConstraint(["ruled_by"], ["person.id"], name=op.f("fk_kept_word_ruling_ruled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_word_ruling")),
    )
    op.create_index(
        "ix_kept_word_ruling_project_id_word_ref",
        "kept_word_ruling",
        ["project_id", "word_ref", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_kept_word_ruling_ruled_by"), "kept_word_ruling", ["ruled_by"], unique=False)


def _append_only(table, keys):
    message = f"{table} is append-only"
    if not _is_sqlite():
        function = "EXECUTE FUNCTION chartmark_refuse_change()"
        yield f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {function}"
        yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_change"
        yield f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {function}"
        yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_truncate"
        return
    for event in ("UPDATE", "DELETE"):
        yield _trigger(f"{table}_no_{event.lower()}", event, table, "1", message)
    for number, key in enumerate(keys):
        taken = " AND ".join(f"{column} = NEW.{column}" for column in key)
        unless = f"EXISTS (SELECT 1 FROM {table} WHERE {taken})"
        yield _trigger(f"{table}_no_replace_{number}", "INSERT", table, unless, message)


def _trigger(name, event, table, when, message):
    return f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {when} BEGIN SELECT RAISE(ABORT, '{message}'); END"
