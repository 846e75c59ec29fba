"""A row forged by SQL does not take the audit page away, and is not shown as if it had happened."""

import pytest
from sqlalchemy import insert

from app.accounts.actor import ServerRole
from app.audit.checkpoint import Signer
from app.audit.macs import INFO
from app.audit.models import Event, Outbox
from app.audit.sequencer import sequence
from app.core import clock
from tests.unit.audit.test_macs import forge, last_of


@pytest.mark.parametrize("body", ["{}", "no json", '{"actor":1}', None])
def test_the_page_stays_and_says_that_a_row_was_refused(app, person, sign_in, body):
    settings, database = app.extensions["settings"], app.extensions["database"]
    person("aud", ServerRole.AUDITOR)
    browser = sign_in("aud")
    if body is None:  # well formed, and a MAC that is none
        head = last_of(database, "account:1")
        forge(database, "account:77", 1, head.sha256, mac=f"{database.info[INFO].signing.id}:{'0' * 64}")
    else:
        row = {"event_id": "x", "stream": "account:77", "seq": 1, "tag": "accounts.role.granted", "at": 1}
        with database.engine.begin() as connection:
            pk = connection.scalar(insert(Event).values(**row, body=body, sha256="aa").returning(Event.id))
            connection.execute(insert(Outbox).values(event_pk=pk))
    assert browser.get("/audit").status_code == 200  # also before anything was sealed
    sequence(database, Signer(settings.log_key_path, settings.log_origin), at=clock.now())
    page = browser.get("/audit?stream=account:77").text
    assert "1 row of the log was refused" in page
    assert "not written by this server" in page
    assert "Page to print and keep" in page
    assert "QR code" in browser.get("/audit/checkpoint").text


def test_a_forged_row_about_keys_stops_no_writing(app, person):
    """What a process asks of the log when it starts it asks of rows anybody may have put there."""
    database = app.extensions["database"]
    person("ann")
    for number, body in enumerate(["{}", "no json", "[]", '{"data":3}']):
        row = {"event_id": f"x{number}", "stream": "server", "seq": 900 + number, "tag": "audit.macs.begun", "at": 1}
        with database.engine.begin() as connection:
            connection.execute(insert(Event).values(**row, body=body, sha256="aa"))
    database.info[INFO].announced = False
    person("bea")
