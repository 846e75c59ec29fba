"""What is accepted as a password, as a table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.password_rules import normal_password, password_problems

CONTEXT = ("mbauer", "Dr Magdalena Bauer")
TABLE = [
    ("wandering teapots sing", None),
    ("purple-otter-vinegar", None),
    ("ฉันชอบกินข้าวมันไก่มาก", None),
    ("x" * 3 + "q9#Lw2!vTz80pR" + "k" * 3, None),
    ("nothing but lower case is fine", None),
    ("a" * 30 + "hfkwoqpxnvbz", None),  # no composition rules
    ("correct length", "password-short"),  # 14
    ("", "password-short"),
    ("w" * 1025, "password-long"),
    ("aaaaaaaaaaaaaaaaaaaa", "password-repetitive"),
    ("abababababababab", "password-repetitive"),
    ("passwordpassword", "password-common"),
    ("P@ssw0rdP@ssw0rd!", "password-common"),
    ("Password12345678", "password-common"),
    ("qwertyuiopasdfgh", "password-common"),
    ("123456789012345678", "password-common"),
    ("correcthorsebatterystaple", "password-common"),
    ("Welcome-Hospital-2026", "password-common"),
    ("chartmark-chartmark-1", "password-common"),
    ("magdalena.bauer.2026", "password-common"),
    ("mbauermbauermbauer", "password-common"),
    ("xy12 xy12 xy12 xy12 xy12", "password-common"),
]


@pytest.mark.parametrize(("password", "code"), TABLE)
def test_a_password_is_accepted_or_refused(password, code):
    assert [p.code for p in password_problems(password, CONTEXT)] == ([code] if code else [])


def test_a_long_password_is_not_cut():
    long = "wandering teapots sing " * 3 + "under every second moon of Saturn"
    assert len(long) > 64
    assert password_problems(long) == []


@given(st.text(max_size=60))
def test_a_refusal_never_quotes_the_password(password):
    for problem in password_problems(password):
        assert len(password) < 6 or password not in problem.message


def test_composed_and_decomposed_letters_are_one_password():
    assert normal_password("cafe\u0301") == normal_password("café")
