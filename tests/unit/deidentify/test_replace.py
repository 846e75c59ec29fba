"""Masks, surrogates and the offset map."""

import string
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.deidentify.engine import SourceText, clean_text, deidentify_subject, to_clean, to_source
from app.deidentify.lexicon.names import gendered_first_names
from app.deidentify.lexicon.places import COUNTRIES
from app.deidentify.note import Note
from app.deidentify.policy import Policy
from app.deidentify.replace.surrogates import Surrogates
from app.deidentify.replace.zip3 import CENSUS_2000, CENSUS_2010, generalised_zip, load_zip_table, stale_tables
from app.deidentify.span import Span, merge
from app.deidentify.verdict import NEEDS_REVIEW, PASSED, REFUSED
from app.privacy.engines import rules_engine

KEY = b"k" * 32
NOTES = [
    SourceText(
        "n1",
        "Mr. John Smith (MRN 998877) was seen on 03/04/2023 at Elm Clinic. SMITH's wife Mary came.",
        date_order="mdy",
    ),
    SourceText(
        "n2", "J. Smith returned on March 14, 2023. He takes aspirin 81 mg daily for the heart.", date_order="mdy"
    ),
]


def clean(policy, notes=NOTES, subject="s1"):
    return deidentify_subject(notes, policy, key=KEY, engine=rules_engine(), subject=subject)


def test_masks_name_the_type():
    first, second = clean(Policy())
    assert first.text == "Mr. [NAME] (MRN [MRN]) was seen on [DATE] at [ORGANIZATION]. [NAME]'s wife [NAME] came."
    assert second.text == "[NAME] returned on [DATE]. He takes aspirin 81 mg daily for the heart."


def test_remove_leaves_nothing_behind():
    assert clean(Policy(mode="remove"))[1].text == " returned on . He takes aspirin 81 mg daily for the heart."


def test_only_the_year_stays_when_asked():
    assert "seen on 2023 at" in clean(Policy(dates="year_only"))[0].text


def test_surrogates_are_the_same_person_throughout_with_case_gender_and_possessive():
    first, second = clean(Policy(mode="surrogate"))
    given_name, family_name = first.text.split(" (")[0].removeprefix("Mr. ").split()
    assert f"{family_name.upper()}'s wife" in first.text
    assert second.text.startswith(f"{given_name[0]}. {family_name} returned")
    assert family_name not in ("Smith", "John")


def test_surrogates_do_not_cross_patients_and_can_be_repeated():
    once, again, other = (clean(Policy(mode="surrogate"), subject=s)[0].text for s in ("a", "a", "b"))
    assert once == again != other


def test_shifted_dates_keep_their_interval():
    first, second = clean(Policy(dates="shift", claim="expert_determination"))
    from datetime import datetime

    a = datetime.strptime(first.text.split("seen on ")[1][:10], "%m/%d/%Y")  # noqa: DTZ007
    b = datetime.strptime(second.text.split("returned on ")[1].split(". He")[0], "%B %d, %Y")  # noqa: DTZ007
    assert (b - a).days == 10


def test_shifted_dates_cannot_claim_safe_harbor():
    with pytest.raises(Invalid, match="claim-not-allowed"):
        clean(Policy(dates="shift", claim="safe_harbor"))


@pytest.mark.parametrize(
    ("kind", "text", "reserved"),
    [
        ("PHONE", "617-222-3344", "-555-01"),
        ("EMAIL", "a@b.com", "@example.org"),
        ("SSN", "123-45-6789", "9"),
        ("URL", "http://x.com", "https://example.org/"),
        ("IP", "2001:4860::1", "2001:db8::"),
    ],
)
def test_surrogates_come_from_reserved_ranges(kind, text, reserved):
    made = Surrogates(KEY, "s").replace(text, kind)
    assert reserved in made
    assert kind != "SSN" or made.startswith("9")


