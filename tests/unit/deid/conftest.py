"""The registries, filled once."""

import pytest
from hypothesis import settings

from app.deid.engine import RULES_ONLY
from app.deid.note import Note
from app.factory import compose

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture(autouse=True, scope="session")
def _composed():
    compose()


@pytest.fixture()
def found():
    """(type, covered text) of what the rules find."""

    def find(text, **known):
        spans = RULES_ONLY.find([Note(text, known=known)])[0]
        return [(s.type, text[s.start : s.end]) for s in spans]

    return find
