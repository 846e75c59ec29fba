"""JSON lines through a function: whatever breaks down over a line, the lines behind it come out."""

import io
import json

import pytest

from app.cli.streams import stream_json_lines


def streamed(work, *lines):
    out = io.StringIO()
    code = stream_json_lines(work, lines, out)
    return code, [json.loads(line) for line in out.getvalue().splitlines()]


def breaking(record):
    if record["id"] == 2:
        raise IndexError("string index out of range: Canary Jones")
    return {"id": record["id"]}


def test_any_exception_is_an_error_of_its_line_and_never_quotes_it():
    code, said = streamed(breaking, '{"id": 1}', '{"id": 2}', '{"id": 3}')
    assert code == 1
    assert said == [{"id": 1}, {"id": 2, "error": "failed: IndexError in line 2"}, {"id": 3}]


@pytest.mark.parametrize(
    "bad",
    ["{", "[]", "null", '{"id": ' + "9" * 5000 + "}", "[" * 100_000, '{"id": 1}\udcff', '{"id": NaN, "x"}'],
    ids=["cut", "list", "null", "long number", "deep", "not UTF-8", "colon missing"],
)
def test_a_line_that_is_no_record_is_reported_and_the_next_is_done(bad):
    code, (first, second) = streamed(breaking, bad, '{"id": 1}')
    assert (code, second) == (1, {"id": 1})
    assert "error" in first


def test_an_answer_that_cannot_be_written_is_an_error_of_its_line():
    code, said = streamed(lambda record: record | {"x": {1} if record["id"] else 0}, '{"id": 1}', '{"id": 0}')
    assert (code, said[0]["error"], said[1]) == (1, "failed: TypeError in line 1", {"id": 0, "x": 0})


def test_a_lone_surrogate_is_written_as_its_escape():
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    assert stream_json_lines(dict, ['{"id": "\\ud800"}', '{"id": "é"}'], out) == 0
    out.seek(0)
    assert out.read() == '{"id": "\\ud800"}\n{"id": "é"}\n'
