"""Shapes that pydantic checks: nothing beside what they name, and no value in what a refusal says."""

import pytest
from pydantic import BaseModel, ValidationError

import app
from app.factory import create_app

create_app()
SECRET = "Jane Roe, MRN 4711"


def shapes(kind=BaseModel):
    for one in kind.__subclasses__():
        if one.__module__.startswith(f"{app.__name__}."):
            yield one
            yield from shapes(one)


SHAPES = sorted(set(shapes()), key=lambda one: (one.__module__, one.__name__))


def test_shapes_of_every_package_are_looked_at():
    assert {one.__module__.split(".")[1] for one in SHAPES} >= {"annotation", "api", "corpus", "modalities", "review"}


@pytest.mark.parametrize("shape", SHAPES, ids=lambda one: one.__name__)
def test_a_shape_is_strict_and_its_refusal_quotes_no_value(shape):
    assert shape.model_config.get("extra") == "forbid"
    assert shape.model_config.get("strict")
    wrong = {name: {"inner": SECRET} for name in shape.model_fields} | {"beside": SECRET}
    with pytest.raises(ValidationError) as refused:
        shape.model_validate(wrong)
    assert SECRET not in str(refused.value)
