"""A guard that migrated SQLite databases lacked: INSERT OR REPLACE over the signature of a task that was closed.

Databases made from the models have had it since tasks have one signature each; `validation run` found it missing here.
"""

from alembic import op

revision = "0015"
down_revision = "0014"

GUARD = (
    "CREATE TRIGGER signature_no_replace_1 BEFORE INSERT ON signature WHEN EXISTS (SELECT 1 FROM signature WHERE "
    "assignment_id = NEW.assignment_id) BEGIN SELECT RAISE(ABORT, 'signature is append-only'); END"
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER IF EXISTS signature_no_replace_1")
        op.execute(GUARD)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER IF EXISTS signature_no_replace_1")
