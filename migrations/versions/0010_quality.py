"""Quality: what finished rounds and settled readings add to figures, stored results, lots, alarms, critical findings.

New tables only. Rows of answers that are there already are made by the next measuring; critical findings are noted
from now on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

# 64 bits wide; SQLite gives AUTOINCREMENT only to INTEGER.
INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = (
    "scored_reading", "read_round", "critical_finding", "lot_item", "drift_alarm", "lot_check", "quality_result", "lot",
)  # fmt: skip


def upgrade() -> None:
    _lot()
    _quality_result()
    _lot_check()
    _drift_alarm()
    _lot_item()
    _critical_finding()
    _read_round()
    _scored_reading()
    for statement in _triggers(op.get_bind().dialect.name):
        op.execute(statement)


def _lot() -> None:
    op.create_table(
        "lot",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("number", INT, nullable=False),
        sa.Column("modality", sa.Text(), nullable=False),
        sa.Column("label_class", sa.Text(), nullable=False),
        sa.Column("population", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("rate", INT, nullable=False),
        sa.Column("blind_share", INT, nullable=False),
        sa.Column("checkers", INT, nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("seed_sha256", sa.Text(), nullable=False),
        sa.Column("plan_json", sa.Text(), nullable=False),
        sa.Column("follows_id", INT, nullable=True),
        sa.Column("opened_by", INT, nullable=True),
        sa.Column("opened_at", INT, nullable=False),
        sa.Column("drawn_at", INT, nullable=True),
        sa.Column("decided_at", INT, nullable=True),
        sa.CheckConstraint("(state = 'open') = (drawn_at IS NULL)", name=op.f("ck_lot_drawn_dated")),
        sa.CheckConstraint(
            "(state IN ('accepted','refused')) = (decided_at IS NOT NULL)", name=op.f("ck_lot_decided_dated")
        ),
        sa.CheckConstraint("label_class IN ('routine','significant','critical')", name=op.f("ck_lot_class_known")),
        sa.CheckConstraint("population IN ('marked','unmarked')", name=op.f("ck_lot_population_known")),
        sa.CheckConstraint("state IN ('open','drawn','accepted','refused')", name=op.f("ck_lot_state_known")),
        sa.ForeignKeyConstraint(["follows_id"], ["lot.id"], name=op.f("fk_lot_follows_id")),
        sa.ForeignKeyConstraint(["opened_by"], ["person.id"], name=op.f("fk_lot_opened_by")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_lot_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot")),
        sa.UniqueConstraint("project_id", "number", name=op.f("uq_lot_project_id_number")),
    )
    op.create_index(op.f("ix_lot_follows_id"), "lot", ["follows_id"], unique=False)
    op.create_index(op.f("ix_lot_opened_by"), "lot", ["opened_by"], unique=False)


def _quality_result() -> None:
    op.create_table(
        "quality_result",
        sa.Column("project_id", INT, autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("computed_at", INT, nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_quality_result_project_id")),
        sa.PrimaryKeyConstraint("project_id", "key", name=op.f("pk_quality_result")),
    )


def _lot_check() -> None:
    op.create_table(
        "lot_check",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("lot_id", INT, nullable=False),
        sa.Column("item_id", INT, nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("marks_json", sa.Text(), nullable=False),
        sa.Column("blind_at", INT, nullable=True),
        sa.Column("critical", INT, nullable=False),
        sa.Column("major", INT, nullable=False),
        sa.Column("minor", INT, nullable=False),
        sa.Column("checked_at", INT, nullable=True),
        sa.CheckConstraint("critical >= 0 AND major >= 0 AND minor >= 0", name=op.f("ck_lot_check_defects_positive")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_lot_check_item_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_lot_check_lot_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_lot_check_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_check")),
        sa.UniqueConstraint("lot_id", "item_id", "person_id", name=op.f("uq_lot_check_lot_id_item_id_person_id")),
    )
    op.create_index(op.f("ix_lot_check_item_id"), "lot_check", ["item_id"], unique=False)
    op.create_index(op.f("ix_lot_check_person_id"), "lot_check", ["person_id"], unique=False)


def _drift_alarm() -> None:
    op.create_table(
        "drift_alarm",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("submission_id", INT, nullable=False),
        sa.Column("change_submission_id", INT, nullable=False),
        sa.Column("design_json", sa.Text(), nullable=False),
        sa.Column("alarmed_at", INT, nullable=False),
        sa.Column("rung", sa.Text(), nullable=True),
        sa.Column("answered_by", INT, nullable=True),
        sa.Column("answered_at", INT, nullable=True),
        sa.Column("resumed_at", INT, nullable=True),
        sa.CheckConstraint(
            "rung IN ('notify','coach','pause','rereview','dismiss')", name=op.f("ck_drift_alarm_rung_known")
        ),
        sa.CheckConstraint("(answered_at IS NULL) = (rung IS NULL)", name=op.f("ck_drift_alarm_answered_with_a_rung")),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_drift_alarm_answered_by")),
        sa.ForeignKeyConstraint(
            ["change_submission_id"], ["submission.id"], name=op.f("fk_drift_alarm_change_submission_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_drift_alarm_person_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_drift_alarm_project_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_drift_alarm_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drift_alarm")),
        sa.UniqueConstraint(
            "project_id",
            "person_id",
            "label",
            "submission_id",
            name=op.f("uq_drift_alarm_project_id_person_id_label_submission_id"),
        ),
    )
    op.create_index(op.f("ix_drift_alarm_answered_by"), "drift_alarm", ["answered_by"], unique=False)
    op.create_index(op.f("ix_drift_alarm_change_submission_id"), "drift_alarm", ["change_submission_id"], unique=False)
    op.create_index(op.f("ix_drift_alarm_person_id"), "drift_alarm", ["person_id"], unique=False)
    op.create_index(op.f("ix_drift_alarm_submission_id"), "drift_alarm", ["submission_id"], unique=False)


def _lot_item() -> None:
    op.create_table(
        "lot_item",
        sa.Column("lot_id", INT, autoincrement=False, nullable=False),
        sa.Column("item_id", INT, autoincrement=False, nullable=False),
        sa.Column("submission_id", INT, nullable=False),
        sa.Column("ordinal", INT, nullable=True),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_lot_item_item_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_lot_item_lot_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_lot_item_submission_id")),
        sa.PrimaryKeyConstraint("lot_id", "item_id", name=op.f("pk_lot_item")),
        sa.UniqueConstraint("lot_id", "ordinal", name=op.f("uq_lot_item_lot_id_ordinal")),
    )
    op.create_index(op.f("ix_lot_item_item_id"), "lot_item", ["item_id"], unique=False)
    op.create_index(op.f("ix_lot_item_submission_id"), "lot_item", ["submission_id"], unique=False)


def _critical_finding() -> None:
    op.create_table(
        "critical_finding",
        sa.Column("item_id", INT, autoincrement=False, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("submission_id", INT, nullable=False),
        sa.Column("noted_at", INT, nullable=False),
        sa.Column("settled_at", INT, nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_critical_finding_item_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_critical_finding_project_id")),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission_body.submission_id"],
            name=op.f("fk_critical_finding_submission_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_critical_finding")),
    )
    op.create_index("ix_critical_finding_project_id", "critical_finding", ["project_id", "settled_at"], unique=False)
    op.create_index(op.f("ix_critical_finding_submission_id"), "critical_finding", ["submission_id"], unique=False)


def _read_round() -> None:
    op.create_table(
        "read_round",
        sa.Column("round_id", INT, autoincrement=False, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("item_id", INT, nullable=False),
        sa.Column("submission_id", INT, nullable=False),
        sa.Column("readers_json", sa.Text(), nullable=False),
        sa.Column("tally_json", sa.Text(), nullable=False),
        sa.Column("characters", INT, nullable=False),
        sa.Column("read_at", INT, nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_read_round_item_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_read_round_project_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_read_round_round_id")),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission_body.submission_id"],
            name=op.f("fk_read_round_submission_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("round_id", name=op.f("pk_read_round")),
    )
    op.create_index(op.f("ix_read_round_item_id"), "read_round", ["item_id"], unique=False)
    op.create_index(op.f("ix_read_round_project_id"), "read_round", ["project_id"], unique=False)
    op.create_index(op.f("ix_read_round_submission_id"), "read_round", ["submission_id"], unique=False)


def _scored_reading() -> None:
    op.create_table(
        "scored_reading",
        sa.Column("submission_id", INT, autoincrement=False, nullable=False),
        sa.Column("settled_submission_id", INT, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("item_id", INT, nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("guideline_version_id", INT, nullable=False),
        sa.Column("pipeline", sa.Text(), nullable=False),
        sa.Column("tally_json", sa.Text(), nullable=False),
        sa.Column("wrong_json", sa.Text(), nullable=False),
        sa.Column("found_json", sa.Text(), nullable=False),
        sa.Column("frozen_at", INT, nullable=False),
        sa.Column("settled_at", INT, nullable=False),
        sa.ForeignKeyConstraint(
            ["guideline_version_id"], ["guideline_version.id"], name=op.f("fk_scored_reading_guideline_version_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_scored_reading_item_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_scored_reading_person_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_scored_reading_project_id")),
        sa.ForeignKeyConstraint(
            ["settled_submission_id"],
            ["submission_body.submission_id"],
            name=op.f("fk_scored_reading_settled_submission_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission_body.submission_id"],
            name=op.f("fk_scored_reading_submission_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_scored_reading")),
    )
    op.create_index(
        op.f("ix_scored_reading_guideline_version_id"), "scored_reading", ["guideline_version_id"], unique=False
    )
    op.create_index(op.f("ix_scored_reading_item_id"), "scored_reading", ["item_id"], unique=False)
    op.create_index(op.f("ix_scored_reading_person_id"), "scored_reading", ["person_id"], unique=False)
    op.create_index(op.f("ix_scored_reading_project_id"), "scored_reading", ["project_id"], unique=False)
    op.create_index(
        op.f("ix_scored_reading_settled_submission_id"), "scored_reading", ["settled_submission_id"], unique=False
    )


def downgrade():
    for name in TABLES:
        op.drop_table(name)


def _triggers(dialect):
    """What refuses a change of a drawn sample."""
    table = "lot_item"
    if dialect == "sqlite":
        refused = f"SELECT RAISE(ABORT, '{table} is append-only')"
        for name, act, when in (
            ("no_update", "UPDATE", "1"),
            ("no_delete", "DELETE", "1"),
            ("no_replace_0", "INSERT", _same("lot_id", "item_id")),
            ("no_replace_1", "INSERT", _same("lot_id", "ordinal")),
        ):
            yield f"CREATE TRIGGER {table}_{name} BEFORE {act} ON {table} WHEN {when} BEGIN {refused}; END"
        return
    refused = "EXECUTE FUNCTION chartmark_refuse_change()"
    yield f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {refused}"
    yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_change"
    yield f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refused}"
    yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_truncate"


def _same(*columns):
    same = " AND ".join(f"{name} = NEW.{name}" for name in columns)
    return f"EXISTS (SELECT 1 FROM lot_item WHERE {same})"
