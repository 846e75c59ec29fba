"""Passwords known from breaches: the packaged list, what is made from it, and a file of digests."""

import hashlib

import pytest

from app.accounts import breached
from app.accounts.password_rules import password_problems

WORDS = [f"word number {n}" for n in range(300)]


@pytest.fixture
def digests(tmp_path, monkeypatch):
    lines = sorted(f"{hashlib.sha1(w.encode()).hexdigest().upper()}:{n + 1}" for n, w in enumerate(WORDS))
    path = tmp_path / "pwned.txt"
    path.write_text("\r\n".join(lines) + "\r\n")
    monkeypatch.setattr(breached, "_file", None)
    return path


@pytest.mark.parametrize(
    "password",
    ["1qaz2wsx3edc4rfv", "Liverpool-Liverpool", "!!!snowboard2024!!!", "5n0wb0ard 2019 2020", "charlottecharlotte"],
)
def test_a_password_from_a_breach_or_made_from_one_is_refused(password):
    assert breached.is_breached(password)
    assert password_problems(password)[0].code in ("password-breached", "password-common")


@pytest.mark.parametrize(
    "password", ["wandering teapots sing", "purple monkey dishwasher", "ein Krug stiller Veilchen"]
)
def test_words_that_do_not_belong_together_are_accepted(password):
    assert not breached.is_breached(password)
    assert password_problems(password) == []


def test_each_line_of_a_file_is_found_and_nothing_else(digests):
    assert not any(map(breached.is_breached, WORDS))
    breached.use_file(digests)
    assert all(map(breached.is_breached, WORDS))
    assert not any(breached.is_breached(f"zebra crossing {n}") for n in range(300))


@pytest.mark.parametrize("content", [None, "", "password\n", "0" * 39 + ":1\n"])
def test_a_file_that_is_no_such_list_ends_the_start(tmp_path, content):
    path = tmp_path / "list"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ValueError, match="CHARTMARK_BREACHED_PASSWORDS"):
        breached.use_file(path)
