"""Agreement that is tolerant of edges: what finished rounds add to it, counted apart from the rest.

Rounds that are there already have none yet; the next measuring counts them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("read_round", sa.Column("edges_json", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("read_round", "edges_json")
