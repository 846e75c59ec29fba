"""Processes of `jobs work`: what seals and sends beside the work, and who helps with it."""

from __future__ import annotations

import logging
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from app.accounts.denial import close_minutes, has_minutes_to_close
from app.audit.sequencer import sequence
from app.cli.anchors import bring_out
from app.cli.machine import Machine
from app.core import clock
from app.core.counts import fold_counts
from app.core.errors import code_of
from app.jobs.job import JOBS
from app.jobs.sending import Carrier, Sender
from app.jobs.worker import may_take_any, wait_for_return, work
from app.release.waiting import sweep
from app.review.critical import overdue_findings

SEAL_EVERY_SECONDS = 1.0
SEND_EVERY_SECONDS = 1.0
CHECK_EVERY_SECONDS = 10.0
LOOK_EVERY_SECONDS = 1.0
ANCHOR_EVERY_SECONDS = 15.0
TIDY_EVERY_SECONDS = 3600.0
END_SECONDS = 5
MEGABYTE = 1024 * 1024
log = logging.getLogger(__name__)


def cores() -> int:
    """How many processes this one may keep busy."""
    return len(os.sched_getaffinity(0))


def stopped_by_signals() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop


@contextmanager
def keeping(services: Machine, stop: threading.Event) -> Iterator[None]:
    """Seal the log, check it, send ids, each in a thread: a broker that hangs does not keep the log unsealed.

    Any number of hosts may do this: of sequencers one at a time seals, and each id goes out once.
    """
    list(JOBS)  # whatever a job needs is imported before there are threads
    threads = [threading.Thread(target=seal_until, args=(stop, services), daemon=True)]
    if services.settings.witnesses or services.settings.anchor_dir or services.settings.anchor_mail:
        threads.append(threading.Thread(target=_bring_out_until, args=(stop, services), daemon=True))
    threads.append(threading.Thread(target=_check_until, args=(stop, services), daemon=True))
    if services.settings.broker_url:
        threads.append(threading.Thread(target=_send_until, args=(stop, services), daemon=True))
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=END_SECONDS)


def seal_until(stop: threading.Event, services: Machine) -> None:
    """Each second. Nothing is lost while it fails: what waits keeps its order, and the alarm is raised until it is
    sealed."""
    failures, tidied = 0, float("-inf")
    while not stop.wait(SEAL_EVERY_SECONDS):
        if time.monotonic() - tidied > TIDY_EVERY_SECONDS:
            tidied = time.monotonic()
            _tidy(services)
        try:
            # The key file is opened here: a disk without room for it must not end the sealing.
            sequence(services.database, services.signer(), at=clock.now())
            fold_counts(services.database)
            failures = 0
        except Exception as error:  # noqa: BLE001  (the sealer's last resort: it must not end)
            failures += 1
            wait_for_return("the audit log is not sealed", error, failures, stop.is_set)
        _sweep(services)
        _close_minutes(services)


def _close_minutes(services: Machine) -> None:
    """How often more an act was refused goes into the log when its minute is over; the next second tries again."""
    at = clock.now()
    try:
        with services.database.reading() as session:
            waits = has_minutes_to_close(session, at=at)
        if waits:
            services.database.writing(lambda session: close_minutes(session, at=at))
    except Exception as error:  # noqa: BLE001  (no reason to stop sealing)
        log.warning("refusals were not counted into the log: %s", code_of(error))


def _check_until(stop: threading.Event, services: Machine) -> None:
    """A slice of the whole record every few seconds, a pass a day; what was altered is an alarm."""
    from app.audit.selfcheck import check_slice

    failures, told = 0, set[int]()
    while not stop.wait(CHECK_EVERY_SECONDS):
        told = say_overdue(services, told)
        try:
            check_slice(services.database, services.signer(), at=clock.now())
            failures = 0
        except Exception as error:  # noqa: BLE001  (as the sealer's)
            failures += 1
            wait_for_return("the record is not checked", error, failures, stop.is_set)


def say_overdue(services: Machine, told: set[int]) -> set[int]:
    """An alarm for each critical finding that its project has not settled in time, once; returns all that are late.

    By the log of the process, where the other alarms are; `/metrics` has their number.
    """
    try:
        with services.database.reading() as session:
            late = overdue_findings(session, at=clock.now())
    except Exception as error:  # noqa: BLE001  (no reason to stop checking)
        log.warning("critical findings were not looked at: %s", code_of(error))
        return told
    for one in late:
        if new := [item for item in one.items if item not in told]:
            minutes = (clock.now() - one.oldest_at) // clock.MINUTE
            log.critical(
                "critical findings are overdue in project %s: %d more, %d in all, the oldest waits %d minutes",
                one.project, len(new), len(one.items), minutes,
            )  # fmt: skip
    return {item for one in late for item in one.items}


