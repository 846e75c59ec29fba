"""Second factors, recovery codes, steps under way, known browsers, accounts at an identity provider, proposed roles;
by what a session and a re-authentication were known.

No row changes its meaning: a session and a proof of before were made by user name and password.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

# 64 bits wide; SQLite gives AUTOINCREMENT only to INTEGER.
INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    for name, default in (("factors", "password"), ("browser", ""), ("network", "")):
        op.add_column("sign_in_session", sa.Column(name, sa.Text(), nullable=False, server_default=default))
    proof = sa.Column("factors", sa.Text(), nullable=False, server_default="username password")
    op.add_column("reauthentication", proof)
    _factors()
    _steps()
    _browsers()
    _identities()
    _proposals()


def downgrade():
    for table in (
        "role_proposal", "external_identity", "known_browser", "ceremony", "recovery_code", "factor_use", "second_factor",
    ):
        op.drop_table(table)
    op.drop_column("reauthentication", "factors")
    for name in ("network", "browser", "factors"):
        op.drop_column("sign_in_session", name)


def _person(table):
    return sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f(f"fk_{table}_person_id"))


def _factors():
    op.create_table(
        "second_factor",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("credential_id", sa.Text(), nullable=True),
        sa.Column("public_key", sa.LargeBinary(), nullable=True),
        sa.Column("host", sa.Text(), nullable=True),
        sa.Column("added_at", INT, nullable=False),
        sa.Column("ended_at", INT, nullable=True),
        sa.Column("ended_because", sa.Text(), nullable=True),
        sa.CheckConstraint("kind in ('totp', 'passkey')", name=op.f("ck_second_factor_kind_known")),
        sa.CheckConstraint(
            "(kind = 'totp') = (secret_sealed is not null)", name=op.f("ck_second_factor_totp_has_secret")
        ),
        sa.CheckConstraint(
            "(kind = 'passkey') = (credential_id is not null)"
            " and (kind = 'passkey') = (public_key is not null) and (kind = 'passkey') = (host is not null)",
            name=op.f("ck_second_factor_passkey_has_key"),
        ),
        sa.CheckConstraint("(ended_at is null) = (ended_because is null)", name=op.f("ck_second_factor_end_reasoned")),
        _person("second_factor"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_factor")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_second_factor_credential_id")),
    )
    op.create_index(op.f("ix_second_factor_person_id"), "second_factor", ["person_id"], unique=False)
    _unique_where("uq_second_factor_totp", "second_factor", ["person_id"], "kind = 'totp' and ended_at is null")
    op.create_table(
        "factor_use",
        sa.Column("factor_id", INT, autoincrement=False, nullable=False),
        sa.Column("counter", INT, nullable=False),
        sa.Column("last_used_at", INT, nullable=False),
        sa.ForeignKeyConstraint(["factor_id"], ["second_factor.id"], name=op.f("fk_factor_use_factor_id")),
        sa.PrimaryKeyConstraint("factor_id", name=op.f("pk_factor_use")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("code_sha256", sa.Text(), nullable=False),
        sa.Column("made_at", INT, nullable=False),
        sa.Column("ended_at", INT, nullable=True),
        sa.Column("ended_because", sa.Text(), nullable=True),
        sa.CheckConstraint("length(code_sha256) = 64", name=op.f("ck_recovery_code_code_sha256")),
        sa.CheckConstraint("(ended_at is null) = (ended_because is null)", name=op.f("ck_recovery_code_end_reasoned")),
        _person("recovery_code"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("code_sha256", name=op.f("uq_recovery_code_code_sha256")),
    )
    op.create_index(op.f("ix_recovery_code_person_id"), "recovery_code", ["person_id"], unique=False)


def _steps():
    op.create_table(
        "ceremony",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("person_id", INT, nullable=True),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("begun_at", INT, nullable=False),
        sa.Column("expires_at", INT, nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("used_at", INT, nullable=True),
        sa.CheckConstraint("expires_at > begun_at", name=op.f("ck_ceremony_expires_later")),
        _person("ceremony"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ceremony")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_ceremony_token_sha256")),
    )
    op.create_index(op.f("ix_ceremony_person_id"), "ceremony", ["person_id"], unique=False)


def _browsers():
    op.create_table(
        "known_browser",
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("person_id", INT, autoincrement=False, nullable=False),
        sa.Column("first_at", INT, nullable=False),
        sa.Column("last_at", INT, nullable=False),
        _person("known_browser"),
        sa.PrimaryKeyConstraint("token_sha256", "person_id", name=op.f("pk_known_browser")),
    )
    op.create_index(op.f("ix_known_browser_person_id"), "known_browser", ["person_id"], unique=False)


def _identities():
    op.create_table(
        "external_identity",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("linked_at", INT, nullable=False),
        sa.Column("ended_at", INT, nullable=True),
        sa.CheckConstraint("ended_at >= linked_at", name=op.f("ck_external_identity_ended_later")),
        _person("external_identity"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_identity")),
    )
    op.create_index(op.f("ix_external_identity_person_id"), "external_identity", ["person_id"], unique=False)
    for name, columns in (
        ("uq_external_identity_subject", ["issuer", "subject"]),
        ("uq_external_identity_person", ["person_id"]),
    ):
        _unique_where(name, "external_identity", columns, "ended_at is null")


def _proposals():
    op.create_table(
        "role_proposal",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("project_id", INT, nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("proposed_at", INT, nullable=False),
        sa.Column("decided_at", INT, nullable=True),
        sa.Column("decided_by", INT, nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.CheckConstraint("change in ('give', 'take')", name=op.f("ck_role_proposal_change_known")),
        sa.CheckConstraint("outcome in ('accepted', 'declined', 'lapsed')", name=op.f("ck_role_proposal_outcome_known")),
        sa.CheckConstraint("(decided_at is null) = (outcome is null)", name=op.f("ck_role_proposal_decided_dated")),
        sa.CheckConstraint("decided_by <> person_id", name=op.f("ck_role_proposal_decided_by_another")),
        _person("role_proposal"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_role_proposal_project_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_role_proposal_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_proposal")),
    )
    for column in ("person_id", "project_id", "decided_by"):
        op.create_index(op.f(f"ix_role_proposal_{column}"), "role_proposal", [column], unique=False)


def _unique_where(name, table, columns, where):
    op.create_index(
        name, table, columns, unique=True, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
    )
