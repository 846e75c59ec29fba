"""Every closed answer, number, date, code, reference and place reaches the log; a person's own words never do."""

import json

import pytest

from app.annotation.bodies import by_kind, fields_of, payload_problems, payload_schema
from app.annotation.fields import AnotherBody, FieldRole
from app.core.digest import canonical_json
from app.factory import compose
from app.review.modality import MODALITIES, AnnotationAction, Context
from tests.contracts import marked_fields as marked

compose()


def every_case():
    return [case for modality in MODALITIES for case in marked.cases(modality)]


def shape_of(case):
    outer, _, inner = case.field.partition(".")
    shape = fields_of(by_kind(MODALITIES.get(case.modality).kinds)[case.kind])[outer]
    return fields_of(shape.part)[inner] if inner else shape


def told(case, value, before=None):
    """The event's data for a put of the case's element with the value in its field."""
    elements = marked.elements_with(case, value)
    key = marked.AT.get(case.kind, case.kind)
    words = [{"key": str(word)} for body in elements.values() for word in body.values() if isinstance(word, str)]
    context = Context({"id": "d", "text": marked.TEXT, "meta": {}}, {"labels": words, "relations": words})
    return MODALITIES.get(case.modality).describe(AnnotationAction(key, elements[key], before), context)


def at(said, path):
    for name in path.split("."):
        said = said[0] if isinstance(said, list) else said
        said = said[name]
    return said


LOGGED = [case for case in every_case() if shape_of(case).mark.role is not FieldRole.FREE]
FREE = [case for case in every_case() if shape_of(case).mark.role is FieldRole.FREE]


@pytest.mark.parametrize("case", LOGGED, ids=str)
def test_is_in_the_event_by_value(case):
    for value in case.values:
        assert at(told(case, value), case.field) == value


@pytest.mark.parametrize("case", FREE, ids=str)
def test_words_are_not_in_the_event(case):
    for value in case.values:
        said = canonical_json(told(case, value))
        if isinstance(shape_of(case).mark, AnotherBody):
            assert f'"status":"{value["status"]}"' in said  # a body is told as a body is
            continue
        assert "mark" not in said
        assert str(value) not in said


@pytest.mark.parametrize("case", LOGGED, ids=str)
def test_is_told_of_what_was_removed_too(case):
    elements = marked.elements_with(case, case.values[0])
    key = marked.AT.get(case.kind, case.kind)
    removed = AnnotationAction(key, None, elements[key])
    context = Context({"id": "d", "text": marked.TEXT, "meta": {}}, {"labels": []})
    assert at(MODALITIES.get(case.modality).describe(removed, context), case.field) == case.values[0]


def test_a_report_says_in_the_log_whether_it_was_positive_or_negative():
    case = next(case for case in LOGGED if str(case) == "reports-observation-value")
    assert {told(case, value)["value"] for value in case.values} >= {"positive", "negative", "uncertain"}


@pytest.mark.parametrize("modality", list(MODALITIES), ids=lambda m: m.key)
class TestTheJsonSchema:
    def test_names_every_kind_and_says_what_each_field_is(self, modality):
        schema = payload_schema(modality.kinds)
        json.dumps(schema)
        for model in modality.kinds:
            said = schema["$defs"][model.__name__]
            assert said["additionalProperties"] is False
            roles = {name: held.get("x-role") for name, held in said["properties"].items()}
            single = [shape for shape in fields_of(model).values() if shape.mark and not shape.many]
            wanted = {shape.name: shape.mark.role for shape in single}
            assert {name: roles[name] for name in wanted} == wanted

    def test_requires_what_a_body_is_refused_without(self, modality):
        schema = payload_schema(modality.kinds)
        for key, body in marked.ELEMENTS[modality.key].items():
            model = by_kind(modality.kinds)[body["kind"]]
            for name in body:
                without = {key: {n: v for n, v in body.items() if n != name}}
                problems = payload_problems({"elements": without}, modality.kinds)
                required = name in schema["$defs"][model.__name__]["required"]
                assert bool(problems) == required, (body["kind"], name)
