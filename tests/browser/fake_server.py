"""A stand-in for the JSON API while it is being written: same shapes, real payload rules, no database."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from flask import Flask, jsonify, render_template, request, send_from_directory
from jinja2 import ChoiceLoader, FileSystemLoader
from markupsafe import Markup
from werkzeug.serving import make_server

from app.annotation.cases import note_differences
from app.annotation.check import blocking, check_note
from app.core.digest import canonical_json, sha256
from app.http.headers import CSP
from app.review.modality import Context
from tests.browser import sample

logging.getLogger("werkzeug").setLevel(logging.ERROR)
WEB = Path(__file__).parents[2] / "app" / "web"


class State:
    """What one test sees."""

    def __init__(self):
        self.kind, self.text, self.schema = "notes", sample.NOTE, sample.SCHEMA
        self.elements = sample.suggestions(sample.NOTE)
        self.version, self.state, self.acknowledged = 1, "open", True
        self.signed_out = False
        self.answers, self.requests, self.questions, self.reports = {}, [], [], []
        self.rulings, self.signature = {}, None
        self.present = {"meta": {"sections": []}}
        self.payloads = sample.readings(sample.NOTE)
        self.critical = True


def error(status, code, message, problems=(), **details):
    return jsonify({"error": {"code": code, "message": message, "problems": list(problems), "details": details}}), status


def build(state):
    app = Flask("fake", static_folder=None)
    app.jinja_loader = ChoiceLoader([FileSystemLoader(WEB / "templates")])
    app.jinja_env.globals.update(
        static=lambda name: f"/static/test/{name}", csrf_token=lambda: "token", menu=list, notice=lambda: None,
        signed_in=lambda: None,
    )

    @app.after_request
    def headers(response):
        response.headers["Content-Security-Policy"] = CSP + "; trusted-types 'none'"
        return response

    @app.before_request
    def note_request():
        state.requests.append((request.method, request.path, request.full_path))
        if state.signed_out and request.path.startswith("/api"):
            return error(401, "signed-out", "sign in again")
        if request.method != "GET" and request.headers.get("X-CSRF-Token") != "token":
            return error(403, "csrf", "out of date")
        return None

    @app.get("/static/<version>/<path:name>")
    def static_file(version, name):
        return send_from_directory(WEB / "static", name)

    guideline = {"id": 3, "version": "3.2", "acknowledged": True, "open": False, "sections": [
        {"number": n, "title": t, "html": Markup(f"<p>{b}</p>")} for n, t, b in sample.GUIDELINE]}

    @app.get("/assignments/7")
    def page():
        return render_template(
            f"workbench/{state.kind}.html", assignment={"id": 7}, reader=1, home="/done", next=None, previous=None,
            item={"label": "Note 8f3c", "project": "discharge summary"}, sign_in="/sign-in",
            guideline=guideline | {"acknowledged": state.acknowledged},
        )

    @app.get("/items/12/adjudication")
    def adjudication_page():
        return render_template("adjudication/item.html", item={"id": 12, "label": "Note 8f3c", "project": "discharge"},
                               home="/done", sign_in="/sign-in", guideline=guideline, reader=1)

    @app.get("/done")
    def done():
        return "<!doctype html><title>done</title><p id=done>done</p>"

    @app.get("/api/v1/assignments/7")
    def assignment():
        editable = state.state == "open"
        return jsonify({
            "assignment": {"id": 7, "state": state.state, "step": "annotate", "version": state.version},
            "item": {"id": 12, "label": "Note 8f3c", "modality": state.kind, "state": "assigned"},
            "document": {"id": 5, "text": state.text, "language": "en", "meta": {}},
            "schema": state.schema, "guideline": {"id": 3, "version": "3.2", "acknowledged": state.acknowledged},
            "elements": state.elements, "version": state.version, "present": state.present,
            "encounter": {"documents": [{"id": 5, "title": "Discharge"}, {"id": 6, "title": "Nursing note"}]},
            "may": {"verify": False, "submit": editable, "recall": not editable, "edit": editable},
        })

    @app.patch("/api/v1/assignments/7/draft")
    def draft():
        key = request.headers["Idempotency-Key"]
        if key in state.answers:
            return jsonify(state.answers[key])
        if request.headers["If-Match"] != f'"{state.version}"':
            return error(412, "stale-draft", "the draft has changed", version=state.version, elements=state.elements)
        for action in request.json["actions"]:
            body = action["body"]
            spans = body and (body.get("fragments") or (body["kind"] in ("observation", "critical") and body.get("evidence")))
            if spans and action.get("quote") != [state.text[a:b] for a, b in spans]:
                problem = {"code": "quote-mismatch", "where": action["element_id"], "message": "offsets and quote differ"}
                return error(422, "quote-mismatch", "offset error, not saved", [problem])
        for action in request.json["actions"]:
            if action["body"] is None:
                state.elements.pop(action["element_id"], None)
            else:
                state.elements[action["element_id"]] = action["body"]
            state.version += 1
        state.answers[key] = {"version": state.version}
        return jsonify(state.answers[key])

    @app.post("/api/v1/assignments/7/submission")
    def submission():
        payload = {"elements": state.elements}
        if request.json != {"count": len(state.elements), "sha256": sha256(canonical_json(payload))}:
            return error(409, "digest-mismatch", "the page and the server do not hold the same")
        if state.kind == "notes":
            frame = Context({"id": 5, "text": state.text, "meta": {}}, state.schema, lambda *a: {"code": a[2], "term": "", "billable": True, "active": True})
            problems = [p.to_dict() for p in blocking(check_note(payload, frame))]
            if problems:
                return error(422, "invalid", "not finished", problems)
        state.state = "submitted"
        return jsonify({"submission": 1, "next": None}), 201

    @app.post("/api/v1/assignments/7/recall")
    def recall():
        state.state = "open"
        return jsonify({}), 201

    @app.post("/api/v1/assignments/7/questions")
    def question():
        state.questions.append(request.json)
        return jsonify({"id": len(state.questions)}), 201

    @app.post("/api/v1/items/12/phi-reports")
    def phi():
        state.reports.append(request.json)
        return jsonify({}), 201

    @app.post("/api/v1/guidelines/3/acknowledgement")
    def acknowledge():
        state.acknowledged = True
        return jsonify({}), 201

    @app.get("/api/v1/assignments/7/documents/6")
    def other_document():
        return jsonify({"document": {"id": 6, "title": "Nursing note", "text": "Nursing note: slept well.", "language": "en"}})

    def found(query, limit):
        words = query.lower().split()
        hits = [{"code": c, "term": t, "preferred": t, "match": t, "score": 900, "billable": True, "marks": []}
                for c, t in sample.CODES if all(w in f"{c} {t}".lower() for w in words)]
        return {"release": "2026-04", "validity": {"from": "2026-04-01", "to": "2026-09-30"}, "hits": hits[:limit]}

    @app.post("/api/v1/code-searches")
    def search():
        return jsonify(found(request.json["query"], request.json["limit"]))

    @app.get("/api/v1/assignments/7/elements/<eid>/candidates")
    def candidates(eid):
        body = state.elements.get(eid)
        return jsonify(found(state.text[body["fragments"][0][0]:body["fragments"][-1][1]] if body else "-", 8))

    differences = note_differences(state.payloads)

    @app.get("/api/v1/items/12/adjudication")
    def adjudication():
        cases = [{"key": d.key, "kinds": list(d.kinds), "labels": list(d.labels), "place": d.place, "versions": d.versions,
                  "ruling": state.rulings.get(d.key), "escalated": "adverse_event" in d.labels, "critical": "adverse_event" in d.labels} for d in differences]
        return jsonify({
            "item": {"id": 12, "label": "Note 8f3c", "modality": "notes", "state": "in_adjudication"},
            "document": {"id": 5, "text": state.text, "language": "en"}, "schema": state.schema,
            "versions": [{"letter": "A", "name": None}, {"letter": "B", "name": None}, {"letter": "C", "name": None}],
            "agreed": 6, "cases": cases, "reasons": [{"key": k, "title": k.replace("_", " ")} for k in sample.REASONS],
            "sections": [{"number": n, "title": t} for n, t, _ in sample.GUIDELINE], "critical_needs_second_key": True,
            "may": {"rule": True, "close": state.signature is None},
        })

    @app.put("/api/v1/items/12/rulings/<key>")
    def rule(key):
        state.rulings[key] = request.json
        return jsonify({})

    @app.delete("/api/v1/items/12/rulings/<key>")
    def unrule(key):
        state.rulings.pop(key, None)
        return jsonify({})

    @app.post("/api/v1/items/12/closing")
    def close():
        if request.json["password"] != "right":
            return error(403, "wrong-password", "the password is not right")
        state.signature = {"name": "Dr Ada Test", "at": 1790000000000, "meaning": request.json["meaning"], "sha256": "ab" * 32}
        return jsonify({"signature": state.signature}), 201

    return app


class Server:
    """The fake behind a real socket on the loopback."""

    def __init__(self):
        self.state = State()
        self.server = make_server("127.0.0.1", 0, build(self.state), threaded=True)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
