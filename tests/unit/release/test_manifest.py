"""A manifest is put together and read without its items being held together."""

import json

import pytest

from app.core.digest import canonical_json, canonical_record
from app.release.manifest import head_of

ITEM = {"item": 1, "label": 'a "]" in it, and ä', "signatures": [{"id": 1, "reason": "]}"}], "earlier_signatures": []}
WHOLE = {"v": 1, "cut_at": "2026-01-01", "gates": {"k": {"asked": False}}, "project": "p", "release": 2}


@pytest.mark.parametrize("number", [0, 1, 2, 30])
def test_a_manifest_in_parts_is_the_manifest(number):
    items = [ITEM | {"item": n} for n in range(number)]
    parts = {name: canonical_json(value) for name, value in WHOLE.items()}
    text = canonical_record(parts | {"items": "[" + ",".join(map(canonical_json, items)) + "]"})
    assert text == canonical_json(WHOLE | {"items": items})
    assert head_of(text) == WHOLE
    assert head_of(text, 3) == WHOLE | {"items": items[:3]}


def test_what_has_no_canonical_form_is_still_refused_where_it_stands():
    for value, place in (({"a": [1, 2.5]}, r"\$\.a\[1\]"), ({"a": {1: 2}}, r"\$\.a"), ([(1, {2})], r"\$\[0\]\[1\]")):
        with pytest.raises(TypeError, match=place):
            canonical_json(value)
    assert json.loads(canonical_json({"a": (1, True, None, "x"), "b": {}})) == {"a": [1, True, None, "x"], "b": {}}
