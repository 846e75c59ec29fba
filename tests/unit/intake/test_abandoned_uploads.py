"""A web server killed between receiving an upload and queueing it leaves a file that names people: it is wiped."""

import os

from app.core import clock
from app.intake.load import wipe_abandoned
from tests.unit.intake.test_files import Intake

NOW = 1_800_000_000_000
LEFT = "0" * 32


def put(folder, name, age):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text('{"id": "n1", "patient_id": "p1", "text": "No fever."}\n')
    seconds = (NOW - age) / 1000
    os.utime(path, (seconds, seconds))
    return path


def test_what_no_load_will_read_is_wiped_and_the_rest_stays(sqlite_database, tmp_path):
    intake = Intake(sqlite_database, tmp_path)
    tmp = intake.services.settings.tmp_dir
    left = put(tmp / LEFT, "file-1.jsonl", 2 * clock.HOUR)
    export = put(tmp, f"{'a' * 32}.zip", 2 * clock.HOUR)
    young = put(tmp / ("1" * 32), "file-1.jsonl", clock.MINUTE)
    queued = put(tmp / ("2" * 32), "file-1.jsonl", 2 * clock.HOUR)
    foreign = put(tmp, "somebody-elses.txt", 2 * clock.HOUR)
    intake.start(queued)
    assert wipe_abandoned(intake.services, at=NOW) == 2
    assert [path.exists() for path in (left, left.parent, export)] == [False, False, False]
    assert [path.exists() for path in (young, queued, foreign)] == [True, True, True]


def test_a_server_without_uploads_has_nothing_to_wipe(sqlite_database, tmp_path):
    intake = Intake(sqlite_database, tmp_path)
    intake.spool.rmdir()
    intake.services.settings.tmp_dir.rmdir()
    assert wipe_abandoned(intake.services, at=NOW) == 0
