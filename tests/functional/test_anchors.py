"""Checkpoints leave the server: into a folder, by mail over SMTP, on a page to print; what fails alarms and waits."""

import email
import re
import socketserver
import threading
from dataclasses import replace
from email import policy

import pytest

from app.audit.anchoring import drop, place_of, script_sha256
from app.audit.sequencer import newest_checkpoint, sequence
from app.cli.anchors import bring_out
from app.cli.machine import Machine
from app.core import clock
from app.corpus.vault import Vault
from tests.unit.audit.events import NOON, say


class Relay(socketserver.StreamRequestHandler):
    """As much of SMTP (RFC 5321) as a mail needs."""

    def handle(self):
        self.wfile.write(b"220 relay\r\n")
        while line := self.rfile.readline():
            word = line.split()[0].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = iter(self.rfile.readline, b".\r\n")
                self.server.mails.append(b"".join(lines))
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return


@pytest.fixture
def relay():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Relay) as server:
        server.mails = []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def services(app):
    settings, database = app.extensions["settings"], app.extensions["database"]
    made = Machine(database, settings, Vault.at(settings.master_key_path))
    database.writing(lambda s: say(s, 1))
    sequence(database, made.signer(), at=NOON)
    return made


def newest(services):
    with services.database.reading() as session:
        return newest_checkpoint(session)


def place(services, name):
    with services.database.reading() as session:
        return place_of(session, name)


def test_a_checkpoint_is_mailed_once_in_so_many_hours_and_can_be_verified_from_the_mail(services, relay):
    url = f"smtp+insecure://127.0.0.1:{relay.server_address[1]}"
    settings = replace(services.settings, anchor_mail="a@example.org, b@example.org", mail_url=url, anchor_hours=2)
    here = replace(services, settings=settings)
    bring_out(here, at=NOON)
    bring_out(here, at=NOON + clock.HOUR)
    (mail,) = relay.mails
    message = email.message_from_bytes(mail, policy=policy.default)
    (attached,) = message.iter_attachments()
    assert attached.get_content().replace("\r\n", "\n") == newest(services).note
    assert message["To"] == "a@example.org, b@example.org"
    body = message.get_body().get_content()
    assert script_sha256() in body
    assert here.signer().vkeys()[0] in body
    services.database.writing(lambda s: say(s, 2))
    sequence(services.database, here.signer(), at=NOON)
    bring_out(here, at=NOON + 2 * clock.HOUR)
    assert len(relay.mails) == 2


def test_what_cannot_be_brought_out_waits_and_alarms_after_an_hour(services, caplog, tmp_path):
    settings = replace(services.settings, anchor_mail="a@example.org", mail_url="smtp+insecure://127.0.0.1:9")
    here = replace(services, settings=replace(settings, anchor_dir=str(tmp_path / "not" / "there")))
    bring_out(here, at=NOON)
    assert place(services, "mail").failing_since == place(services, "folder").failing_since == NOON
    assert "has not answered" not in caplog.text
    bring_out(here, at=NOON + clock.HOUR)
    assert "mail has not answered for 60 minutes" in caplog.text
    (tmp_path / "not" / "there").mkdir(parents=True)
    bring_out(here, at=NOON + clock.HOUR)
    assert place(services, "folder").failing_since is None
    (dropped,) = (tmp_path / "not" / "there").iterdir()
    assert dropped.read_text() == newest(services).note


def test_a_folder_holds_one_file_a_checkpoint(services, tmp_path):
    first = drop(tmp_path, newest(services))
    services.database.writing(lambda s: say(s, 2))
    sequence(services.database, services.signer(), at=NOON)
    second = drop(tmp_path, newest(services))
    assert sorted([first.name, second.name]) == [first.name, second.name]
    assert first.read_text() != second.read_text()


def test_the_page_to_print_holds_the_checkpoint_in_words_and_as_a_picture(app, services, tmp_path):
    page = tmp_path / "page.html"
    answer = app.test_cli_runner().invoke(args=["audit", "anchor", "--page", str(page), "--folder", str(tmp_path)])
    assert answer.exit_code == 0, answer.output
    html = page.read_text()
    note = newest(services).note
    assert note.splitlines()[2] in html
    assert re.search(r'src="data:image/svg\+xml', html)
    assert script_sha256() in html
    assert "<script" not in html
