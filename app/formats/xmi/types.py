"""The type system of the files we write, and what is known of anybody's."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element

from app.core.errors import Invalid
from app.core.markup import xml_events
from app.formats.files import InputFiles
from app.formats.record import RECORD
from app.formats.xml import DECLARATION

FILE = "TypeSystem.xml"
SPAN, RELATION, HELD = "webanno.custom.ChartmarkSpan", "webanno.custom.ChartmarkRelation", "chartmark.DocumentRecord"
ANNOTATION, TOP = "uima.tcas.Annotation", "uima.cas.TOP"
STRING = "uima.cas.String"
_NAMESPACE = "{http://uima.apache.org/resourceSpecifier}"
_DEEPEST = 100
#: features that say which kind of thing an annotation is, of whoever's type system
LABELS = ("label", "value", "identifier", "PosValue", "kind", "entityType", "category")


def type_system_xml(axes: tuple[str, ...]) -> str:
    """Our type system: one layer of spans, one of relations, and the record."""
    types = [
        (SPAN, ANNOTATION, [(name, STRING) for name in ("label", *axes, "codes")]),
        (RELATION, ANNOTATION, [("Governor", SPAN), ("Dependent", SPAN), ("label", STRING), ("certainty", STRING)]),
        (HELD, TOP, [(RECORD, STRING)]),
    ]
    described = "".join(_type_xml(*one) for one in types)
    namespace = "http://uima.apache.org/resourceSpecifier"
    head = f'{DECLARATION}<typeSystemDescription xmlns="{namespace}"><types>\n'
    return f"{head}{described}</types></typeSystemDescription>\n"


def _type_xml(name: str, above: str, features: list[tuple[str, str]]) -> str:
    said = "".join(
        f"<featureDescription><name>{feature}</name><description/><rangeTypeName>{held}</rangeTypeName>"
        "</featureDescription>"
        for feature, held in features
    )
    return (
        f"<typeDescription><name>{name}</name><description/><supertypeName>{above}</supertypeName>"
        f"<features>{said}</features></typeDescription>\n"
    )


@dataclass(frozen=True)
class TypeSystem:
    """Type → the type above it, and the features it adds itself."""

    above: dict[str, str]
    features: dict[str, frozenset[str]]

    def is_a(self, name: str, wanted: str) -> bool:
        for _ in range(_DEEPEST):
            if name == wanted:
                return True
            if name not in self.above:
                return False
            name = self.above[name]
        return False


def read_type_system(files: InputFiles, name: str) -> TypeSystem:
    """The type system of a file. Raises Invalid for one that is not XML, or none."""
    above: dict[str, str] = {}
    features: dict[str, frozenset[str]] = {}
    root = None
    with files.open(name) as raw:
        for event, element in xml_events(raw, name):
            root = element if root is None else root
            if event == "end" and element.tag == f"{_NAMESPACE}typeDescription":
                own = _text(element, "name")
                above[own] = _text(element, "supertypeName")
                described = element.iter(f"{_NAMESPACE}featureDescription")
                features[own] = frozenset(_text(one, "name") for one in described)
    if root is None or root.tag != f"{_NAMESPACE}typeSystemDescription":
        raise Invalid("bad-xmi", f"{name}: is no type system description")
    return TypeSystem(above, features)


def _text(element: Element, tag: str) -> str:
    return (element.findtext(f"{_NAMESPACE}{tag}") or "").strip()
