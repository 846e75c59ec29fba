"""Credentials and guidelines: checks of credentials, numbers of registers, trainings, conflicts of interest, signatures
on guidelines, and labels a version affects; a function of the server more.

New tables only. Numbers that stand in credentials already are entered with the first who has them; credentials of before
have no check, and stand on the worklist of those who verify credentials.
"""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

# 64 bits wide; SQLite gives AUTOINCREMENT only to INTEGER.
INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BEFORE, AFTER = "'privacy_officer')", "'privacy_officer', 'credentialing')"
NEW = (
    "guideline_signature", "guideline_label",
    "credential_check", "conflict_of_interest", "training_record", "register_entry",
)  # fmt: skip
# Table → the columns of its keys, a condition last.
APPEND_ONLY = {
    "credential_check": [(("id",), "")],
    "guideline_label": [(("guideline_version_id", "label"), "")],
    "guideline_signature": [(("guideline_version_id", "person_id"), "")],
}
# Table → what of a row never changes, what is filled in once, its keys.
GUARDED = {
    "training_record": (
        ("id", "person_id", "course", "provider", "completed_at", "expires_at", "evidence_sha256", "recorded_at"),
        ("revoked_at", "revoked_because"),
        [(("id",), "")],
    ),
    "conflict_of_interest": (
        ("id", "project_id", "person_id", "subject_id", "relationship", "declared_by", "declared_at"),
        ("ended_at", "ended_because"),
        [(("id",), ""), (("person_id", "subject_id"), "ended_at is null")],
    ),
}


def upgrade():
    _functions(BEFORE, AFTER)
    _register_entry()
    _training_record()
    _conflict_of_interest()
    _credential_check()
    _guideline()
    for statement in _triggers(op.get_bind().dialect.name):
        op.get_bind().execute(sa.text(statement))
    _enter_numbers(op.get_bind())


def _functions(before, after):
    """The functions of the server that are known. SQLite takes a new table for it, with what hung on the old."""
    bind = op.get_bind()
    if bind.dialect.name != "sqlite":
        words = f"'admin', 'manager', 'auditor', {after}"
        op.drop_constraint(op.f("ck_server_role_role_known"), "server_role", type_="check")
        op.create_check_constraint(op.f("ck_server_role_role_known"), "server_role", f"role in ({words}")
        return
    named = sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = 'server_role' AND sql IS NOT NULL")
    parts = bind.execute(named).all()
    (table,) = [sql for kind, sql in parts if kind == "table"]
    opening = re.compile(r'^CREATE TABLE "?server_role"?')
    bind.execute(sa.text(opening.sub("CREATE TABLE server_role_new", table).replace(before, after)))
    bind.execute(sa.text("INSERT INTO server_role_new SELECT * FROM server_role"))
    bind.execute(sa.text("DROP TABLE server_role"))
    bind.execute(sa.text("ALTER TABLE server_role_new RENAME TO server_role"))
    for kind, sql in parts:
        if kind != "table":
            bind.execute(sa.text(sql.replace(":", r"\:")))


def _register_entry():
    op.create_table(
        "register_entry",
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_register_entry_person_id")),
        sa.PrimaryKeyConstraint("country", "body", "number", name=op.f("pk_register_entry")),
    )
    op.create_index(op.f("ix_register_entry_person_id"), "register_entry", ["person_id"], unique=False)


