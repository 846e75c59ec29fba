"""What counts as the ground under the work, and what as a fault of the work itself."""

import errno

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, ProgrammingError

from app.core.db import BUSY, Database
from app.core.errors import Conflict, Unavailable
from app.core.outage import is_out_of_reach


class PsycopgLost(Exception):
    sqlstate = None


PsycopgLost.__module__ = "psycopg"


def with_state(state):
    error = Exception("said by the server")
    error.sqlstate = state
    return error


AWAY = {
    "a disk without room": OSError(errno.ENOSPC, "no space"),
    "a disk that may only be read": OSError(errno.EROFS, "read-only"),
    "a database that stays busy": Unavailable(BUSY),
    "SQLite without room": OperationalError("INSERT", {}, Exception("database or disk is full")),
    "SQLite that may only be read": OperationalError("INSERT", {}, Exception("attempt to write a readonly database")),
    "a server that ends": OperationalError("SELECT", {}, with_state("57P01")),
    "a server without room": OperationalError("INSERT", {}, with_state("53100")),
    "a server that does not answer": OperationalError("SELECT", {}, PsycopgLost("connection refused")),
}
WRONG = {
    "a file that is not there": FileNotFoundError(errno.ENOENT, "none"),
    "something else that is not there": Unavailable("engine-missing"),
    "a refusal": Conflict("constraint"),
    "a constraint": IntegrityError("INSERT", {}, with_state("23505")),
    "a statement that is wrong": OperationalError("SELECT", {}, Exception("no such table: x")),
    "a value that no column holds": DataError("INSERT", {}, PsycopgLost("cannot contain NUL")),
    "a statement that the driver refuses": ProgrammingError("SELECT", {}, PsycopgLost("cannot adapt")),
    "a bug": TypeError("x"),
}


@pytest.mark.parametrize("name", AWAY)
def test_the_ground_comes_back_and_the_work_is_done_again(name):
    assert is_out_of_reach(AWAY[name])


@pytest.mark.parametrize("name", WRONG)
def test_a_fault_of_the_work_is_one_of_its_attempts(name):
    assert not is_out_of_reach(WRONG[name])


def test_a_database_that_cannot_be_opened_is_out_of_reach(tmp_path):
    (tmp_path / "x.db").mkdir()
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    with pytest.raises(OperationalError) as caught:
        database.writing(lambda session: session.execute(text("SELECT 1")))
    assert is_out_of_reach(caught.value)
