"""Services ask relations by name, so the registries are filled."""

import pytest

from app.factory import compose


@pytest.fixture(scope="session", autouse=True)
def _composed():
    compose()
