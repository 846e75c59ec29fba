"""The invariants of shifted dates."""

import hmac
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.core.db import Base
from app.deidentify.calendar.reading import read_dates
from app.deidentify.engine import SourceText, deidentify_subject
from app.deidentify.policy import Policy
from app.deidentify.replace.dateshift import WINDOW_DAYS, shift_text, subject_shift, years_of
from app.deidentify.verdict import NEEDS_REVIEW
from app.factory import compose
from app.privacy.engines import rules_engine

DAYS = st.dates(date(1930, 1, 1), date(2035, 12, 31))
SHIFTS = st.integers(-365, -1)
FORMATS = ["%Y-%m-%d", "%m/%d/%Y", "%B %d, %Y", "%d %B %Y", "%b %d, %Y", "%d-%b-%Y", "%Y%m%d"]
KEY = b"s" * 32


def read(text, form):
    from datetime import datetime

    return datetime.strptime(text, form).date()  # noqa: DTZ007 (a day, not a moment)


@given(DAYS, DAYS, SHIFTS, st.sampled_from(FORMATS))
def test_intervals_and_order_are_kept_in_every_format(first, second, days, form):
    assume("%b" not in form or 5 not in (first.month, second.month))  # "May" is short and long
    moved = [read(shift_text(d.strftime(form), days).text, form) for d in (first, second)]
    assert moved[1] - moved[0] == second - first
    assert moved[0] == first + timedelta(days=days)


@given(DAYS, SHIFTS, st.sampled_from(["%d/%m/%Y", "%d.%m.%Y"]))
def test_the_order_of_the_site_is_kept(day, days, form):
    assert read(shift_text(day.strftime(form), days, "dmy").text, form) == day + timedelta(days=days)


@given(DAYS, DAYS, SHIFTS)
def test_ages_computed_from_shifted_dates_are_off_by_a_day_in_the_year_at_most(born, seen, days):
    moved = [read(shift_text(d.isoformat(), days).text, "%Y-%m-%d") for d in (born, seen)]
    assert (moved[1] - moved[0]).days == (seen - born).days


@given(st.integers(1930, 2035), st.integers(1, 12), SHIFTS)
def test_a_month_and_year_become_a_possible_month(year, month, days):
    text = f"{date(2000, month, 1):%B} {year}"
    moved = shift_text(text, days).text
    expected = date(year, month, 15) + timedelta(days=days)
    assert moved == f"{expected:%B} {expected.year}"


@pytest.mark.parametrize(
    ("text", "days", "expected"),
    [
        ("February 29, 2024", -366, "February 28, 2023"),
        ("Feb 29", -1, "Feb 28"),
        ("MARCH 1st, 2023", -1, "FEBRUARY 28th, 2023"),
        ("3/4/24", -7, "2/26/24"),
        ("03/04/2024", -1, "03/03/2024"),
        ("Tuesday", -1, "Monday"),
        ("2024-03-05 10:30", -5, "2024-02-29 10:30"),
        ("15th of January 2022", -15, "31st of December 2021"),
        ("Jan 20th '23", -20, "Dec 31st '22"),
        ("2/12", -12, "1/31"),
        ("3/4/48", -1, "3/3/48"),
    ],
)
def test_a_shifted_date_keeps_its_form(text, days, expected):
    assert shift_text(text, days).text == expected


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [("13/02/2023", "mdy", "12/02/2023"), ("02/13/2023", "dmy", "02/12/2023"), ("1.31.99", "dmy", "1.30.99")],
)
def test_a_date_that_shows_its_order_is_moved_in_it_whatever_the_order_of_the_site(text, order, expected):
    assert shift_text(text, -1, order).text == expected


@pytest.mark.parametrize(("year", "full"), [("49", "2049"), ("50", "1950"), ("68", "1968"), ("99", "1999")])
def test_two_digits_of_a_year_are_of_this_century_below_50(year, full):
    """29 February tells which: 1968 had one, 2049 and 1950 had none."""
    assert years_of(f"3/4/{year}") == [full]
    leap = int(full) % 4 == 0
    assert (shift_text(f"2/29/{year}", -1).text == f"2/28/{year}") is leap


def test_what_is_no_date_is_not_guessed():
    assert shift_text("Christmas Day", -3).text is None
    assert shift_text("31/31/2020", -3).text is None


@given(st.text(min_size=1, max_size=12), st.booleans())
def test_the_offset_is_never_zero_and_stays_in_its_window(subject, weeks):
    days = subject_shift(KEY, subject, whole_weeks=weeks)
    assert -365 <= days <= -1
    assert not weeks or days % 7 == 0
    assert days == subject_shift(KEY, subject, whole_weeks=weeks)


def test_two_subjects_have_independent_offsets():
    offsets = [subject_shift(KEY, f"s{i}") for i in range(2000)]
    assert len(set(offsets)) > 350
    assert abs(sum(offsets) / len(offsets) + 183) < 10


def test_ambiguity_of_a_numeric_date():
    assert read_dates("03/04/2023")[0].ambiguous
    assert not read_dates("04/04/2023")[0].ambiguous
    assert [read_dates(text)[0].pieces["order"] for text in ("13/02/2023", "02/13/2023")] == ["dmy", "mdy"]


@given(st.sampled_from(["3 days ago", "two weeks later", "yesterday", "POD#3", "in six months", "at age 54"]), SHIFTS)
def test_relative_expressions_are_untouched(phrase, _days):
    made = deidentify_subject(
        [SourceText("1", f"Pain began {phrase} and went.")],
        Policy(dates="shift"),
        key=KEY,
        engine=rules_engine(),
        subject="s",
    )
    assert phrase in made[0].text