def _training_record():
    op.create_table(
        "training_record",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("course", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("completed_at", INT, nullable=False),
        sa.Column("expires_at", INT, nullable=True),
        sa.Column("evidence_sha256", sa.Text(), nullable=True),
        sa.Column("recorded_at", INT, nullable=False),
        sa.Column("revoked_at", INT, nullable=True),
        sa.Column("revoked_because", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(revoked_at is null) = (revoked_because is null)", name=op.f("ck_training_record_revoked_reasoned")
        ),
        sa.CheckConstraint(
            "evidence_sha256 is null or length(evidence_sha256) = 64", name=op.f("ck_training_record_evidence_sha256")
        ),
        sa.CheckConstraint("expires_at > completed_at", name=op.f("ck_training_record_expires_later")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_training_record_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_record")),
    )
    op.create_index(op.f("ix_training_record_person_id"), "training_record", ["person_id"], unique=False)


def _conflict_of_interest():
    op.create_table(
        "conflict_of_interest",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("subject_id", INT, nullable=False),
        sa.Column("relationship", sa.Text(), nullable=False),
        sa.Column("declared_by", INT, nullable=True),
        sa.Column("declared_at", INT, nullable=False),
        sa.Column("ended_at", INT, nullable=True),
        sa.Column("ended_because", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "relationship in ('self','family','colleague','treating','other')",
            name=op.f("ck_conflict_of_interest_relationship_known"),
        ),
        sa.CheckConstraint(
            "(ended_at is null) = (ended_because is null)", name=op.f("ck_conflict_of_interest_ended_reasoned")
        ),
        sa.ForeignKeyConstraint(["declared_by"], ["person.id"], name=op.f("fk_conflict_of_interest_declared_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_conflict_of_interest_person_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_conflict_of_interest_project_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_conflict_of_interest_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict_of_interest")),
    )
    op.create_index(op.f("ix_conflict_of_interest_declared_by"), "conflict_of_interest", ["declared_by"], unique=False)
    op.create_index(op.f("ix_conflict_of_interest_person_id"), "conflict_of_interest", ["person_id"], unique=False)
    op.create_index(op.f("ix_conflict_of_interest_project_id"), "conflict_of_interest", ["project_id"], unique=False)
    op.create_index(op.f("ix_conflict_of_interest_subject_id"), "conflict_of_interest", ["subject_id"], unique=False)
    op.create_index(
        "uq_conflict_in_force",
        "conflict_of_interest",
        ["person_id", "subject_id"],
        unique=True,
        sqlite_where=sa.text("ended_at is null"),
        postgresql_where=sa.text("ended_at is null"),
    )


def _credential_check():
    op.create_table(
        "credential_check",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("credential_id", INT, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("evidence_sha256", sa.Text(), nullable=True),
        sa.Column("next_due_at", INT, nullable=True),
        sa.Column("at", INT, nullable=False),
        sa.CheckConstraint("kind in ('bootstrap', 'verified')", name=op.f("ck_credential_check_kind_known")),
        sa.CheckConstraint(
            "evidence_sha256 is null or length(evidence_sha256) = 64", name=op.f("ck_credential_check_evidence_sha256")
        ),
        sa.CheckConstraint("next_due_at > at", name=op.f("ck_credential_check_next_later")),
        sa.ForeignKeyConstraint(["credential_id"], ["credential.id"], name=op.f("fk_credential_check_credential_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_credential_check_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential_check")),
    )
    op.create_index(op.f("ix_credential_check_credential_id"), "credential_check", ["credential_id"], unique=False)
    op.create_index(op.f("ix_credential_check_person_id"), "credential_check", ["person_id"], unique=False)


def _guideline():
    op.create_table(
        "guideline_label",
        sa.Column("guideline_version_id", INT, autoincrement=False, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["guideline_version_id"], ["guideline_version.id"], name=op.f("fk_guideline_label_guideline_version_id")
        ),
        sa.PrimaryKeyConstraint("guideline_version_id", "label", name=op.f("pk_guideline_label")),
    )
    op.create_table(
        "guideline_signature",
        sa.Column("guideline_version_id", INT, autoincrement=False, nullable=False),
        sa.Column("person_id", INT, autoincrement=False, nullable=False),
        sa.Column("qualification_json", sa.Text(), nullable=False),
        sa.Column("authentication_json", sa.Text(), nullable=False),
        sa.Column("at", INT, nullable=False),
        sa.ForeignKeyConstraint(
            ["guideline_version_id"], ["guideline_version.id"], name=op.f("fk_guideline_signature_guideline_version_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_guideline_signature_person_id")),
        sa.PrimaryKeyConstraint("guideline_version_id", "person_id", name=op.f("pk_guideline_signature")),
    )
    op.create_index(op.f("ix_guideline_signature_person_id"), "guideline_signature", ["person_id"], unique=False)


def _enter_numbers(bind):
    """The numbers of standing credentials, each with the first who has it; of two who have one, the worklist tells."""
    rows = bind.execute(
        sa.text(
            "SELECT country, issuing_body, register_number, person_id FROM credential "
            "WHERE revoked_at IS NULL ORDER BY id"
        )
    )
    entries = {}
    for country, body, number, person in rows.all():
        key = (country, _folded(body, " ").strip(), _folded(number, ""))
        if key[1] and key[2]:
            entries.setdefault(key, person)
    entry = sa.table("register_entry", *(sa.column(name) for name in ("country", "body", "number", "person_id")))
    for (country, body, number), person in entries.items():
        bind.execute(entry.insert(), {"country": country, "body": body, "number": number, "person_id": person})


def _folded(text, gap):
    return re.sub(r"[\W_]+", gap, unicodedata.normalize("NFKC", text).casefold())


def _triggers(dialect):
    """What refuses a change of these rows."""
    differs = "IS NOT" if dialect == "sqlite" else "IS DISTINCT FROM"
    for table, (fixed, once, keys) in GUARDED.items():
        refused = [f"OLD.{name} {differs} NEW.{name}" for name in fixed]
        refused += [f"(OLD.{name} IS NOT NULL AND OLD.{name} {differs} NEW.{name})" for name in once]
        acts = [("guard_update", "UPDATE", " OR ".join(refused), "does not change in what it says")]
        acts += [("guard_delete", "DELETE", "", "keeps its rows")]
        yield from _sqlite(table, acts, keys) if dialect == "sqlite" else _postgresql(table, acts)
    for table, keys in APPEND_ONLY.items():
        if dialect == "sqlite":
            acts = [(f"no_{act.lower()}", act, "", "is append-only") for act in ("UPDATE", "DELETE")]
            yield from _sqlite(table, acts, keys)
        else:
            yield from _postgresql(table, [("no_change", "UPDATE OR DELETE", "", "")])


def _sqlite(table, acts, keys):
    for number, (columns, where) in enumerate(keys):
        same = [*(f"{name} = NEW.{name}" for name in columns), *([f"({where})"] if where else [])]
        taken = f"EXISTS (SELECT 1 FROM {table} WHERE {' AND '.join(same)})"
        acts.append((f"no_replace_{number}", "INSERT", taken, "is append-only"))
    for name, act, when, message in acts:
        refusal = f"SELECT RAISE(ABORT, '{table} {message}')"
        yield f"CREATE TRIGGER {table}_{name} BEFORE {act} ON {table} WHEN {when or '1'} BEGIN {refusal}; END"


def _postgresql(table, acts):
    whole = [("no_truncate", f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT")]
    for name, act, when, _ in acts:
        whole.append((name, f"BEFORE {act} ON {table} FOR EACH ROW" + (f" WHEN ({when})" if when else "")))
    for name, act in whole:
        yield f"CREATE TRIGGER {table}_{name} {act} EXECUTE FUNCTION chartmark_refuse_change()"
        yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_{name}"


def downgrade():
    for table in NEW:
        op.drop_table(table)
    # What the older schema does not know cannot stay; the events keep it. The guard lets no row go, so it goes first.
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute("DROP TRIGGER server_role_guard_delete" + ("" if sqlite else " ON server_role"))
    op.execute("DELETE FROM server_role WHERE role = 'credentialing'")
    for statement in _keeps_rows("server_role", sqlite):
        op.execute(statement)
    _functions(AFTER, BEFORE)


def _keeps_rows(table, sqlite):
    if sqlite:
        refusal = f"SELECT RAISE(ABORT, '{table} keeps its rows')"
        yield f"CREATE TRIGGER {table}_guard_delete BEFORE DELETE ON {table} WHEN 1 BEGIN {refusal}; END"
        return
    act = f"BEFORE DELETE ON {table} FOR EACH ROW"
    yield f"CREATE TRIGGER {table}_guard_delete {act} EXECUTE FUNCTION chartmark_refuse_change()"
    yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_guard_delete"
