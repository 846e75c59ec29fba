"""The baseline: one query and one JSON answer a look, one durable row a save; no people, rules, versions or record."""

import json
import os

from flask import Flask, jsonify, request
from sqlalchemy import create_engine, event, text

app = Flask(__name__)
_LOOK = text(
    "SELECT b.text, s.body FROM assignment a JOIN item i ON i.id = a.item_id "
    "JOIN document_body b ON b.document_id = i.document_id JOIN suggestion s ON s.document_id = i.document_id "
    "WHERE a.id = :task"
)
_SAVE = text(
    "INSERT INTO plain_element (task, element, body) VALUES (:task, :element, :body) "
    "ON CONFLICT (task, element) DO UPDATE SET body = :body"
)
_TABLE = text(
    "CREATE TABLE IF NOT EXISTS plain_element (task BIGINT, element TEXT, body TEXT, PRIMARY KEY (task, element))"
)
_engines = {}


def _engine():
    """Made after the fork, one for each process."""
    if os.getpid() not in _engines:
        engine = create_engine(os.environ["CHARTMARK_DATABASE_URL"])
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _durable)
        with engine.begin() as connection:
            connection.execute(_TABLE)
        _engines[os.getpid()] = engine
    return _engines[os.getpid()]


def _durable(connection, _record):
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")


@app.get("/plain/<int:task>")
def look(task):
    with _engine().connect() as connection:
        found = connection.execute(_LOOK, {"task": task}).one()
    return jsonify({"text": found.text, "spans": json.loads(found.body)["entities"]})


@app.post("/plain/<int:task>")
def save(task):
    element = json.loads(request.get_data())["element"]
    with _engine().begin() as connection:
        connection.execute(_SAVE, {"task": task, "element": element, "body": json.dumps({"element": element})})
    return jsonify({"saved": element})
