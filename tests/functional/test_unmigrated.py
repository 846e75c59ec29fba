"""On a database without tables a command says what to do, in one line."""

import pytest

from app.factory import create_app
from app.settings import Settings


@pytest.mark.parametrize("command", ["jobs list", "project list", "accounts list", "release list study", "audit seal"])
def test_a_command_names_the_step_that_was_left_out(tmp_path, command):
    app = create_app(Settings(var=str(tmp_path)))
    answer = app.test_cli_runner().invoke(args=command.split())
    app.extensions["database"].dispose()
    said = "Error: the database holds no tables yet: run `make migrate` first\n"
    assert (answer.exit_code, answer.output) == (1, said)
