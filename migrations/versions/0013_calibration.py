"""Copies of texts for calibration and gold, and calibration sets with their attempts.

New tables only.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

# 64 bits wide; SQLite gives AUTOINCREMENT only to INTEGER.
INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = (
    "copy_score", "seeded_copy", "calibration_reading", "calibration_attempt", "gold_answer",
    "calibration_set", "item_copy", "document_copy",
)  # fmt: skip


def upgrade() -> None:
    _document_copy()
    _item_copy()
    _calibration_set()
    _gold_answer()
    _calibration_attempt()
    _calibration_reading()
    _seeded_copy()
    _copy_score()
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(sa.text(statement))


def downgrade() -> None:
    for name in TABLES:
        op.drop_table(name)


def _document_copy() -> None:
    op.create_table(
        "document_copy",
        sa.Column("document_id", INT, autoincrement=False, nullable=False),
        sa.Column("of_document_id", INT, nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_document_copy_document_id")),
        sa.ForeignKeyConstraint(["of_document_id"], ["document.id"], name=op.f("fk_document_copy_of_document_id")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_document_copy")),
    )
    op.create_index(op.f("ix_document_copy_of_document_id"), "document_copy", ["of_document_id"], unique=False)


def _item_copy() -> None:
    op.create_table(
        "item_copy",
        sa.Column("item_id", INT, autoincrement=False, nullable=False),
        sa.Column("source_item_id", INT, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("twin_item_id", INT, nullable=True),
        sa.Column("made_at", INT, nullable=False),
        sa.CheckConstraint(
            "purpose IN ('calibration','gold-making','seeded','retest')", name=op.f("ck_item_copy_purpose_known")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_copy_item_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_item_copy_person_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_item_copy_project_id")),
        sa.ForeignKeyConstraint(["source_item_id"], ["item.id"], name=op.f("fk_item_copy_source_item_id")),
        sa.ForeignKeyConstraint(["twin_item_id"], ["item.id"], name=op.f("fk_item_copy_twin_item_id")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_item_copy")),
    )
    op.create_index(op.f("ix_item_copy_person_id"), "item_copy", ["person_id"], unique=False)
    op.create_index(op.f("ix_item_copy_project_id"), "item_copy", ["project_id"], unique=False)
    op.create_index(op.f("ix_item_copy_source_item_id"), "item_copy", ["source_item_id"], unique=False)
    op.create_index(op.f("ix_item_copy_twin_item_id"), "item_copy", ["twin_item_id"], unique=False)


def _calibration_set() -> None:
    op.create_table(
        "calibration_set",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("number", INT, nullable=False),
        sa.Column("modality", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("pass_json", sa.Text(), nullable=False),
        sa.Column("made_by", INT, nullable=True),
        sa.Column("made_at", INT, nullable=False),
        sa.Column("closed_at", INT, nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_calibration_set_made_by")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_calibration_set_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibration_set")),
        sa.UniqueConstraint("project_id", "number", name=op.f("uq_calibration_set_project_id_number")),
    )
    op.create_index(op.f("ix_calibration_set_made_by"), "calibration_set", ["made_by"], unique=False)


def _gold_answer() -> None:
    op.create_table(
        "gold_answer",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("set_id", INT, nullable=True),
        sa.Column("source_item_id", INT, nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("author_id", INT, nullable=False),
        sa.Column("submission_id", INT, nullable=True),
        sa.Column("making_item_id", INT, nullable=True),
        sa.Column("added_by", INT, nullable=True),
        sa.Column("added_at", INT, nullable=False),
        sa.CheckConstraint("origin IN ('settled','senior','imported')", name=op.f("ck_gold_answer_origin_known")),
        sa.CheckConstraint(
            "submission_id IS NOT NULL OR making_item_id IS NOT NULL", name=op.f("ck_gold_answer_made_or_being_made")
        ),
        sa.ForeignKeyConstraint(["added_by"], ["person.id"], name=op.f("fk_gold_answer_added_by")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_gold_answer_author_id")),
        sa.ForeignKeyConstraint(["making_item_id"], ["item.id"], name=op.f("fk_gold_answer_making_item_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_gold_answer_project_id")),
        sa.ForeignKeyConstraint(["set_id"], ["calibration_set.id"], name=op.f("fk_gold_answer_set_id")),
        sa.ForeignKeyConstraint(["source_item_id"], ["item.id"], name=op.f("fk_gold_answer_source_item_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_gold_answer_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gold_answer")),
    )
    op.create_index(op.f("ix_gold_answer_added_by"), "gold_answer", ["added_by"], unique=False)
    op.create_index(op.f("ix_gold_answer_author_id"), "gold_answer", ["author_id"], unique=False)
    op.create_index(op.f("ix_gold_answer_making_item_id"), "gold_answer", ["making_item_id"], unique=False)
    op.create_index(op.f("ix_gold_answer_project_id"), "gold_answer", ["project_id"], unique=False)
    op.create_index(op.f("ix_gold_answer_set_id"), "gold_answer", ["set_id"], unique=False)
    op.create_index(op.f("ix_gold_answer_source_item_id"), "gold_answer", ["source_item_id"], unique=False)
    op.create_index(op.f("ix_gold_answer_submission_id"), "gold_answer", ["submission_id"], unique=False)


def _calibration_attempt() -> None:
    op.create_table(
        "calibration_attempt",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("set_id", INT, nullable=False),
        sa.Column("round", INT, nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("trained", sa.Boolean(), nullable=False),
        sa.Column("begun_by", INT, nullable=True),
        sa.Column("begun_at", INT, nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("score_json", sa.Text(), nullable=True),
        sa.Column("scored_at", INT, nullable=True),
        sa.CheckConstraint(
            "(scored_at IS NULL) = (passed IS NULL)", name=op.f("ck_calibration_attempt_scored_with_result")
        ),
        sa.ForeignKeyConstraint(["begun_by"], ["person.id"], name=op.f("fk_calibration_attempt_begun_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_calibration_attempt_person_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_calibration_attempt_project_id")),
        sa.ForeignKeyConstraint(["set_id"], ["calibration_set.id"], name=op.f("fk_calibration_attempt_set_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibration_attempt")),
        sa.UniqueConstraint("set_id", "round", "person_id", name=op.f("uq_calibration_attempt_set_id_round_person_id")),
    )
    op.create_index(op.f("ix_calibration_attempt_begun_by"), "calibration_attempt", ["begun_by"], unique=False)
    op.create_index(op.f("ix_calibration_attempt_person_id"), "calibration_attempt", ["person_id"], unique=False)
    op.create_index(op.f("ix_calibration_attempt_project_id"), "calibration_attempt", ["project_id"], unique=False)


def _calibration_reading() -> None:
    op.create_table(
        "calibration_reading",
        sa.Column("item_id", INT, autoincrement=False, nullable=False),
        sa.Column("attempt_id", INT, nullable=False),
        sa.Column("gold_id", INT, nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["calibration_attempt.id"], name=op.f("fk_calibration_reading_attempt_id")
        ),
        sa.ForeignKeyConstraint(["gold_id"], ["gold_answer.id"], name=op.f("fk_calibration_reading_gold_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_calibration_reading_item_id")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_calibration_reading")),
    )
    op.create_index(op.f("ix_calibration_reading_attempt_id"), "calibration_reading", ["attempt_id"], unique=False)
    op.create_index(op.f("ix_calibration_reading_gold_id"), "calibration_reading", ["gold_id"], unique=False)


def _seeded_copy() -> None:
    op.create_table(
        "seeded_copy",
        sa.Column("item_id", INT, autoincrement=False, nullable=False),
        sa.Column("gold_id", INT, nullable=True),
        sa.Column("first_submission_id", INT, nullable=True),
        sa.Column("decoy_json", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(gold_id IS NULL) <> (first_submission_id IS NULL)", name=op.f("ck_seeded_copy_held_against_one")
        ),
        sa.CheckConstraint("decoy_json IS NULL OR gold_id IS NOT NULL", name=op.f("ck_seeded_copy_decoy_beside_gold")),
        sa.ForeignKeyConstraint(
            ["first_submission_id"], ["submission.id"], name=op.f("fk_seeded_copy_first_submission_id")
        ),
        sa.ForeignKeyConstraint(["gold_id"], ["gold_answer.id"], name=op.f("fk_seeded_copy_gold_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_seeded_copy_item_id")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_seeded_copy")),
    )
    op.create_index(op.f("ix_seeded_copy_first_submission_id"), "seeded_copy", ["first_submission_id"], unique=False)
    op.create_index(op.f("ix_seeded_copy_gold_id"), "seeded_copy", ["gold_id"], unique=False)


def _copy_score() -> None:
    op.create_table(
        "copy_score",
        sa.Column("submission_id", INT, autoincrement=False, nullable=False),
        sa.Column("against_id", INT, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("item_id", INT, nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("guideline_version_id", INT, nullable=False),
        sa.Column("is_retest", sa.Boolean(), nullable=False),
        sa.Column("wrong_json", sa.Text(), nullable=False),
        sa.Column("decoys", INT, nullable=False),
        sa.Column("decoys_missed", INT, nullable=False),
        sa.Column("frozen_at", INT, nullable=False),
        sa.ForeignKeyConstraint(
            ["against_id"], ["submission_body.submission_id"], name=op.f("fk_copy_score_against_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["guideline_version_id"], ["guideline_version.id"], name=op.f("fk_copy_score_guideline_version_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_copy_score_item_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_copy_score_person_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_copy_score_project_id")),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission_body.submission_id"],
            name=op.f("fk_copy_score_submission_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_copy_score")),
    )
    op.create_index(op.f("ix_copy_score_against_id"), "copy_score", ["against_id"], unique=False)
    op.create_index(op.f("ix_copy_score_guideline_version_id"), "copy_score", ["guideline_version_id"], unique=False)
    op.create_index(op.f("ix_copy_score_item_id"), "copy_score", ["item_id"], unique=False)
    op.create_index(op.f("ix_copy_score_person_id"), "copy_score", ["person_id"], unique=False)
    op.create_index(op.f("ix_copy_score_project_id"), "copy_score", ["project_id"], unique=False)


# What refuses a change of these rows, as `app/audit/triggers.py` made it.
TRIGGERS = {
    "sqlite": (
        "CREATE TRIGGER document_copy_no_update BEFORE UPDATE ON document_copy WHEN 1 BEGIN SELECT RAISE(ABORT, 'document_copy is append-only'); END",
        "CREATE TRIGGER document_copy_no_delete BEFORE DELETE ON document_copy WHEN 1 BEGIN SELECT RAISE(ABORT, 'document_copy is append-only'); END",
        "CREATE TRIGGER document_copy_no_replace_0 BEFORE INSERT ON document_copy WHEN EXISTS (SELECT 1 FROM document_copy WHERE document_id = NEW.document_id) BEGIN SELECT RAISE(ABORT, 'document_copy is append-only'); END",
        "CREATE TRIGGER item_copy_no_update BEFORE UPDATE ON item_copy WHEN 1 BEGIN SELECT RAISE(ABORT, 'item_copy is append-only'); END",
        "CREATE TRIGGER item_copy_no_delete BEFORE DELETE ON item_copy WHEN 1 BEGIN SELECT RAISE(ABORT, 'item_copy is append-only'); END",
        "CREATE TRIGGER item_copy_no_replace_0 BEFORE INSERT ON item_copy WHEN EXISTS (SELECT 1 FROM item_copy WHERE item_id = NEW.item_id) BEGIN SELECT RAISE(ABORT, 'item_copy is append-only'); END",
        "CREATE TRIGGER calibration_set_guard_update BEFORE UPDATE ON calibration_set WHEN OLD.id IS NOT NEW.id OR OLD.project_id IS NOT NEW.project_id OR OLD.number IS NOT NEW.number OR OLD.modality IS NOT NEW.modality OR OLD.title IS NOT NEW.title OR OLD.pass_json IS NOT NEW.pass_json OR OLD.made_by IS NOT NEW.made_by OR OLD.made_at IS NOT NEW.made_at OR (OLD.closed_at IS NOT NULL AND OLD.closed_at IS NOT NEW.closed_at) BEGIN SELECT RAISE(ABORT, 'calibration_set does not change in what it says'); END",
        "CREATE TRIGGER calibration_set_guard_delete BEFORE DELETE ON calibration_set WHEN 1 BEGIN SELECT RAISE(ABORT, 'calibration_set keeps its rows'); END",
        "CREATE TRIGGER calibration_set_no_replace_0 BEFORE INSERT ON calibration_set WHEN EXISTS (SELECT 1 FROM calibration_set WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'calibration_set is append-only'); END",
        "CREATE TRIGGER calibration_set_no_replace_1 BEFORE INSERT ON calibration_set WHEN EXISTS (SELECT 1 FROM calibration_set WHERE project_id = NEW.project_id AND number = NEW.number) BEGIN SELECT RAISE(ABORT, 'calibration_set is append-only'); END",
        "CREATE TRIGGER gold_answer_guard_update BEFORE UPDATE ON gold_answer WHEN OLD.id IS NOT NEW.id OR OLD.project_id IS NOT NEW.project_id OR OLD.set_id IS NOT NEW.set_id OR OLD.source_item_id IS NOT NEW.source_item_id OR OLD.origin IS NOT NEW.origin OR OLD.author_id IS NOT NEW.author_id OR OLD.making_item_id IS NOT NEW.making_item_id OR OLD.added_by IS NOT NEW.added_by OR OLD.added_at IS NOT NEW.added_at OR (OLD.submission_id IS NOT NULL AND OLD.submission_id IS NOT NEW.submission_id) BEGIN SELECT RAISE(ABORT, 'gold_answer does not change in what it says'); END",
        "CREATE TRIGGER gold_answer_guard_delete BEFORE DELETE ON gold_answer WHEN 1 BEGIN SELECT RAISE(ABORT, 'gold_answer keeps its rows'); END",
        "CREATE TRIGGER gold_answer_no_replace_0 BEFORE INSERT ON gold_answer WHEN EXISTS (SELECT 1 FROM gold_answer WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'gold_answer is append-only'); END",
        "CREATE TRIGGER calibration_attempt_guard_update BEFORE UPDATE ON calibration_attempt WHEN OLD.id IS NOT NEW.id OR OLD.project_id IS NOT NEW.project_id OR OLD.set_id IS NOT NEW.set_id OR OLD.round IS NOT NEW.round OR OLD.person_id IS NOT NEW.person_id OR OLD.trained IS NOT NEW.trained OR OLD.begun_by IS NOT NEW.begun_by OR OLD.begun_at IS NOT NEW.begun_at OR (OLD.passed IS NOT NULL AND OLD.passed IS NOT NEW.passed) OR (OLD.score_json IS NOT NULL AND OLD.score_json IS NOT NEW.score_json) OR (OLD.scored_at IS NOT NULL AND OLD.scored_at IS NOT NEW.scored_at) BEGIN SELECT RAISE(ABORT, 'calibration_attempt does not change in what it says'); END",
        "CREATE TRIGGER calibration_attempt_guard_delete BEFORE DELETE ON calibration_attempt WHEN 1 BEGIN SELECT RAISE(ABORT, 'calibration_attempt keeps its rows'); END",
        "CREATE TRIGGER calibration_attempt_no_replace_0 BEFORE INSERT ON calibration_attempt WHEN EXISTS (SELECT 1 FROM calibration_attempt WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'calibration_attempt is append-only'); END",
        "CREATE TRIGGER calibration_attempt_no_replace_1 BEFORE INSERT ON calibration_attempt WHEN EXISTS (SELECT 1 FROM calibration_attempt WHERE set_id = NEW.set_id AND round = NEW.round AND person_id = NEW.person_id) BEGIN SELECT RAISE(ABORT, 'calibration_attempt is append-only'); END",
        "CREATE TRIGGER calibration_reading_no_update BEFORE UPDATE ON calibration_reading WHEN 1 BEGIN SELECT RAISE(ABORT, 'calibration_reading is append-only'); END",
        "CREATE TRIGGER calibration_reading_no_delete BEFORE DELETE ON calibration_reading WHEN 1 BEGIN SELECT RAISE(ABORT, 'calibration_reading is append-only'); END",
        "CREATE TRIGGER calibration_reading_no_replace_0 BEFORE INSERT ON calibration_reading WHEN EXISTS (SELECT 1 FROM calibration_reading WHERE item_id = NEW.item_id) BEGIN SELECT RAISE(ABORT, 'calibration_reading is append-only'); END",
        "CREATE TRIGGER seeded_copy_no_update BEFORE UPDATE ON seeded_copy WHEN 1 BEGIN SELECT RAISE(ABORT, 'seeded_copy is append-only'); END",
        "CREATE TRIGGER seeded_copy_no_delete BEFORE DELETE ON seeded_copy WHEN 1 BEGIN SELECT RAISE(ABORT, 'seeded_copy is append-only'); END",
        "CREATE TRIGGER seeded_copy_no_replace_0 BEFORE INSERT ON seeded_copy WHEN EXISTS (SELECT 1 FROM seeded_copy WHERE item_id = NEW.item_id) BEGIN SELECT RAISE(ABORT, 'seeded_copy is append-only'); END",
    ),
    "postgresql": (
        'CREATE TRIGGER document_copy_no_change BEFORE UPDATE OR DELETE ON document_copy FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()',
        'ALTER TABLE document_copy ENABLE ALWAYS TRIGGER document_copy_no_change',
        'CREATE TRIGGER document_copy_no_truncate BEFORE TRUNCATE ON document_copy FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()',
        'ALTER TABLE document_copy ENABLE ALWAYS TRIGGER document_copy_no_truncate',
        'CREATE TRIGGER item_copy_no_change BEFORE UPDATE OR DELETE ON item_copy FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()',
        'ALTER TABLE item_copy ENABLE ALWAYS TRIGGER item_copy_no_change',
        'CREATE TRIGGER item_copy_no_truncate BEFORE TRUNCATE ON item_copy FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()',
        'ALTER TABLE item_copy ENABLE ALWAYS TRIGGER item_copy_no_truncate',
        'CREATE TRIGGER calibration_set_guard_update BEFORE UPDATE ON calibration_set FOR EACH ROW WHEN (OLD.id IS DISTINCT FROM NEW.id OR OLD.project_id IS DISTINCT FROM NEW.project_id OR OLD.number IS DISTINCT FROM NEW.number OR OLD.modality IS DISTINCT FROM NEW.modality OR OLD.title IS DISTINCT FROM NEW.title OR OLD.pass_json IS DISTINCT FROM NEW.pass_json OR OLD.made_by IS DISTINCT FROM NEW.made_by OR OLD.made_at IS DISTINCT FROM NEW.made_at OR (OLD.closed_at IS NOT NULL AND OLD.closed_at IS DISTINCT FROM NEW.closed_at)) EXECUTE FUNCTION chartmark_refuse_change()',
        'ALTER TABLE calibration_set ENABLE ALWAYS TRIGGER calibration_set_guard_update',
        'CREATE TRIGGER calibration_set_guard_delete BEFORE DELETE ON calibration_set FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()',
        'ALTER TABLE calibration_set ENABLE ALWAYS TRIGGER calibration_set_guard_delete',
        'CREATE TRIGGER calibration_set_no_truncate BEFORE TRUNCATE ON calibration_set FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()',
        'ALTER TABLE calibration_set ENABLE ALWAYS TRIGGER calibration_set_no_truncate',
        'CREATE TRIGGER gold_answer_guard_update BEFORE UPDATE ON gold_answer FOR EACH ROW WHEN (OLD.id IS DISTINCT FROM NEW.id OR OLD.project_id IS DISTINCT FROM NEW.project_id OR OLD.set_id IS DISTINCT FROM NEW.set_id OR OLD.source_item_id IS DISTINCT FROM NEW.source_item_id OR OLD.origin IS DISTINCT FROM NEW.origin OR OLD.author_id IS DISTINCT FROM NEW.author_id OR OLD.making_item_id IS DISTINCT FROM NEW.making_item_id OR OLD.added_by IS DISTINCT FROM NEW.added_by OR OLD.added_at IS DISTINCT FROM NEW.added_at OR (OLD.submission_id IS NOT NULL AND OLD.submission_id IS DISTINCT FROM NEW.submission_id)) EXECUTE FUNCTION chartmark_refuse_change()',
        'ALTER TABLE gold_answer ENABLE ALWAYS TRIGGER gold_answer_guard_update',
        'CREATE TRIGGER gold_answer_guard_delete BEFORE DELETE ON gold_answer FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()',
        'ALTER TABLE gold_answer ENABLE ALWAYS TRIGGER gold_answer_guard_delete',
        'CREATE TRIGGER gold_answer_no_truncate BEFORE TRUNCATE ON gold_answer FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()',
        'ALTER TABLE gold_answer ENABLE ALWAYS TRIGGER gold_answer_no_truncate',
        'CREATE TRIGGER calibration_attempt_guard_update BEFORE UPDATE ON calibration_attempt FOR EACH ROW WHEN (OLD.id IS DISTINCT FROM NEW.id OR OLD.project_id IS DISTINCT FROM NEW.project_id OR OLD.set_id IS DISTINCT FROM NEW.set_id OR OLD.round IS DISTINCT FROM NEW.round OR OLD.person_id IS DISTINCT FROM NEW.person_id OR OLD.trained IS DISTINCT FROM NEW.trained OR OLD.begun_by IS DISTINCT FROM NEW.begun_by OR OLD.begun_at IS DISTINCT FROM NEW.begun_at OR (OLD.passed IS NOT NULL AND OLD.passed IS DISTINCT FROM NEW.passed) OR (OLD.score_json IS NOT NULL AND OLD.score_json IS DISTINCT FROM NEW.score_json) OR (OLD.scored_at IS NOT NULL AND OLD.scored_at IS DISTINCT FROM NEW.scored_at)) EXECUTE FUNCTION chartmark_refuse_change()',
        'ALTER TABLE calibration_attempt ENABLE ALWAYS TRIGGER calibration_attempt_guard_update',
        'CREATE TRIGGER calibration_attempt_guard_delete BEFORE DELETE ON calibration_attempt FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()',
        'ALTER TABLE calibration_attempt ENABLE ALWAYS TRIGGER calibration_attempt_guard_delete',
        'CREATE TRIGGER calibration_attempt_no_truncate BEFORE TRUNCATE ON calibration_attempt FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()',
        'ALTER TABLE calibration_attempt ENABLE ALWAYS TRIGGER calibration_attempt_no_truncate',
        'CREATE TRIGGER calibration_reading_no_change BEFORE UPDATE OR DELETE ON calibration_reading FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()',
        'ALTER TABLE calibration_reading ENABLE ALWAYS TRIGGER calibration_reading_no_change',
        'CREATE TRIGGER calibration_reading_no_truncate BEFORE TRUNCATE ON calibration_reading FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()',
        'ALTER TABLE calibration_reading ENABLE ALWAYS TRIGGER calibration_reading_no_truncate',
        'CREATE TRIGGER seeded_copy_no_change BEFORE UPDATE OR DELETE ON seeded_copy FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()',
        'ALTER TABLE seeded_copy ENABLE ALWAYS TRIGGER seeded_copy_no_change',
        'CREATE TRIGGER seeded_copy_no_truncate BEFORE TRUNCATE ON seeded_copy FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()',
        'ALTER TABLE seeded_copy ENABLE ALWAYS TRIGGER seeded_copy_no_truncate',
    ),
}  # fmt: skip
