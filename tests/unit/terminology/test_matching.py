"""The search index against the plain definition of what it should find."""

import random
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from app.terminology.indexing.building import deletions
from app.terminology.indexing.words import fold, split, words
from tests.terminology_data import icd10cm

text = st.text(alphabet=string.ascii_letters + "äéßñ'-,. 0123456789", max_size=60)


@given(text)
def test_folding_twice_changes_nothing(value):
    assert all(fold(word) == word or len(fold(word)) < len(word) for word in words(value))


@given(text)
def test_split_places_are_where_the_words_stand(value):
    for word, start, end in split(value):
        assert fold(value[start:end]) == word
        assert 0 <= start < end <= len(value)


@given(st.text(alphabet="abcd", min_size=1, max_size=7))
def test_deletions_are_all_words_with_up_to_two_letters_left_out(word):
    found = deletions(word, 2)
    assert word in found
    assert all(len(word) - 2 <= len(w) <= len(word) for w in found)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9))
def test_every_word_within_the_allowed_edits_is_found(seed):
    rng = random.Random(seed)
    vocabulary = icd10cm().matcher.vocabulary
    number = rng.randrange(len(vocabulary))
    word = vocabulary.word(number)
    if len(word) < 5 or not word.isalpha():
        return
    typed = list(word)
    for _ in range(2 if len(word) >= 9 else 1):
        typed[rng.randrange(len(typed))] = rng.choice(string.ascii_lowercase)
    made = "".join(typed)
    if OSA.distance(made, word) == 0:
        return
    similar = dict(vocabulary.similar(made))
    closer = [n for n, q in similar.items() if n != number]
    assert number in similar or len(closer) >= 20  # twenty-four nearer words may crowd one out


@pytest.mark.parametrize("seed", range(3))
def test_all_words_returns_what_a_plain_scan_returns(seed):
    release, rng = icd10cm(), random.Random(seed)
    matcher = release.matcher
    for _ in range(20):
        term = rng.randrange(len(matcher.term_concept))
        asked = [w for w in words(release.text(term)) if matcher.vocabulary.find(w) >= 0][:4]
        slots = [matcher.slot(w) for w in asked]
        required = {int(s.words[0]) for s in slots if s.required} or {int(s.words[0]) for s in slots}
        found = set(matcher.all_words(slots, None).tolist())
        for number in found:
            row = set(matcher.term_word[matcher.term_ptr[number] : matcher.term_ptr[number + 1]].tolist())
            assert required <= row
        assert term in found or len(found) >= 400
