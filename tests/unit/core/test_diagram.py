"""The picture of the tables says what the models say."""

from pathlib import Path

import pytest
from sqlalchemy import ForeignKey, Index, MetaData, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.core.db import OPERATIONAL, RECORD, Base
from app.core.diagram import draw
from app.factory import create_app

COMMITTED = Path(__file__).parents[3] / "docs" / "schema.md"


class Small(DeclarativeBase):
    metadata = MetaData()


class Ward(Small):
    """Where patients lie."""

    __tablename__ = "ward"
    __table_args__ = ({"info": {"kind": RECORD, "append_only": True}},)
    __module__ = "app.house.ward"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class Bed(Small):
    """One bed | or cot."""

    __tablename__ = "bed"
    __table_args__ = (
        Index("free", "number", unique=True, sqlite_where=text("taken = 0")),
        {"info": {"kind": OPERATIONAL}},
    )
    __module__ = "app.rest.bed"
    ward_id: Mapped[int] = mapped_column(ForeignKey("ward.id"), primary_key=True)
    beside_id: Mapped[int | None] = mapped_column(ForeignKey("bed.ward_id"))
    number: Mapped[int]


@pytest.mark.parametrize(
    "line",
    [
        "## house",
        "| `ward` | RECORD, append only | Where patients lie. |",
        'ward["ward (RECORD, append only)"] {',
        "name UK",
        "## rest",
        r"| `bed` | OPERATIONAL | One bed \| or cot. |",
        "integer ward_id PK, FK",
        'integer beside_id FK "may be empty"',
        "ward ||--o| bed : ward_id",
        "bed |o--o{ bed : beside_id",
    ],
)
def test_packages_kinds_keys_and_references_are_shown(line):
    assert line in draw(Small)


def test_a_column_unique_among_some_rows_only_is_not_called_unique():
    assert "integer number\n" in draw(Small)


def test_every_table_stands_in_the_picture_once():
    create_app()
    drawn = [line.split("[")[0].strip() for line in draw(Base).splitlines() if '["' in line]
    assert sorted(drawn) == sorted(Base.metadata.tables)


def test_the_command_writes_the_file_that_is_committed(tmp_path):
    """Another model, another picture: `make schema`."""
    written = tmp_path / "schema.md"
    answer = create_app().test_cli_runner().invoke(args=["database", "diagram", str(written)])
    assert answer.exit_code == 0, answer.output
    assert written.read_text(encoding="utf-8") == COMMITTED.read_text(encoding="utf-8"), "run `make schema`"
