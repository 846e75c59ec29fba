"""Events commit to whole rows: salts for rows with words in them, which event spoke of a row last, how many rows there
were before; tables that state who may do what refuse to be rewritten.

Rows of before stay as they are and are "not committed": their number and highest key are kept here, and an event says
them when this version first starts.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

# 64 bits wide; SQLite gives AUTOINCREMENT only to INTEGER.
INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SALTED = ("person", "password", "ruling", "question")

# Tables whose rows events commit to from now on, with the first part of their key.
COMMITTED = {
    "assignment": "id", "audit_erasure": None, "batch": "id", "code_installation": None, "credential": "id",
    "document": "id", "document_reason": "document_id", "element_confirmation": "id", "encounter": "id",
    "guideline_acknowledgement": "guideline_version_id", "guideline_version": "id", "hold": "id",
    "hold_place": "hold_id", "item": "id", "item_renewal": "item_id", "kept_word": "id", "kept_word_ruling": "id",
    "label_schema": "id", "leak_audit": "id", "leak_check": "id", "leak_result": "id", "leak_sample": "id",
    "member": "id", "paper": "id", "password": "person_id", "person": "id", "phi_incident": "hold_id",
    "pipeline_entry": "id", "pipeline_entry_signature": "entry_id", "pipeline_entry_withdrawal": "entry_id",
    "pipeline_refusal": "id", "place_decision": "id", "project": "id", "question": "id", "release": "id",
    "release_export": "id", "release_recall": "release_id", "release_supersession": "superseded_id", "round": "id",
    "ruling": "id", "server_role": "id", "signature": "id", "submission": "id", "submission_recall": "submission_id",
    "verifier_change": "submission_id",
}  # fmt: skip

# Table → what of a row never changes, what is filled in once, what changes only with another column, other unique keys
# (a condition last), whether rows may go.
GUARDED = {
    "person": (
        ("id", "username", "display_name", "profession", "specialty", "created_at"), (), (), ((("username",), ""),), 0,
    ),
    "credential": (
        ("id", "person_id", "tier", "profession", "specialty", "country", "issuing_body", "register_number",
         "issued_at", "expires_at", "next_check_due_at", "evidence_sha256", "verified_by", "verified_at",
         "verified_method"),
        ("revoked_at", "revoked_because"), (), (), 0,
    ),
    "password": (("person_id",), (), (("hash", "salt"),), (), 1),
    "server_role": (
        ("id", "person_id", "role", "granted_at"), ("revoked_at",), (),
        ((("person_id", "role"), "revoked_at is null"),), 0,
    ),
    "member": (
        ("id", "project_id", "person_id", "role", "added_at"), ("ended_at",), (),
        ((("project_id", "person_id", "role"), "ended_at IS NULL"),), 0,
    ),
    "document": (
        ("id", "project_id", "subject_id", "encounter_id", "source_id", "version", "label", "text_sha256",
         "characters", "deid_json", "created_at"),
        (), (), ((("label",), ""), (("source_id", "version"), "")), 0,
    ),
    "item": (
        ("id", "project_id", "document_id", "schema_id", "modality", "label", "created_at"), (), (),
        ((("document_id", "schema_id"), ""),), 0,
    ),
}  # fmt: skip


def upgrade():
    bind = op.get_bind()
    for table in SALTED:
        op.add_column(table, sa.Column("salt", sa.LargeBinary(), nullable=True))
    op.create_table(
        "audit_row",
        sa.Column("row_key", sa.Text(), nullable=False),
        sa.Column("event_pk", INT, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("row_key", name=op.f("pk_audit_row")),
    )
    before = op.create_table(
        "audit_before",
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("rows", INT, nullable=False),
        sa.Column("last", INT, nullable=False),
        sa.PrimaryKeyConstraint("table_name", name=op.f("pk_audit_before")),
    )
    op.create_table(
        "audit_check",
        sa.Column("id", INT, autoincrement=False, nullable=False),
        sa.Column("place_json", sa.Text(), nullable=False),
        sa.Column("breaks_json", sa.Text(), nullable=False),
        sa.Column("found_json", sa.Text(), nullable=False),
        sa.Column("started_at", INT, nullable=False),
        sa.Column("finished_at", INT, nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_check_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_check")),
    )
    op.create_index("ix_audit_erasure_event_id", "audit_erasure", ["event_id"])
    for table, key in COMMITTED.items():
        highest = f"coalesce(max({key}), 0)" if key else "0"
        rows, last = bind.execute(sa.text(f"SELECT count(*), {highest} FROM {table}")).one()  # noqa: S608
        if rows:
            bind.execute(before.insert(), {"table_name": table, "rows": rows, "last": last})
    for statement in _triggers(bind.dialect.name):
        bind.execute(sa.text(statement))


def downgrade():
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, name in _names(sqlite):
        op.execute(f"DROP TRIGGER {table}_{name}" + ("" if sqlite else f" ON {table}"))
    op.drop_index("ix_audit_erasure_event_id", "audit_erasure")
    for table in ("audit_check", "audit_before", "audit_row"):
        op.drop_table(table)
    for table in SALTED:
        op.drop_column(table, "salt")


def _names(sqlite):
    for table, (*_, keys, may_go) in GUARDED.items():
        names = ["guard_update", *([] if may_go else ["guard_delete"])]
        names += [f"no_replace_{number}" for number in range(len(keys) + 1)] if sqlite else ["no_truncate"]
        yield from ((table, name) for name in names)


def _triggers(dialect):
    """What refuses a change of these rows."""
    for table, (fixed, once, together, keys, may_go) in GUARDED.items():
        differs = "IS NOT" if dialect == "sqlite" else "IS DISTINCT FROM"
        refused = [f"OLD.{name} {differs} NEW.{name}" for name in fixed]
        refused += [f"(OLD.{name} IS NOT NULL AND OLD.{name} {differs} NEW.{name})" for name in once]
        refused += [
            f"(OLD.{name} {differs} NEW.{name} AND NOT (OLD.{other} {differs} NEW.{other}))" for name, other in together
        ]
        if dialect == "sqlite":
            yield from _sqlite(table, " OR ".join(refused), keys, may_go)
            continue
        acts = {"guard_update": f"BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({' OR '.join(refused)})"}
        acts |= {} if may_go else {"guard_delete": f"BEFORE DELETE ON {table} FOR EACH ROW"}
        acts |= {"no_truncate": f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT"}
        for name, act in acts.items():
            yield f"CREATE TRIGGER {table}_{name} {act} EXECUTE FUNCTION chartmark_refuse_change()"
            yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_{name}"


def _sqlite(table, refused, keys, may_go):
    acts = [("guard_update", "UPDATE", refused, "does not change in what it says")]
    acts += [] if may_go else [("guard_delete", "DELETE", "1", "keeps its rows")]
    primary = "person_id" if table == "password" else "id"
    for number, (columns, where) in enumerate([((primary,), ""), *keys]):
        same = [*(f"{name} = NEW.{name}" for name in columns), *([f"({where})"] if where else [])]
        taken = f"EXISTS (SELECT 1 FROM {table} WHERE {' AND '.join(same)})"
        acts.append((f"no_replace_{number}", "INSERT", taken, "is append-only"))
    for name, act, when, message in acts:
        refusal = f"SELECT RAISE(ABORT, '{table} {message}')"
        yield f"CREATE TRIGGER {table}_{name} BEFORE {act} ON {table} WHEN {when} BEGIN {refusal}; END"
