"""UIMA CAS XMI, written: `TypeSystem.xml`, and one CAS a document."""

from __future__ import annotations

from collections.abc import Iterable

from app.formats.attributes import attributes_of
from app.formats.model import Body, ExchangeDocument
from app.formats.offsets import OffsetTable, OffsetUnit
from app.formats.protocol import Writing
from app.formats.record import RECORD, ShownSpans, extent, record_of, shown
from app.formats.xmi.types import FILE, type_system_xml
from app.formats.xml import DECLARATION, in_attribute, json_in_attribute, possible_text

_HEAD = (
    '<xmi:XMI xmi:version="2.0" xmlns:xmi="http://www.omg.org/XMI" xmlns:cas="http:///uima/cas.ecore" '
    'xmlns:tcas="http:///uima/tcas.ecore" xmlns:custom="http:///webanno/custom.ecore" '
    'xmlns:chartmark="http:///chartmark.ecore">\n<cas:NULL xmi:id="0"/>\n'
)
_SOFA, _DOCUMENT, _RECORD, _FIRST = 1, 2, 3, 4
_GAPS = "a span of UIMA has no gaps: it is shown from its first start to its last end; its pieces are in the record"


class XmiWriter:
    """Spans and relations as layers that INCEpTION and WebAnno show, everything else in the record of the CAS."""

    modalities = None

    def write(self, documents: Iterable[ExchangeDocument], into: Writing) -> None:
        axes = tuple(into.vocabulary.axes)
        into.say(FILE, type_system_xml(axes))
        for document in documents:
            text = possible_text(document.text or "", into.losses)
            into.say(f"{document.id}.xmi", cas_xml(document, text, axes))


def cas_xml(document: ExchangeDocument, text: str, axes: tuple[str, ...]) -> str:
    """One CAS; `text` is the document's as XML can hold it."""
    what = shown(document)
    table = OffsetTable(text, OffsetUnit.UTF16)
    spans = [_span(_FIRST + n, body, table, axes) for n, (_, body) in enumerate(what.spans)]
    relations = [_relation(_id(what, key), body, what, table) for key, body in what.relations]
    language = in_attribute(str(document.meta.get("language") or "x-unspecified"))
    members = " ".join(str(n) for n in (_DOCUMENT, _RECORD, *range(_FIRST, _FIRST + len(spans) + len(relations))))
    record = record_of(document, what, text if document.text is not None else None)
    return "".join(
        [
            DECLARATION, _HEAD,
            f'<tcas:DocumentAnnotation xmi:id="{_DOCUMENT}" sofa="{_SOFA}" begin="0" end="{table.length}" '
            f'language="{language}"/>\n',
            f'<chartmark:DocumentRecord xmi:id="{_RECORD}" {RECORD}="{json_in_attribute(record)}"/>\n',
            *spans, *relations,
            f'<cas:Sofa xmi:id="{_SOFA}" sofaNum="1" sofaID="_InitialView" mimeType="text" '
            f'sofaString="{in_attribute(text)}"/>\n',
            f'<cas:View sofa="{_SOFA}" members="{members}"/>\n</xmi:XMI>\n',
        ]
    )  # fmt: skip


def _id(what: ShownSpans, key: str) -> int:
    """Numbers of spans and relations are 1-based; other things have the ids before them."""
    return what.numbers[key] + _FIRST - 1


def _place(body: Body, table: OffsetTable) -> str:
    start, end = extent(body)
    return f'sofa="{_SOFA}" begin="{table.there(start)}" end="{table.there(end)}"'


def _span(number: int, body: Body, table: OffsetTable, axes: tuple[str, ...]) -> str:
    said = {name: value for name, value in attributes_of(body).items() if name in axes or name == "codes"}
    features = "".join(f' {name}="{in_attribute(value)}"' for name, value in said.items())
    label = in_attribute(body["label"])
    return f'<custom:ChartmarkSpan xmi:id="{number}" {_place(body, table)} label="{label}"{features}/>\n'


def _relation(number: int, body: Body, what: ShownSpans, table: OffsetTable) -> str:
    """Placed at its target, as INCEpTION wants it."""
    ends = dict(what.spans)
    certainty = f' certainty="{body["certainty"]}"' if body.get("certainty") else ""
    return (
        f'<custom:ChartmarkRelation xmi:id="{number}" {_place(ends[body["tail"]], table)} '
        f'Governor="{_id(what, body["head"])}" Dependent="{_id(what, body["tail"])}" '
        f'label="{in_attribute(body["type"])}"{certainty}/>\n'
    )