@given(st.text(string.ascii_letters + string.digits + "-/ .", min_size=1, max_size=20))
def test_an_identifier_keeps_its_format(text):
    made = Surrogates(KEY, "s").replace(text, "MRN")
    kinds = [(c.isdigit(), c.isupper(), c.islower(), c if not c.isalnum() else "") for c in text]
    assert [(c.isdigit(), c.isupper(), c.islower(), c if not c.isalnum() else "") for c in made] == kinds


@st.composite
def texts_with_spans(draw):
    text = draw(st.text(st.sampled_from("aé😀 \n.Z9"), min_size=1, max_size=60))
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=12)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    kinds = draw(st.lists(st.sampled_from(["NAME", "DATE", "MRN"]), min_size=len(pairs), max_size=len(pairs)))
    return text, [Span(a, b, kind, 0.9, "test") for (a, b), kind in zip(pairs, kinds, strict=True)]


@given(texts_with_spans(), st.sampled_from(["mask", "remove", "surrogate"]))
def test_the_offset_map_aligns_everything_that_was_kept(case, mode):
    text, spans = case
    made, offsets = clean_text(text, spans, Policy(mode=mode), surrogates=Surrogates(KEY, "s"), shift_days=-3)
    assert [row[:2] for row in offsets] == [[s.start, s.end] for s in spans]
    covered = {i for s in spans for i in range(s.start, s.end)}
    for i, character in enumerate(text):
        if i not in covered:
            assert made[to_clean(i, offsets)] == character
            assert to_source(to_clean(i, offsets), offsets) == i


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 8)), max_size=12))
def test_merged_spans_are_in_order_apart_and_cover_the_same(pairs):
    spans = [Span(a, a + n, "NAME", 0.5, "x") for a, n in pairs]
    merged = merge(spans)
    assert all(left.end <= right.start for left, right in pairwise(merged))
    assert {i for s in spans for i in range(s.start, s.end)} == {i for s in merged for i in range(s.start, s.end)}


def test_a_long_text_of_many_spans_is_replaced_in_blocks():
    text = "Dr. Okonkwo. " * 500
    spans = rules_engine().find([Note(text)])[0]
    made, offsets = clean_text(text, spans, Policy(), surrogates=Surrogates(KEY, "s"), shift_days=-3)
    assert made == "Dr. [NAME]. " * 500
    assert offsets[-1][2:] == [len(made) - 8, len(made) - 2]


def test_every_restricted_zip_prefix_becomes_000_and_every_other_stays():
    assert len(CENSUS_2000.restricted) == 17
    made = {f"{n:03}": generalised_zip(f"{n:03}01") for n in range(1000)}
    assert {
        prefix for prefix, out in made.items() if out == "000" != prefix
    } == CENSUS_2000.restricted | CENSUS_2010.restricted
    assert all(
        out == prefix for prefix, out in made.items() if prefix not in CENSUS_2000.restricted | CENSUS_2010.restricted
    )
    assert {
        p for p in CENSUS_2000.restricted if generalised_zip(p + "01", CENSUS_2000) == "000"
    } == CENSUS_2000.restricted
    assert not CENSUS_2010.verified
    assert stale_tables(2011) == (CENSUS_2000,)
    assert stale_tables(2026) == (CENSUS_2000, CENSUS_2010)
    assert generalised_zip("03601-1234") == "000"
    assert CENSUS_2000.is_stale(2026)


def test_a_newer_zip_table_can_be_loaded():
    table = load_zip_table(["100,1500000", "205,12000"], 2020, "test")
    assert (generalised_zip("20500", table), generalised_zip("10001", table)) == ("000", "100")
    with pytest.raises(ValueError, match="line 1"):
        load_zip_table(["10,x"], 2020, "test")


def test_the_verdicts():
    passed, foreign, thai = clean(
        Policy(),
        [
            SourceText("en", "The patient has a cough and was given aspirin for the pain in the chest."),
            SourceText(
                "de",
                "Der Patient ist mit der Ehefrau und dem Sohn nicht in die Klinik gekommen.",
            ),
            SourceText("th", "ผู้ป่วยมีอาการไอและมีไข้มาสามวัน"),
        ],
    )
    assert (passed.verdict, foreign.verdict, thai.verdict) == (PASSED, REFUSED, REFUSED)
    assert foreign.reasons == ("language-unsupported",)
    assert foreign.text == ""


