"""Erasure: tombstones of patients, words of rulings and suggestions that an erasure empties, sealed texts, and papers
that begin.

New columns without a value and a new table. Rulings and suggestions stay append-only, but for their words in rows that
`audit_erasure` names.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

# 64 bits wide; SQLite gives AUTOINCREMENT only to INTEGER.
INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COLUMNS = (
    ("emergency_access", "salt", sa.LargeBinary()),
    ("document_body", "sealed", sa.LargeBinary()),
    ("paper", "starts_at", INT),
)
#: table → its words, and all other columns
WORDS = {
    "ruling": (
        ("elements_json", "salt"),
        ("id", "assignment_id", "case_key", "choice", "version", "reason", "citation", "confirmed", "at"),
    ),
    "suggestion": (("body",), ("id", "document_id", "pipeline", "version", "digest", "created_at")),
}
ONLY_EMPTIED = """
CREATE OR REPLACE FUNCTION chartmark_only_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  words text[] := TG_ARGV[1:];
BEGIN
  IF EXISTS (SELECT 1 FROM audit_erasure
             WHERE table_name = TG_TABLE_NAME AND row_id = to_jsonb(OLD) ->> TG_ARGV[0])
     AND to_jsonb(OLD) - words = to_jsonb(NEW) - words
     AND NOT EXISTS (SELECT 1 FROM unnest(words) AS word WHERE coalesce(to_jsonb(NEW) ->> word, '') NOT IN ('', '{}'))
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only', ERRCODE = 'restrict_violation';
END $$"""
REASONS = "'request','consent-withdrawn','retention-over','unlawful','ordered'"


def upgrade():
    for table, name, kind in COLUMNS:
        op.add_column(table, sa.Column(name, kind, nullable=True))
    op.create_table(
        "subject_erasure",
        sa.Column("subject_id", INT, autoincrement=False, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("erased_by", INT, nullable=True),
        sa.Column("erased_at", INT, nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.CheckConstraint(f"reason IN ({REASONS})", name=op.f("ck_subject_erasure_reason_known")),
        sa.ForeignKeyConstraint(["erased_by"], ["person.id"], name=op.f("fk_subject_erasure_erased_by")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_subject_erasure_project_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_subject_erasure_subject_id")),
        sa.PrimaryKeyConstraint("subject_id", name=op.f("pk_subject_erasure")),
    )
    op.create_index(op.f("ix_subject_erasure_project_id"), "subject_erasure", ["project_id"], unique=False)
    op.create_index(op.f("ix_subject_erasure_erased_by"), "subject_erasure", ["erased_by"], unique=False)
    bind = op.get_bind()
    for statement in _sqlite() if bind.dialect.name == "sqlite" else _postgresql():
        bind.exec_driver_sql(statement)


def downgrade():
    bind = op.get_bind()
    op.drop_table("subject_erasure")
    for table in WORDS:
        if bind.dialect.name == "sqlite":
            bind.exec_driver_sql(f"DROP TRIGGER {table}_no_update")
            bind.exec_driver_sql(_refusal(table, "no_update", "UPDATE", "1"))
        else:
            for name in ("only_emptied", "no_change"):
                bind.exec_driver_sql(f"DROP TRIGGER {table}_{name} ON {table}")
            for statement in _always(table, "no_change", "UPDATE OR DELETE", "ROW", "chartmark_refuse_change()"):
                bind.exec_driver_sql(statement)
    if bind.dialect.name != "sqlite":
        bind.exec_driver_sql("DROP FUNCTION chartmark_only_emptied()")
    for table, name, _ in COLUMNS:
        op.drop_column(table, name)


def _sqlite():
    yield _refusal("subject_erasure", "no_update", "UPDATE", "1")
    yield _refusal("subject_erasure", "no_delete", "DELETE", "1")
    taken = "EXISTS (SELECT 1 FROM subject_erasure WHERE subject_id = NEW.subject_id)"
    yield _refusal("subject_erasure", "no_replace_0", "INSERT", taken)
    for table, (words, others) in WORDS.items():
        named = f"SELECT 1 FROM audit_erasure WHERE table_name = '{table}' AND row_id = CAST(OLD.id AS TEXT)"
        same = [f"OLD.{name} IS NEW.{name}" for name in others]
        gone = [f"coalesce(NEW.{name}, '') IN ('', '{{}}')" for name in words]
        yield f"DROP TRIGGER {table}_no_update"
        yield _refusal(table, "no_update", "UPDATE", f"NOT ({' AND '.join([f'EXISTS ({named})', *same, *gone])})")


def _refusal(table, name, act, when):
    refused = f"SELECT RAISE(ABORT, '{table} is append-only')"
    return f"CREATE TRIGGER {table}_{name} BEFORE {act} ON {table} WHEN {when} BEGIN {refused}; END"


def _postgresql():
    yield ONLY_EMPTIED
    table = "subject_erasure"
    yield from _always(table, "no_change", "UPDATE OR DELETE", "ROW", "chartmark_refuse_change()")
    yield from _always(table, "no_truncate", "TRUNCATE", "STATEMENT", "chartmark_refuse_change()")
    for table, (words, _) in WORDS.items():
        asked = ", ".join(f"'{name}'" for name in ("id", *words))
        yield f"DROP TRIGGER {table}_no_change ON {table}"
        yield from _always(table, "only_emptied", "UPDATE", "ROW", f"chartmark_only_emptied({asked})")
        yield from _always(table, "no_change", "DELETE", "ROW", "chartmark_refuse_change()")


def _always(table, name, acts, scope, function):
    yield f"CREATE TRIGGER {table}_{name} BEFORE {acts} ON {table} FOR EACH {scope} EXECUTE FUNCTION {function}"
    yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_{name}"
