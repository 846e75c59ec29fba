"""Several hosts: a job that failed rests, its id is sent to a broker, it may be one of several parts; what hosts must
have alike is announced by digest.

No row changes its meaning: what is queued is queued, was never sent, and is no part.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

# 64 bits wide; SQLite gives AUTOINCREMENT only to INTEGER.
INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NUMBERS = ("not_before", "sent_at")


def upgrade():
    for name in NUMBERS:
        op.add_column("job", sa.Column(name, INT, nullable=False, server_default="0"))
    op.add_column("job", sa.Column("family", INT, nullable=True))
    op.create_table(
        "artefact",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("files_sha256", sa.Text(), nullable=False),
        sa.Column("announced_at", INT, nullable=False),
        sa.PrimaryKeyConstraint("kind", "name", name=op.f("pk_artefact")),
    )


def downgrade():
    op.drop_table("artefact")
    for name in ("family", *NUMBERS):
        op.drop_column("job", name)
