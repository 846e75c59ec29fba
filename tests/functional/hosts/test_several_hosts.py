"""Two web hosts, three workers, two sequencers, one PostgreSQL and a broker: hosts die, the broker is cut, all is done.

What hosts have in common is the database, the broker and one folder; each has a name and a `var` of its own.
"""

import json
import subprocess
import sys
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from app.audit.models import Event, Outbox
from app.corpus.document import Document
from app.corpus.source import Source
from app.corpus.suggestion import Suggestion
from app.jobs.job import Job
from app.review.item import Item
from tests.functional.hosts.brokers import own_names, through
from tests.functional.hosts.cluster import ROOT, Lead, running
from tests.functional.hosts.proxy import Proxy, until

pytestmark = [pytest.mark.postgres, pytest.mark.rare]
NOTES = 45  # of as many patients: three chunks of the stage that removes identifiers


@pytest.fixture
def url(database_templates, tmp_path):
    with database_templates.fresh("postgresql", tmp_path) as database:
        yield database.url


def notes(name):
    lines = (
        {"id": f"{name}{n}", "patient_id": f"{name}{n}", "text": f"Note {n}: cough, no fever."} for n in range(NOTES)
    )
    return "".join(json.dumps(line) + "\n" for line in lines)


@pytest.mark.parametrize("kind", ["redis", "rabbitmq"])
def test_a_delivery_passes_all_stages_though_hosts_die_and_the_broker_is_cut(url, tmp_path, kind):
    with (
        own_names(kind) as broker,
        Proxy(urlsplit(broker.broker_url).port) as way,
        running(tmp_path, url, replace(broker, broker_url=through(broker.broker_url, way.port))) as cluster,
    ):
        story(cluster, way)


def story(cluster, way):
    web = [cluster.host(name).serve() for name in ("web1", "web2")]
    first_keeper, doomed = cluster.host("keeper1"), cluster.host("worker1")
    first_keeper.start("jobs", "seal")
    doomed.start("jobs", "work", "--no-seal", "--processes", "1", fault="chunk:2")

    # The only worker dies with its host over the second chunk: one chunk is stored, and the lease still stands.
    Lead(web[0]).deliver("first.jsonl", notes("a"))
    until(lambda: cluster.count(Document) == 20, says=cluster.says)
    doomed.die()
    assert cluster.count(Source) == NOTES
    assert [job.state for job in cluster.jobs()] == ["done", "running"]

    # The sequencer dies too, and the way to the broker is cut while another delivery comes in by the other web host.
    first_keeper.die()
    way.cut()
    Lead(web[1]).deliver("second.jsonl", notes("b"))
    cluster.host("keeper2").start("jobs", "seal")
    until(lambda: cluster.count(Outbox) == 0, says=cluster.says)  # whoever stood by seals, broker or not
    assert cluster.count(Document) == 20
    cluster.a_minute_passes()
    for name in ("worker2", "worker3"):
        cluster.host(name).start("jobs", "work", "--no-seal", "--processes", "1")
    way.mend()

    until(lambda: cluster.count(Item, Item.state == "ready") == 2 * NOTES, says=cluster.says)
    until(lambda: cluster.count(Job, Job.state != "done") == 0, says=cluster.says)
    everything_is_there_once(cluster)
    until(lambda: cluster.count(Outbox) == 0, says=cluster.says)
    for host in cluster.hosts:
        host.die()
    verify(cluster)


def everything_is_there_once(cluster):
    assert [cluster.count(model) for model in (Source, Document, Item, Suggestion)] == [2 * NOTES] * 4
    for tag in ("review.item.created", "review.item.advanced"):
        assert cluster.count(Event, Event.tag == tag) == 2 * NOTES
    with cluster.database.reading() as session:
        twice = select(Document.source_id).group_by(Document.source_id).having(func.count() > 1)
        assert session.scalars(twice).all() == []
    assert list((cluster.shared / "tmp").glob("*/*")) == []  # what was uploaded is wiped, whoever read it


def verify(cluster):
    bundle, host = cluster.folder / "bundle", cluster.hosts[-1]
    for arguments in (("export", bundle), ("verify", bundle)):
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "audit", *map(str, arguments)]
        done = subprocess.run(command, cwd=ROOT, env=host.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