@given(st.integers(1, 12), st.integers(1, 28), st.integers(1900, 1930))
def test_a_birth_that_tells_an_age_over_89_is_hidden_after_shifting_too(month, day, year):
    for text in (
        f"Born {month:02}/{day:02}/{year}, seen in 2024.",
        f"DOB: {day} {date(2000, month, 1):%B} {year}, aged 94.",
    ):
        (cleaned,) = deidentify_subject(
            [SourceText("1", text)], Policy(dates="shift"), key=KEY, engine=rules_engine(), subject="s"
        )
        made = cleaned.text
        assert not re.search(r"\b19\d\d\b", made)
        assert "94" not in made


@given(st.dates(date(1950, 1, 1), date(2035, 12, 31)), st.sampled_from(FORMATS))
def test_all_documents_of_a_patient_move_by_the_same_days(day, form):
    assume("%b" not in form or day.month != 5)
    texts = [f"Seen on {day.strftime(form)} here.", f"Again {day.strftime(form)} there."]
    sources = [SourceText(str(i), text) for i, text in enumerate(texts)]
    cleaned = deidentify_subject(sources, Policy(dates="shift"), key=KEY, engine=rules_engine(), subject="p7")
    made = [d.text for d in cleaned]
    assert made[0].removeprefix("Seen on ").removesuffix(" here.") == made[1].removeprefix("Again ").removesuffix(
        " there."
    )
    assert day.strftime(form) not in made[0]


def _shifted(text, key=KEY, order="mdy", subject="p8"):
    return deidentify_subject(
        [SourceText("1", text, date_order=order)],
        Policy(dates="shift"),
        key=key,
        engine=rules_engine(),
        subject=subject,
    )[0]


@given(st.integers(1, 12), st.integers(1, 12), st.integers(13, 28), st.sampled_from(["mdy", "dmy"]))
def test_a_date_that_reads_both_ways_waits_where_another_contradicts_the_sites_order(first, second, day, order):
    assume(first != second)
    other = f"{day}/{first:02}/2021" if order == "mdy" else f"{first:02}/{day}/2021"
    text = f"Patient was seen on {first:02}/{second:02}/2021 and on {other} for the cough."
    made = _shifted(text, order=order)
    assert (made.verdict, "ambiguous-dates" in made.reasons) == (NEEDS_REVIEW, True)


@given(st.integers(1, 12), st.integers(1, 12))
def test_a_date_that_reads_both_ways_waits_where_the_sites_order_is_unknown(first, second):
    assume(first != second)
    made = _shifted(f"The patient was seen on {first:02}/{second:02}/2021 for the cough.", order="")
    assert (made.verdict, "ambiguous-dates" in made.reasons) == (NEEDS_REVIEW, True)


@given(st.integers(1, 12), st.integers(13, 28), st.sampled_from(["mdy", "dmy"]))
def test_dates_that_agree_with_the_sites_order_do_not_wait(month, day, order):
    shown = f"{month:02}/{day}/2021" if order == "mdy" else f"{day}/{month:02}/2021"
    text = f"The patient was seen on {shown} and on 03/04/2021 for the cough."
    assert "ambiguous-dates" not in _shifted(text, order=order).reasons


@given(st.binary(min_size=16, max_size=32), st.binary(min_size=16, max_size=32), DAYS)
def test_nothing_but_the_dates_of_the_text_depends_on_the_offset(key, other, day):
    text = f"The patient was seen on {day.isoformat()} for the cough."
    one, two = _shifted(text, key), _shifted(text, other)
    assert replace(one, text="") == replace(two, text="")
    assert str(subject_shift(key, "p8")) not in repr(replace(one, text=""))


@given(DAYS, SHIFTS, st.sampled_from(["%Y-%m-%d", "%Y%m%d"]))
def test_a_date_with_its_year_first_keeps_its_length(day, days, form):
    assert len(shift_text(day.strftime(form), days).text) == len(day.strftime(form))


@given(st.integers(1, 9), st.integers(1, 28), SHIFTS)
def test_a_padded_month_pads_the_day_too(month, day, days):
    assert re.fullmatch(r"\d\d/\d\d/\d{4}", shift_text(f"{month:02}/{day:02}/2021", days).text)


def test_no_column_keeps_an_offset_of_days():
    """It is derived from the subject's key in the vault each time, and stored nowhere."""
    compose()
    columns = [f"{table.name}.{column.name}" for table in Base.metadata.tables.values() for column in table.columns]
    assert [c for c in columns if re.search("shift|offset_days|days_moved", c)] == []


@pytest.mark.parametrize("weeks", [False, True])
def test_no_key_leaves_a_patients_dates_where_they_were(monkeypatch, weeks):
    """Every remainder of the window in turn: one patient in 365 would be missed by trying keys at random."""
    offsets = set()
    for number in range(2 * WINDOW_DAYS):
        monkeypatch.setattr(hmac, "digest", lambda *_, n=number: n.to_bytes(8, "big") + bytes(24))
        offsets.add(subject_shift(KEY, "s", whole_weeks=weeks))
    assert offsets == set(range(-364, 0, 7) if weeks else range(-WINDOW_DAYS, 0))


@pytest.mark.parametrize(
    ("text", "order", "shifted"),
    [
        ("Feb 29", "mdy", "Feb 28"),
        ("29 Feb", "dmy", "28 Feb"),
        ("February 29th", "mdy", "February 28th"),
        ("02/29", "mdy", "02/28"),
        ("29/2", "dmy", "28/2"),
    ],
)
def test_the_29th_of_february_without_a_year_moves_like_any_day(text, order, shifted):
    assert shift_text(text, -1, order).text == shifted
