"""Celery, and nothing else of it anywhere: takes ids of jobs to processes on any hosts, one queue a stage."""

from __future__ import annotations

import logging
import mmap
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from celery import Celery
from celery.signals import worker_shutting_down
from kombu import Exchange, Queue

from app.jobs.free import stage_of
from app.jobs.job import JOBS
from app.jobs.sending import PATIENCE
from app.jobs.worker import work_on

if TYPE_CHECKING:
    from app.jobs.job import Services
    from app.settings import Settings

TASK = "chartmark.job"
# A broker that says nothing is given up after so many seconds, and asked again later.
TIMEOUT = 5
log = logging.getLogger(__name__)


def stages() -> list[str]:
    """Every stage that has jobs, in the order of their kinds."""
    kinds = JOBS.keys()  # iterated by itself, it would import each
    return list(dict.fromkeys(map(stage_of, kinds)))


def queue_name(settings: Settings, stage: str) -> str:
    return f"{settings.broker_prefix}.{stage}"


def _queue(settings: Settings, stage: str) -> Queue:
    name = queue_name(settings, stage)
    return Queue(name, Exchange(settings.broker_prefix, type="direct"), routing_key=name, durable=True)


def celery_app(settings: Settings) -> Celery:
    """Celery as all hosts of an installation set it up."""
    app = Celery("chartmark", broker=settings.broker_url, set_as_current=False)
    redis = {"socket_timeout": 30, "socket_connect_timeout": TIMEOUT, "global_keyprefix": f"{settings.broker_prefix}:"}
    amqp = {"connect_timeout": TIMEOUT, "read_timeout": 30, "write_timeout": TIMEOUT, "confirm_publish": True}
    app.conf.update(
        accept_content=["json"],
        task_serializer="json",
        task_ignore_result=True,
        task_create_missing_queues=False,
        task_queues=[_queue(settings, stage) for stage in stages()],
        # Taken off the queue when the turn is over: a process at work keeps no other message waiting behind it.
        task_acks_late=True,
        worker_prefetch_multiplier=1,
        worker_max_memory_per_child=settings.worker_memory_mb * 1024 or None,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=TIMEOUT,
        broker_heartbeat=10,
        broker_transport_options=redis if settings.broker_url.startswith("redis") else amqp,
    )
    return app


class CeleryCarrier:
    """Sends ids over one connection, which is made anew by making another carrier."""

    def __init__(self, settings: Settings) -> None:
        """Raises OSError where the broker is out of reach."""
        self._settings, self._app = settings, celery_app(settings)
        self._connection = self._app.connection_for_write()
        self._connection.ensure_connection(max_retries=1, interval_start=0.2, timeout=TIMEOUT)
        self._producer = self._app.amqp.Producer(self._connection, auto_declare=False)

    def send(self, stage: str, job_id: int) -> None:
        queue = _queue(self._settings, stage)
        # It is no loss if the broker forgets it: the row remembers, and what is too old is sent anew.
        self._app.send_task(
            TASK,
            args=[job_id],
            queue=queue,
            producer=self._producer,
            delivery_mode=1,
            expires=PATIENCE / 1000,
            expiration=PATIENCE / 1000,
            retry=False,
        )

    def length(self, stage: str) -> int:
        name = queue_name(self._settings, stage)
        with self._connection.channel() as channel:
            _queue(self._settings, stage)(channel).declare()
            return int(channel.queue_declare(queue=name, durable=True, auto_delete=False, exclusive=False)[1])


def consume(services: Services, of: Collection[str], processes: int) -> None:
    """Do jobs of these stages as their ids come, in so many processes, until told to stop by SIGTERM.

    Told to stop, each process ends its chunk and gives its job back.
    """
    app = celery_app(services.settings)
    told = mmap.mmap(-1, 1)  # seen by the processes that are forked

    @worker_shutting_down.connect(weak=False)
    def tell(**_more: Any) -> None:
        told[0] = 1

    @app.task(name=TASK, shared=False)
    def do(job_id: int) -> None:
        work_on(services, job_id, stop=lambda: bool(told[0]))

    app.Worker(
        pool="prefork",
        concurrency=processes,
        queues=",".join(queue_name(services.settings, stage) for stage in of or stages()),
        loglevel="WARNING",
        without_gossip=True,
        without_mingle=True,
        quiet=True,
    ).start()
