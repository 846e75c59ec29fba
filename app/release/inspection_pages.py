"""The readable side of an inspection bundle: pages of plain HTML that need no server, made from lineages alone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from app.core.clock import iso
from app.release.acting import LineageFacts

_STYLE = (
    "body{font:1rem/1.5 sans-serif;max-width:60rem;margin:1rem auto;padding:0 1rem;color:#1b1f24}"
    "table{border-collapse:collapse;width:100%}th,td{border:1px solid #6b7280;padding:.25rem .5rem;text-align:left;"
    "vertical-align:top;overflow-wrap:anywhere}dt{font-weight:600}dd{margin:0 0 .5rem;overflow-wrap:anywhere}"
    "pre{white-space:pre-wrap;border:1px solid #6b7280;padding:.5rem}"
)
_STEPS = {"annotate": "Reading", "adjudicate": "Adjudication", "verify": "Verification"}


def item_page(told: LineageFacts, text: str | None) -> str:
    """One item from the release back to the delivery; `text` where it goes with the bundle."""
    people = NamedPeople(told)
    parts = [_release(told, people), _signatures(told)]
    for one in reversed(told["rounds"]):
        parts.append(f"<h2>Round {one['number']}</h2><p>Workflow {_text(one['workflow'])}, "
                     f"begun {iso(one['opened_at'])}.</p>")  # fmt: skip
        parts += [_task(task, people) for task in reversed(one["tasks"])]
    parts.append(_origin(told, people))
    if text is not None:
        parts.append(f"<h2>The text as it was read</h2><pre>{_text(text)}</pre>")
    label = _text(told["item"]["label"])
    return page(f"Item {label}", "".join(parts) + '<p><a href="../index.html">All of this bundle</a></p>')


def index_page(about: LineageFacts, items: Sequence[tuple[str, str]]) -> str:
    """What the bundle is of, how it is checked, and its items as (label, settled when)."""
    listed = "".join(f'<tr><td><a href="items/{_text(label)}.html">{_text(label)}</a></td><td>{at}</td></tr>'
                     for label, at in items)  # fmt: skip
    return page(
        "Inspection bundle: " + _text(", ".join(about["excerpt"])),
        facts([("Project", about["project_key"]), ("Cut off at", f"{about['size']} events of the log"),
               ("Texts", "are in it" if about["texts"] else "are not in it")])
        + "<h2>Check it</h2><p>Run <code>python verify.py .</code> in this folder; README.md says what it shows. These "
        "pages, like every file here, are named by digest in bundle.json, which the key of the log signed.</p>"
        + f"<h2>Items</h2><table><tr><th>Item</th><th>Settled</th></tr>{listed}</table>",
    )  # fmt: skip


def page(title: str, body: str) -> str:
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
        f"</head><body><main><h1>{title}</h1>{body}</main></body></html>\n"
    )


class NamedPeople:
    """Names of those a lineage numbers."""

    def __init__(self, told: LineageFacts) -> None:
        self._people = told["people"]

    def name(self, number: int | None) -> str:
        known = self._people.get(str(number))
        return f"{known['name']} ({known['username']})" if known else "the server or its shell"


def facts(rows: Iterable[tuple[str, Any]]) -> str:
    return "<dl>" + "".join(f"<dt>{_text(name)}</dt><dd>{_text(value)}</dd>" for name, value in rows) + "</dl>"


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    head = "".join(f"<th>{_text(one)}</th>" for one in columns)
    lines = "".join("<tr>" + "".join(f"<td>{_text(value)}</td>" for value in row) + "</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{lines}</table>"


def said(body: LineageFacts | None) -> str:
    """An element in one line."""
    return "nothing" if body is None else json.dumps(body, ensure_ascii=False, sort_keys=True)


def held(then: LineageFacts) -> str:
    """A qualification as of an act, in words."""
    words = [f"tier {then['tier']}", "as " + ", ".join(then["roles"])]
    for one in then["credentials"]:
        named = ", ".join(filter(None, (one["profession"], one["specialty"], one["country"])))
        words.append(
            f"credential {one['id']}: {named}, tier {one['tier']}, {one.get('issuing_body', '')} "
            f"no. {one.get('register_number', '')}"
        )
    return "; ".join(words)


def _release(told: LineageFacts, people: NamedPeople) -> str:
    release = told["release"]
    if release is None:
        return "<h2>Release</h2><p>Settled, and in no release.</p>"
    recalled = release["recalled"]
    rows = [("Release", release["number"]), ("Made by", people.name(release["by"])), ("Made", iso(release["at"])),
            ("SHA-256 of the manifest", release["manifest_sha256"])]  # fmt: skip
    if recalled:
        rows.append(("RECALLED", f"{iso(recalled['at'])}: {recalled['reason']}"))
    return "<h2>Release</h2>" + facts(rows)


def _signatures(told: LineageFacts) -> str:
    columns = ("Signed by", "Date and time", "Meaning", "Reason", "Submission", "SHA-256 of the record", "Leaf")
    rows = [
        (one["name"], iso(one["at"]), one["meaning"], one["reason"], one["record_id"], one["record_sha256"], _leaf(one))
        for one in told["signatures"]
    ]
    answer = f"<p>Settled {iso(told['answer']['at'])} as submission {told['answer']['submission']}.</p>"
    return f"<h2>Answer and signatures</h2>{answer}" + table(columns, rows)


def _task(task: LineageFacts, people: NamedPeople) -> str:
    parts = [f"<h3>{_STEPS[task['step']]}: {_text(people.name(task['by']))}</h3>"]
    if task["rulings"]:
        parts.append("<h4>Rulings</h4>" + table(
            ("Time", "Case", "Decided", "Reason", "Guideline cited", "Stands", "Leaf"),
            [(iso(one["at"]), one["case"], _choice(one, people), one["reason"], one["citation"],
              "yes" if one["stands"] else "no", _leaf(one)) for one in task["rulings"]],
        ))  # fmt: skip
    for one in task["answers"]:
        recalled = [("Recalled", iso(one["recalled_at"]))] if one["recalled_at"] else []
        changed = [("In place of", f"submission {one['in_place_of']}: {one['reason']}")] if one["in_place_of"] else []
        parts.append("<h4>Answer</h4>" + facts([
            ("Given", iso(one["at"])), *recalled, *changed, ("Qualified then", held(one["qualification"])),
            ("Guideline", f"version {one['guideline']['version']}, SHA-256 {one['guideline']['sha256']}"),
            ("Record", f"submission {one['submission']}, SHA-256 {one['sha256']}, leaf {_leaf(one)}"),
        ]))  # fmt: skip
        elements = one["elements"]
        parts.append("<p>Destroyed.</p>" if elements is None else table(
            ("Element", "What was said"), [(key, said(body)) for key, body in sorted(elements.items())]))  # fmt: skip
    if task["changes"]:
        start = task["suggestion"]
        named = (
            f"{start['pipeline']}, version {start['version']}, digest {start['digest']}" if start else "no suggestion"
        )
        parts.append(f"<h4>Changed against what it began as ({_text(named)})</h4>" + table(
            ("Element", "Done", "It was", "It became"),
            [(one["element"], one["did"], said(one["was"]), said(one["became"])) for one in task["changes"]],
        ))  # fmt: skip
    return "".join(parts)


def _choice(ruling: LineageFacts, people: NamedPeople) -> str:
    if ruling["took"]:
        return f"took submission {ruling['took']['submission']} of {people.name(ruling['took']['by'])}"
    return f"{ruling['choice']} {said(ruling['elements']) if ruling['elements'] else ''}".strip()


def _leaf(one: LineageFacts) -> Any:
    return one.get("log", {}).get("leaf", "")


def _origin(told: LineageFacts, people: NamedPeople) -> str:
    text, origin = told["text"], told["origin"]
    deid = text["deidentification"]
    decided = [(one["what"], f"{iso(one['at'])}, {people.name(one['by'])}") for one in text["decisions"]]
    delivery = origin["delivery"]
    return "<h2>Text, source and delivery</h2>" + facts([
        ("Version read", f"{text['version']} of {len(text['versions'])}, salted SHA-256 {text['sha256']}"),
        ("De-identification", f"{iso(deid['at'])}: {said({k: v for k, v in deid.items() if k != 'at'})}"),
        *decided,
        ("Patient", f"{origin['patient']}, encounter {origin['encounter']}"),
        ("As received", f"source {origin['source']['id']}, salted SHA-256 {origin['source']['sha256']}"),
        ("Delivery", f"{delivery['id']}, read as {delivery['reader']}, {iso(delivery['at'])}"),
    ])  # fmt: skip


def _text(value: Any) -> str:
    return escape(str(value))
