"""What a set of rules says, apart from where it stands: the digest that an owner signs."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

# Where a statement ends among the literals of a file: no literal's form holds it.
_END = b"\0"


def literals_digest(files: Iterable[Path]) -> str:
    """Hex SHA-256 of the words, patterns and numbers in these Python files, statement by statement.

    Paths, imports, names, comments and docstrings leave it alone, so that moving or renaming code does
    not withdraw what somebody signed; a changed word, pattern or threshold does. What code does with
    them is covered by the version that a pipeline declares.
    """
    statements = sorted(said for file in files for said in _statements(file))
    return hashlib.sha256(_END.join(statements)).hexdigest()


def _statements(file: Path) -> Iterator[bytes]:
    for statement in ast.parse(file.read_text(encoding="utf-8")).body:
        said = [repr(node.value) for node in _constants(statement)]
        if said:
            yield "\n".join(said).encode()


def _constants(node: ast.AST) -> Iterator[ast.Constant]:
    """Constants in the order of the source; a string that is a statement of its own is a docstring."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Constant):
            yield child
        else:
            yield from _constants(child)
