"""Word lists are data, and each says where its words are from."""

import re
from pathlib import Path

import pytest

from app.deidentify.lexicon.lists import FOLDER, lines

FILES = sorted(FOLDER.glob("*.txt"))
CODE = "".join(path.read_text(encoding="utf-8") for path in FOLDER.parents[1].rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_a_list_names_its_source_and_repeats_nothing(path):
    text = path.read_text(encoding="utf-8")
    assert re.match(r"# source: \S+ \S+", text)
    assert len(lines(path.stem)) == len(set(lines(path.stem))) > 0
    assert all(line == line.strip() for line in text.splitlines())


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_a_list_is_used(path: Path):
    assert f'"{path.stem}"' in CODE or path.stem.startswith("language_")
