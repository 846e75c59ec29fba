"""The brokers tests run against, each test under names of its own; what is absent is named and left out."""

import os
import secrets
import socket
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import pytest
from kombu import Connection

from app.jobs.carrier import queue_name, stages
from app.settings import Settings

BROKERS = {
    "rabbitmq": os.environ.get("CHARTMARK_TEST_RABBITMQ", "amqp://guest:guest@127.0.0.1:5672//"),
    "redis": os.environ.get("CHARTMARK_TEST_REDIS", "redis://127.0.0.1:6379/9"),
}


def require_broker(name):
    """Its address. Skips, saying why, where there is none; under CI=true that is a failure."""
    address = urlsplit(BROKERS[name])
    try:
        socket.create_connection((address.hostname, address.port), 2).close()
    except OSError:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no {name} at {address.hostname}:{address.port}")
    return BROKERS[name]


def through(url, port):
    """The same address by way of a proxy."""
    parts = urlsplit(url)
    user = f"{parts.username}:{parts.password}@" if parts.username else ""
    return urlunsplit(parts._replace(netloc=f"{user}127.0.0.1:{port}"))


@contextmanager
def own_names(name):
    """Settings of a broker with names of their own; queues and keys are gone afterwards."""
    settings = Settings(broker_url=require_broker(name), broker_prefix=f"chartmark-test-{secrets.token_hex(4)}")
    try:
        yield settings
    finally:
        _clear(settings)


def _clear(settings):
    if settings.broker_url.startswith("redis"):
        import redis

        with redis.Redis.from_url(settings.broker_url) as client:
            for key in client.scan_iter(f"{settings.broker_prefix}:*"):
                client.delete(key)
        return
    with Connection(settings.broker_url) as connection:
        channel = connection.default_channel
        for stage in stages():
            channel.queue_delete(queue_name(settings, stage))
        channel.exchange_delete(settings.broker_prefix)
