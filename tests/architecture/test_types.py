"""All of `app/` is read by mypy, and every function says its types."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_mypy_reads_all_of_the_application():
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]
    assert asked["packages"] == ["app"]
    assert asked["disallow_untyped_defs"]
    assert {"exclude", "overrides", "ignore_errors"} & set(asked) == set()
    assert "mypy" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_no_file_opts_out():
    told = "# mypy:"
    assert [path.name for path in (ROOT / "app").rglob("*.py") if told in path.read_text(encoding="utf-8")] == []
