"""A counting job in the registry, and brokers."""

import pytest

from app.jobs.job import JOBS
from tests.functional.hosts.brokers import BROKERS, own_names
from tests.functional.hosts.toy import Counting


@pytest.fixture
def counting():
    toy = Counting()
    JOBS.add(toy)
    yield toy
    JOBS.remove(toy.key)


@pytest.fixture(params=BROKERS)
def broker(request, counting):
    """Settings that name a broker, RabbitMQ and Redis in turn."""
    with own_names(request.param) as settings:
        yield settings
