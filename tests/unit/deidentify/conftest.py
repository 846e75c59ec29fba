"""The registries, filled once."""

import pytest
from hypothesis import settings

from app.deidentify.note import Note
from app.factory import compose
from app.privacy.engines import rules_engine

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture(autouse=True, scope="session")
def _composed():
    compose()


@pytest.fixture()
def found():
    """(type, covered text) of what the rules find."""

    def find(text, **known):
        spans = rules_engine().find([Note(text, known=known)])[0]
        return [(s.type, text[s.start : s.end]) for s in spans]

    return find