def test_ambiguous_dates_wait_for_a_person_when_they_are_to_be_shifted():
    policy = Policy(dates="shift", claim="expert_determination")
    note = SourceText(
        "n", "The patient was seen on 03/04/2023 and again on 25/04/2023 for the cough.", date_order="mdy"
    )
    assert (clean(policy, [note])[0].verdict, clean(policy, [note])[0].reasons) == (
        NEEDS_REVIEW,
        ("ambiguous-dates", "date-order-contradicted"),
    )


def test_residual_risk_over_the_threshold_waits():
    note = SourceText("n", "The patient was referred with the code 123456 by the team.")
    strict = clean(Policy(threshold=0.05), [note])[0]
    assert strict.suspects == ((39, 45),)
    assert (strict.verdict, strict.reasons) == (NEEDS_REVIEW, ("residual-risk",))
    assert clean(Policy(threshold=1.0), [note])[0].verdict == PASSED


SURROGATES = [
    # (text, what must hold of the made text)
    ("Wife Beata called.", lambda made: gender(made.split()[1]) == "f"),
    ("Her husband Will came.", lambda made: gender(made.split()[2]) == "m"),
    ("Kim (mother) was told.", lambda made: gender(made.split()[0]) == "f"),
    ("Roger Kelly, MD was seen.", lambda made: made.endswith(", MD was seen.")),
    ("Seen by SMITH, JOHN MD today.", lambda made: " MD today." in made and made.split()[2].isupper()),
    ("Dr. Okonkwo's note.", lambda made: made.endswith("'s note.")),
    ("Mrs. Maria de la Cruz left.", lambda made: " de la " in made),
    ("He lives in Boston, MA 02115.", lambda made: "MA 021." in made and "Boston" not in made),
    ("She moved from Norway.", lambda made: made.split()[-1].rstrip(".").lower() in COUNTRIES),
    ("Treated at Cedar Hollow Hospital.", lambda made: made.endswith(" Hospital.")),
]


def gender(name):
    return gendered_first_names().get(name.strip(".,").lower())


@pytest.mark.parametrize(("text", "holds"), SURROGATES, ids=[t for t, _ in SURROGATES])
def test_a_surrogate_fits_its_place(text, holds):
    made = surrogate(text)
    assert made != text
    assert holds(made)


def surrogate(*texts):
    sources = [SourceText(str(i), text) for i, text in enumerate(texts)]
    return deidentify_subject(
        sources, Policy(mode="surrogate", wards="remove"), key=KEY, engine=rules_engine(), subject="s9"
    )[0].text


def test_no_surrogate_is_a_word_of_the_notes_and_no_two_people_share_one():
    text = (
        "Dr. Okonkwo, Dr. Adeyemi, Dr. Szymborska, Mr. Fontenot and Mrs. Haugen met Anna Lindqvist and Beata Lindqvist."
    )
    made = surrogate(text)
    old, new = ({w.strip(".,") for w in t.split() if w[0].isupper() and w[-1] != "."} for t in (text, made))
    assert len(new) == len(old)
    assert not old & new - {"Dr", "Mr", "Mrs"}


def test_initials_and_case_follow_the_surrogate():
    made = surrogate("Anna Lindqvist came, LINDQVIST left, A. Lindqvist slept.")
    (first, last, _), (shouted, _), (initial, again, _) = (part.split() for part in made.split(", "))
    assert (shouted, initial, again) == (last.upper(), f"{first[0]}.", last)


def test_numbers_of_rooms_and_beds_go_where_a_project_wants_it():
    note = [SourceText("n", "He is in Room 214-B.")]
    assert clean(Policy(mode="surrogate"), note)[0].text == "He is in Room 214-B."
    made = clean(Policy(mode="surrogate", wards="remove"), note)[0].text
    assert made.startswith("He is in Room ") and "214" not in made