def _sweep(services: Machine) -> None:
    """Exports that nobody fetched in time, or that may not leave any more; the next second tries again."""
    try:
        sweep(services.database, services.settings.exports_dir, at=clock.now())
    except Exception as error:  # noqa: BLE001  (no reason to stop sealing)
        log.warning("exports were not taken away: %s", code_of(error))


def _tidy(services: Machine) -> None:
    """What a web server left behind when it died; the next hour tries again."""
    from app.intake.load import wipe_abandoned

    try:
        wipe_abandoned(services, at=clock.now())
    except Exception as error:  # noqa: BLE001  (no reason to stop sealing)
        log.warning("uploads left behind were not wiped: %s", code_of(error))


def _send_until(stop: threading.Event, services: Machine) -> None:
    """Each second. What cannot be sent now is sent when broker and database are back."""
    sender, failures = Sender(services.database, lambda: _carrier(services)), 0
    while not stop.wait(SEND_EVERY_SECONDS):
        try:
            sender.tick()
            failures = 0
        except Exception as error:  # noqa: BLE001  (as the sealer's)
            failures += 1
            wait_for_return("ids of jobs are not sent", error, failures, stop.is_set)


def _bring_out_until(stop: threading.Event, services: Machine) -> None:
    """Checkpoints to witnesses, a folder, by mail: in a thread of its own, so that none keeps the log waiting."""
    while not stop.wait(ANCHOR_EVERY_SECONDS):
        try:
            bring_out(services, at=clock.now())
        except Exception as error:  # noqa: BLE001  (as the sealer's)
            log.critical("checkpoints are not brought out: %s", code_of(error))


def _carrier(services: Machine) -> Carrier:
    from app.jobs.carrier import CeleryCarrier

    return CeleryCarrier(services.settings)


def resident_mb() -> int:
    """Memory this process holds now, in megabytes; where the system does not say, the most it ever held."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") // MEGABYTE
    except (OSError, ValueError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def outgrown(services: Machine) -> Callable[[], bool]:
    """Whether this process holds more than `CHARTMARK_WORKER_MEMORY_MB`; never where that is 0."""
    limit = services.settings.worker_memory_mb
    return lambda: 0 < limit < resident_mb()


def work_here(
    services: Machine, stages: Sequence[str], processes: int, *, until_empty: bool, stop: threading.Event
) -> int:
    """Do jobs in this process, with up to `processes` - 1 more while there is work for them."""
    list(JOBS)  # as in `keeping`
    over = threading.Event()
    helpers = threading.Thread(target=_help, args=(services, stages, processes - 1, over), daemon=True)
    helpers.start()
    try:
        return work(services, until_empty=until_empty, stages=stages, stop=stop.is_set)
    finally:
        over.set()
        helpers.join()


def _help(services: Machine, stages: Sequence[str], most: int, over: threading.Event) -> None:
    """Start a process for work that lies there though this one looks twice a second; it ends when there is none."""
    helpers: list[subprocess.Popen[bytes]] = []
    lay_there = False
    while not over.wait(LOOK_EVERY_SECONDS) and most:
        helpers = [one for one in helpers if one.poll() is None]
        try:
            lies_there = len(helpers) < most and may_take_any(services, stages)
        except Exception:
            log.warning("could not look for work", exc_info=True)
            continue
        if lies_there and lay_there:
            helpers.append(subprocess.Popen(_command("help", stages)))  # noqa: S603 (ours)
        lay_there = lies_there
    for one in helpers:
        one.terminate()
    for one in helpers:
        one.wait()


def consume_beside(stages: Sequence[str], processes: int, stop: threading.Event) -> int:
    """Run the process that takes ids from the broker until told to stop; its exit code when it ends by itself."""
    command = _command("work", stages, "--no-seal", "--processes", str(processes))
    with subprocess.Popen(command) as consumer:  # noqa: S603 (ours)
        while consumer.poll() is None and not stop.wait(0.2):
            pass
        if consumer.poll() is not None:
            return consumer.returncode or 1
        consumer.terminate()
        consumer.wait()
        return 0


def _command(name: str, stages: Sequence[str], *more: str) -> list[str]:
    named = [part for stage in stages for part in ("--stage", stage)]
    return [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", name, *named, *more]
