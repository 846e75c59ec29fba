"""Behind PgBouncer in transaction mode: every transaction may be on another connection, and nothing may rest on one."""

import os
import shutil
import socket
import subprocess
import tempfile
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from app.accounts.actor import ServerRole
from app.audit.checkpoint import Signer
from app.audit.models import Event, Leaf, Outbox
from app.audit.sequencer import await_proof, sequence
from app.core import clock
from app.core.db import Database
from app.factory import create_app
from app.jobs import worker
from app.jobs.job import get_job
from app.settings import Settings
from tests.conftest import csrf
from tests.functional.hosts.proxy import until
from tests.functional.hosts.toy import queue
from tests.unit.accounts.people import PASSWORD, make_person

pytestmark = pytest.mark.postgres
PROGRAM = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
CONNECTIONS = 3  # to the server, for as many clients as come
CONFIG = """[databases]
* = host={host} port={port} user={user}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {size}
max_client_conn = 200
"""


@pytest.fixture
def direct(database_templates, tmp_path):
    with database_templates.fresh("postgresql", tmp_path) as database:
        yield database


@pytest.fixture
def pooled(direct, tmp_path):
    """The address of the same database by way of a PgBouncer of this test's own."""
    if PROGRAM is None:
        if os.environ.get("CI") == "true":
            raise AssertionError("no pgbouncer on this machine")
        pytest.skip("no pgbouncer on this machine")
    url = make_url(direct.url)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    # Where whoever it runs as may read: root is what PgBouncer refuses to be.
    with tempfile.NamedTemporaryFile("w", suffix=".ini") as config:
        config.write(CONFIG.format(host=url.host, port=url.port, user=url.username, own=port, size=CONNECTIONS))
        config.flush()
        Path(config.name).chmod(0o644)
        humble = ["setpriv", "--reuid=nobody", "--clear-groups"] if os.getuid() == 0 else []
        server = subprocess.Popen([*humble, PROGRAM, config.name], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            until(lambda: answers(port), seconds=20)
            yield url.set(host="127.0.0.1", port=port).render_as_string(hide_password=False)
        finally:
            server.terminate()
            server.wait()


def answers(port):
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def database(pooled):
    database = Database(pooled, pooled=True)
    yield database
    database.dispose()


def together(count, act):
    """What `count` threads got, or raised, from `act`."""
    got = []

    def run():
        try:
            got.append(act())
        except Exception as error:
            got.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return got


def test_transactions_of_one_client_really_are_on_several_connections(database):
    """Else the other tests here would prove nothing."""

    def connections():
        seen = set()
        for _ in range(20):
            with database.reading() as session:
                seen.add(session.scalar(text("SELECT pg_backend_pid()")))
        return seen

    seen = together(6, connections)
    assert any(len(one) > 1 for one in seen)
    assert len(set.union(*seen)) <= CONNECTIONS


def test_without_the_setting_the_pooler_refuses_at_once(pooled):
    database = Database(pooled)
    with pytest.raises(OperationalError, match="startup parameter"), database.reading() as session:
        session.execute(select(1))
    database.dispose()


def test_jobs_are_done_once_and_the_log_is_sealed_by_one_at_a_time(database, direct, counting, tmp_path):
    numbers = [queue(database, steps=6) for _ in range(6)]
    services = SimpleNamespace(database=database, settings=None, vault=None)
    people = iter(range(40))

    def open_accounts():
        for _ in range(5):
            make_person(database, f"person{next(people)}", password="")

    signer = Signer(tmp_path / "keys" / "log.key", "chartmark.test/audit")

    def seal():
        return sum(sequence(database, signer, at=clock.now()) for _ in range(10))

    acts = [lambda: worker.work(services, until_empty=True)] * 3 + [open_accounts] * 3 + [seal] * 2
    turn = iter(acts)
    got = together(len(acts), lambda: next(turn)())
    assert [one for one in got if isinstance(one, Exception)] == []
    assert sorted(counting.counted) == [(number, step) for number in numbers for step in range(6)]
    sequence(database, signer, at=clock.now())
    with direct.reading() as session:
        assert {get_job(session, number).state for number in numbers} == {"done"}
        assert session.scalar(select(func.count()).select_from(Outbox)) == 0
        events = session.scalar(select(func.count()).select_from(Event))
        assert events == session.scalar(select(func.count()).select_from(Leaf)) >= 15
        newest = session.scalars(select(Event.event_id).order_by(Event.id.desc()).limit(2)).all()
    assert await_proof(database, signer, newest, timeout=5) is not None


def test_people_sign_in_and_see_their_pages(pooled, tmp_path):
    app = create_app(Settings(var=str(tmp_path / "var"), database_url=pooled, pooled="1"))
    database = app.extensions["database"]
    make_person(database, "adm", ServerRole.ADMIN)
    browser = app.test_client()
    form = {"username": "adm", "password": PASSWORD, "csrf_token": csrf(browser, "/sign-in")}
    assert browser.post("/sign-in", data=form).status_code == 303
    assert [browser.get("/people").status_code for _ in range(12)] == [200] * 12
    database.dispose()
