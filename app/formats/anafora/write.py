"""Anafora XML, written: `<id>/<id>`, the text, and `<id>/<id>.chartmark.gold.completed.xml` beside it."""

from __future__ import annotations

from collections.abc import Iterable

from app.formats.attributes import attributes_of
from app.formats.model import Body, ExchangeDocument
from app.formats.protocol import Writing
from app.formats.record import RECORD, ShownSpans, record_of, shown
from app.formats.xml import DECLARATION, in_text, json_in_text

ENDING = ".chartmark.gold.completed.xml"
#: what may be the name of an element: of the axes all are
_PROPERTY = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")


class AnaforaWriter:
    """Entities with their properties, relations from Source to Target, the record in `info`."""

    modalities = None

    def write(self, documents: Iterable[ExchangeDocument], into: Writing) -> None:
        for document in documents:
            what = shown(document)
            record = json_in_text(record_of(document, what, document.text))
            into.say(f"{document.id}/{document.id}", document.text or "")
            name = f"{document.id}/{document.id}{ENDING}"
            head = f"<info><savetime></savetime><progress>completed</progress><{RECORD}>{record}</{RECORD}></info>\n"
            into.say(name, f'{DECLARATION}<data>\n{head}<schema path="./" protocol="file">chartmark.xml</schema>\n')
            entities = [_entity(document.id, what.numbers[key], body) for key, body in what.spans]
            relations = [_relation(document.id, key, body, what) for key, body in what.relations]
            into.say(name, "".join(["<annotations>\n", *entities, *relations, "</annotations>\n</data>\n"]))


def _entity(name: str, number: int, body: Body) -> str:
    span = ";".join(f"{start},{end}" for start, end in body["fragments"])
    said = {key: value for key, value in attributes_of(body).items() if set(key) <= _PROPERTY and key}
    properties = "".join(f"<{key}>{in_text(value)}</{key}>" for key, value in said.items())
    return (
        f"<entity><id>{number}@e@{in_text(name)}@gold</id><span>{span}</span><type>{in_text(body['label'])}</type>"
        f"<parentsType>Chartmark</parentsType><properties>{properties}</properties></entity>\n"
    )


def _relation(name: str, key: str, body: Body, what: ShownSpans) -> str:
    number = what.numbers[key]
    ends = "".join(
        f"<{side}>{what.numbers[body[end]]}@e@{in_text(name)}@gold</{side}>"
        for side, end in (("Source", "head"), ("Target", "tail"))
    )
    return (
        f"<relation><id>{number}@r@{in_text(name)}@gold</id><type>{in_text(body['type'])}</type>"
        f"<parentsType>Chartmark</parentsType><properties>{ends}</properties></relation>\n"
    )
