"""People: acts that take two, what people are told, links with a code, refusals and uses that are counted, emergency
access, and the dates and regions of papers.

No row changes its meaning: a link of before needs no code. Where deliveries have come in already, setting up is over.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

# 64 bits wide; SQLite gives AUTOINCREMENT only to INTEGER.
INT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    _approval()
    _notice()
    op.create_table(
        "denial_count",
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("minute", INT, autoincrement=False, nullable=False),
        sa.Column("more", INT, nullable=False),
        sa.PrimaryKeyConstraint("stream", "action", "minute", name=op.f("pk_denial_count")),
    )
    op.create_table(
        "use_count",
        sa.Column("person_id", INT, autoincrement=False, nullable=False),
        sa.Column("use", sa.Text(), nullable=False),
        sa.Column("window_at", INT, nullable=False),
        sa.Column("count", INT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_use_count_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "use", name=op.f("pk_use_count")),
    )
    _emergency()
    with op.batch_alter_table("password_link") as table:
        table.add_column(sa.Column("code_sha256", sa.Text(), nullable=True))
        table.create_check_constraint(
            op.f("ck_password_link_code_sha256"), "code_sha256 is null or length(code_sha256) = 64"
        )


def _approval():
    op.create_table(
        "approval",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("facts_json", sa.Text(), nullable=False),
        sa.Column("facts_sha256", sa.Text(), nullable=False),
        sa.Column("person_id", INT, nullable=True),
        sa.Column("project_id", INT, nullable=True),
        sa.Column("requested_by", INT, nullable=True),
        sa.Column("operator", sa.Text(), nullable=True),
        sa.Column("requested_at", INT, nullable=False),
        sa.Column("expires_at", INT, nullable=False),
        sa.Column("decided_by", INT, nullable=True),
        sa.Column("decided_at", INT, nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("used_at", INT, nullable=True),
        sa.CheckConstraint(
            "decision in ('approved', 'refused', 'withdrawn')", name=op.f("ck_approval_decision_known")
        ),
        sa.CheckConstraint("(decided_at is null) = (decision is null)", name=op.f("ck_approval_decided_dated")),
        sa.CheckConstraint(
            "decision <> 'approved' or decided_by is not null", name=op.f("ck_approval_approved_by_somebody")
        ),
        sa.CheckConstraint(
            "decision <> 'approved' or decided_by <> requested_by", name=op.f("ck_approval_approved_by_another")
        ),
        sa.CheckConstraint(
            "decision <> 'approved' or decided_by <> person_id", name=op.f("ck_approval_approved_by_no_subject")
        ),
        sa.CheckConstraint("(requested_by is null) <> (operator is null)", name=op.f("ck_approval_requested_by_one")),
        sa.CheckConstraint("expires_at > requested_at", name=op.f("ck_approval_expires_later")),
        *_to_people("approval", "person_id", "requested_by", "decided_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
    )
    for column in ("person_id", "requested_by", "decided_by"):
        op.create_index(op.f(f"ix_approval_{column}"), "approval", [column])


def _notice():
    op.create_table(
        "notice",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("at", INT, nullable=False),
        sa.Column("seen_at", INT, nullable=True),
        *_to_people("notice", "person_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index("ix_notice_person_id_id", "notice", ["person_id", "id"])


def _emergency():
    op.create_table(
        "emergency_access",
        sa.Column("id", INT, autoincrement=True, nullable=False),
        sa.Column("project_id", INT, nullable=False),
        sa.Column("document_id", INT, nullable=False),
        sa.Column("person_id", INT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_at", INT, nullable=False),
        sa.Column("expires_at", INT, nullable=False),
        sa.Column("reviewed_by", INT, nullable=True),
        sa.Column("reviewed_at", INT, nullable=True),
        sa.Column("finding", sa.Text(), nullable=True),
        sa.CheckConstraint("expires_at >= opened_at", name=op.f("ck_emergency_access_expires_later")),
        sa.CheckConstraint("finding in ('justified', 'unjustified')", name=op.f("ck_emergency_access_finding_known")),
        sa.CheckConstraint(
            "(reviewed_at is null) = (finding is null) and (reviewed_at is null) = (reviewed_by is null)",
            name=op.f("ck_emergency_access_reviewed_whole"),
        ),
        sa.CheckConstraint("reviewed_by <> person_id", name=op.f("ck_emergency_access_reviewed_by_another")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_emergency_access_project_id_project")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_emergency_access_document_id_document")
        ),
        *_to_people("emergency_access", "person_id", "reviewed_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_access")),
    )
    for column in ("project_id", "document_id", "person_id", "reviewed_by"):
        op.create_index(op.f(f"ix_emergency_access_{column}"), "emergency_access", [column])


def _to_people(table, *columns):
    for column in columns:
        yield sa.ForeignKeyConstraint([column], ["person.id"], name=op.f(f"fk_{table}_{column}_person"))


def downgrade():
    with op.batch_alter_table("password_link") as table:
        table.drop_constraint(op.f("ck_password_link_code_sha256"), type_="check")
        table.drop_column("code_sha256")
    for table in ("emergency_access", "use_count", "denial_count", "notice", "approval"):
        op.drop_table(table)
