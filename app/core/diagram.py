"""The tables as a picture: Mermaid text per package, drawn from what the models declare."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from sqlalchemy import Column, ForeignKeyConstraint, Index, Table, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapper

HEAD = """# Tables

Written by `make schema` from the models; a test holds that it is what the command writes. One diagram a package.
A box in full is a table of that package, with its kind; an empty box is a table of another that it refers to.

| kind | meaning |
|---|---|
| RECORD | a write needs an audit event in the same transaction |
| … append only | triggers refuse UPDATE and DELETE |
| … erasable | a trigger refuses UPDATE, and DELETE unless `audit_erasure` names the row |
| PROJECTION | can be rebuilt from records |
| OPERATIONAL | may come and go |
"""


def draw(base: type[DeclarativeBase]) -> str:
    """Markdown of all tables of `base`, the same for the same models: by package, then by name."""
    mappers = sorted(base.registry.mappers, key=lambda one: (_package(one), _table(one).name))
    packages = (_section(package, list(its)) for package, its in groupby(mappers, _package))
    return "\n".join([HEAD, *packages])


def _section(package: str, mappers: list[Mapper]) -> str:
    rows = [f"| `{_table(one).name}` | {_kind(_table(one))} | {_says(one)} |" for one in mappers]
    tables = [_table(one) for one in mappers]
    lines = [line for table in tables for line in (*_box(table), *_lines(table))]
    diagram = ["```mermaid", "erDiagram", *(f"    {line}" for line in lines), "```"]
    return "\n".join([f"## {package}", "", "| table | kind | a row is |", "|---|---|---|", *rows, "", *diagram, ""])


def _box(table: Table) -> Iterator[str]:
    yield f'{table.name}["{table.name} ({_kind(table)})"] {{'
    for column in table.columns:
        empty = ' "may be empty"' if column.nullable else ""
        yield f"    {str(column.type).lower()} {column.name}{_key(column)}{empty}"
    yield "}"


def _key(column: Column) -> str:
    marks = [("PK", column.primary_key), ("FK", bool(column.foreign_keys)), ("UK", _alone_unique(column))]
    keys = ", ".join(mark for mark, holds in marks if holds)
    return f" {keys}" if keys else ""


def _alone_unique(column: Column) -> bool:
    """Whether no two rows share this column's value, for another reason than being the primary key."""
    table: Table = column.table
    unique = [list(one.columns) for one in table.constraints if isinstance(one, UniqueConstraint)]
    unique += [list(one.columns) for one in table.indexes if one.unique and not _is_partial(one)]
    return [column] in unique


def _is_partial(index: Index) -> bool:
    """Whether it holds only for some rows (`unique_where`)."""
    return any(options.get("where") is not None for options in index.dialect_options.values())


def _lines(table: Table) -> Iterator[str]:
    """One line a foreign key: `one ||--o{ many`; the one may be missing where a column may be empty."""
    keys = (key for key in table.constraints if isinstance(key, ForeignKeyConstraint))
    for key in sorted(keys, key=lambda one: list(one.column_keys)):
        columns = list(key.columns)
        one = "|o" if any(column.nullable for column in columns) else "||"
        alone = list(table.primary_key.columns) == columns or (len(columns) == 1 and _alone_unique(columns[0]))
        many = "o|" if alone else "o{"
        yield f"{key.referred_table.name} {one}--{many} {table.name} : {'_'.join(key.column_keys)}"


def _package(mapper: Mapper) -> str:
    return mapper.class_.__module__.split(".")[1]


def _table(mapper: Mapper) -> Table:
    table = mapper.local_table
    if not isinstance(table, Table):  # pragma: no cover - every model is one table
        raise TypeError(f"{mapper.class_.__name__} is no table")
    return table


def _kind(table: Table) -> str:
    more = [word for word, key in (("append only", "append_only"), ("erasable", "erasable")) if table.info.get(key)]
    return ", ".join([str(table.info["kind"]).upper(), *more])


def _says(mapper: Mapper) -> str:
    """The first line of the model's docstring."""
    return (mapper.class_.__doc__ or "").strip().splitlines()[0].replace("|", "\\|")
