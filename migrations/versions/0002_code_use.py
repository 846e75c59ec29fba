"""Which codes final answers use: a projection, empty until `project codes KEY --rebuild` or the next answer."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "code_use",
        sa.Column("submission_id", INT, autoincrement=False, nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("item_id", INT, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_code_use_item_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_code_use_project_id")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission_body.submission_id"],
            name=op.f("fk_code_use_submission_id"), ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("submission_id", "system", "code", name=op.f("pk_code_use")),
    )
    op.create_index("ix_code_use_project_code", "code_use", ["project_id", "system", "code"])
    op.create_index(op.f("ix_code_use_item_id"), "code_use", ["item_id"])


def downgrade():
    op.drop_index(op.f("ix_code_use_item_id"), table_name="code_use")
    op.drop_index("ix_code_use_project_code", table_name="code_use")
    op.drop_table("code_use")
