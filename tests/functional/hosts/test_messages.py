"""A broker carries ids; the row is the record. Lost, doubled and late messages lose and double nothing."""

from dataclasses import replace
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from kombu import Queue
from kombu.exceptions import OperationalError

from app.core import clock
from app.jobs.carrier import CeleryCarrier, celery_app, queue_name
from app.jobs.job import get_job
from app.jobs.sending import AGAIN, PATIENCE, Sender, send_due
from app.jobs.worker import work_on
from tests.functional.hosts.brokers import through
from tests.functional.hosts.proxy import Proxy, until
from tests.functional.hosts.toy import queue


@pytest.fixture
def services(sqlite_database):
    return SimpleNamespace(database=sqlite_database, settings=None, vault=None)


@pytest.fixture
def carrier(broker):
    return CeleryCarrier(broker)


def received(broker, *, at_most=50):
    """The ids that lie in the queue, in their order; they are taken out."""
    ids = []
    with celery_app(broker).connection_for_read() as connection:
        waiting = Queue(queue_name(broker, "counting"))(connection.default_channel)
        while len(ids) < at_most and (message := waiting.get(no_ack=True)):
            (number,), _, _ = message.payload
            ids.append(number)
    return ids


def test_each_id_goes_out_once_however_many_send(sqlite_database, broker, carrier):
    numbers, now = [queue(sqlite_database) for _ in range(3)], clock.now()
    another = CeleryCarrier(broker)
    assert [send_due(sqlite_database, one, at=now) for one in (carrier, another, carrier)] == [3, 0, 0]
    assert received(broker) == numbers


def test_what_a_purged_queue_lost_is_sent_again_and_what_waits_there_is_not(sqlite_database, broker, carrier):
    number, now = queue(sqlite_database), clock.now()
    send_due(sqlite_database, carrier, at=now)
    until(lambda: carrier.length("counting") == 1)
    assert send_due(sqlite_database, carrier, at=now + AGAIN) == 0
    assert received(broker) == [number]  # by nobody who does it: as good as purged
    assert send_due(sqlite_database, carrier, at=now + AGAIN - 1) == 0
    assert send_due(sqlite_database, carrier, at=now + AGAIN) == 1
    assert send_due(sqlite_database, carrier, at=now + AGAIN + PATIENCE) == 1, "lost among others that wait"
    assert received(broker) == [number, number]


def test_messages_that_come_twice_and_out_of_order_do_each_job_once(services, broker, carrier, counting):
    numbers = [queue(services.database) for _ in range(3)]
    send_due(services.database, carrier, at=clock.now())
    got = received(broker)
    for number in [*reversed(got), *got, got[1], 99_999]:
        work_on(services, number)
    assert sorted(counting.counted) == [(number, step) for number in numbers for step in range(3)]
    assert send_due(services.database, carrier, at=clock.now() + PATIENCE) == 0


def test_a_job_that_had_its_turn_is_sent_again_at_once(services, broker, carrier, counting, monkeypatch):
    monkeypatch.setattr("app.jobs.worker.TURN_SECONDS", -1)
    number = queue(services.database)
    for _ in range(3):
        assert send_due(services.database, carrier, at=clock.now()) == 1
        assert received(broker) == [number]
        work_on(services, number)
        work_on(services, number, stop=lambda: True)  # a message too many
    assert counting.counted == [(number, step) for step in range(3)]


def test_a_broker_out_of_reach_keeps_ids_until_it_is_back(sqlite_database, broker, counting):
    address = urlsplit(broker.broker_url)
    with Proxy(address.port) as proxy:
        parted = replace(broker, broker_url=through(broker.broker_url, proxy.port))
        sender = Sender(sqlite_database, lambda: CeleryCarrier(parted))
        first = queue(sqlite_database)
        sender.tick()
        assert received(broker) == [first]
        proxy.cut()
        second = queue(sqlite_database)
        with pytest.raises((OSError, OperationalError)):
            sender.tick()
        with sqlite_database.reading() as session:
            assert get_job(session, second).sent_at == 0
        assert received(broker) == []
        proxy.mend()

        sender.tick()
        assert received(broker) == [second]
