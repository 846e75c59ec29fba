"""Workflows that projects compose, what they draw by, and leases of tasks that readers take themselves.

New tables only.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

# 64 bits wide; SQLite gives AUTOINCREMENT only to INTEGER.
INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = ("claim_lease", "draw_seed", "project_workflow")


def upgrade() -> None:
    _project_workflow()
    _draw_seed()
    _claim_lease()
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(sa.text(statement))


def downgrade() -> None:
    for name in TABLES:
        op.drop_table(name)


def _project_workflow() -> None:
    op.create_table(
        "project_workflow",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("number", INT, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("composed_by", INT, nullable=True),
        sa.Column("composed_at", INT, nullable=False),
        sa.ForeignKeyConstraint(["composed_by"], ["person.id"], name=op.f("fk_project_workflow_composed_by")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_project_workflow_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_workflow")),
        sa.UniqueConstraint("project_id", "number", name=op.f("uq_project_workflow_project_id_number")),
    )
    op.create_index(op.f("ix_project_workflow_composed_by"), "project_workflow", ["composed_by"], unique=False)


def _draw_seed() -> None:
    op.create_table(
        "draw_seed",
        sa.Column("project_id", INT, autoincrement=False, nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("seed_sha256", sa.Text(), nullable=False),
        sa.Column("made_at", INT, nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_draw_seed_project_id")),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_draw_seed")),
    )


def _claim_lease() -> None:
    op.create_table(
        "claim_lease",
        sa.Column("assignment_id", INT, autoincrement=False, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("expires_at", INT, nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_claim_lease_assignment_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_claim_lease_project_id")),
        sa.PrimaryKeyConstraint("assignment_id", name=op.f("pk_claim_lease")),
    )
    op.create_index("ix_claim_lease_project_open", "claim_lease", ["project_id", "is_open", "expires_at"], unique=False)


# What refuses a change of these rows, as `app/audit/triggers.py` made it.
TRIGGERS = {
    "sqlite": (
        "CREATE TRIGGER project_workflow_no_update BEFORE UPDATE ON project_workflow WHEN 1 BEGIN SELECT RAISE(ABORT, 'project_workflow is append-only'); END",
        "CREATE TRIGGER project_workflow_no_delete BEFORE DELETE ON project_workflow WHEN 1 BEGIN SELECT RAISE(ABORT, 'project_workflow is append-only'); END",
        "CREATE TRIGGER project_workflow_no_replace_0 BEFORE INSERT ON project_workflow WHEN EXISTS (SELECT 1 FROM project_workflow WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'project_workflow is append-only'); END",
        "CREATE TRIGGER project_workflow_no_replace_1 BEFORE INSERT ON project_workflow WHEN EXISTS (SELECT 1 FROM project_workflow WHERE project_id = NEW.project_id AND number = NEW.number) BEGIN SELECT RAISE(ABORT, 'project_workflow is append-only'); END",
        "CREATE TRIGGER draw_seed_no_update BEFORE UPDATE ON draw_seed WHEN 1 BEGIN SELECT RAISE(ABORT, 'draw_seed is append-only'); END",
        "CREATE TRIGGER draw_seed_no_delete BEFORE DELETE ON draw_seed WHEN 1 BEGIN SELECT RAISE(ABORT, 'draw_seed is append-only'); END",
        "CREATE TRIGGER draw_seed_no_replace_0 BEFORE INSERT ON draw_seed WHEN EXISTS (SELECT 1 FROM draw_seed WHERE project_id = NEW.project_id) BEGIN SELECT RAISE(ABORT, 'draw_seed is append-only'); END",
    ),
    "postgresql": (
        'CREATE TRIGGER project_workflow_no_change BEFORE UPDATE OR DELETE ON project_workflow FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()',
        'ALTER TABLE project_workflow ENABLE ALWAYS TRIGGER project_workflow_no_change',
        'CREATE TRIGGER project_workflow_no_truncate BEFORE TRUNCATE ON project_workflow FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()',
        'ALTER TABLE project_workflow ENABLE ALWAYS TRIGGER project_workflow_no_truncate',
        'CREATE TRIGGER draw_seed_no_change BEFORE UPDATE OR DELETE ON draw_seed FOR EACH ROW EXECUTE FUNCTION chartmark_refuse_change()',
        'ALTER TABLE draw_seed ENABLE ALWAYS TRIGGER draw_seed_no_change',
        'CREATE TRIGGER draw_seed_no_truncate BEFORE TRUNCATE ON draw_seed FOR EACH STATEMENT EXECUTE FUNCTION chartmark_refuse_change()',
        'ALTER TABLE draw_seed ENABLE ALWAYS TRIGGER draw_seed_no_truncate',
    ),
}  # fmt: skip

