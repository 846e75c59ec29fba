"""Keys: each event carries a MAC of the application; what the sequencer refuses is set aside; checkpoints leave the server.

Events from before have no MAC, and their leaves stay what they are: the log says itself from which leaf on there are MACs.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

# 64 bits wide; SQLite gives AUTOINCREMENT only to INTEGER.
INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.add_column("audit_event", sa.Column("mac", sa.Text(), nullable=True))
    op.create_table(
        "audit_aside",
        sa.Column("event_pk", INT, nullable=False, autoincrement=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", INT, nullable=False),
        sa.ForeignKeyConstraint(["event_pk"], ["audit_event.id"], name=op.f("fk_audit_aside_event_pk")),
        sa.PrimaryKeyConstraint("event_pk", name=op.f("pk_audit_aside")),
    )
    op.create_table(
        "audit_cosignature",
        sa.Column("size", INT, nullable=False, autoincrement=False),
        sa.Column("witness", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("at", INT, nullable=False),
        sa.PrimaryKeyConstraint("size", "witness", name=op.f("pk_audit_cosignature")),
    )
    op.create_table(
        "audit_anchor",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", INT, nullable=False),
        sa.Column("at", INT, nullable=False),
        sa.Column("failing_since", INT, nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_audit_anchor")),
    )


def downgrade():
    for name in ("audit_anchor", "audit_cosignature", "audit_aside"):
        op.drop_table(name)
    op.drop_column("audit_event", "mac")
