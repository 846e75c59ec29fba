"""Places of a text in pages: drawn in reading order, and decisions on them as a form sends them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import request

from app.core.errors import Invalid
from app.privacy.incident.decide import TYPES
from app.privacy.removal.deciding import PlaceChoices
from app.privacy.removal.models import Fate
from app.privacy.removal.places import Inspected, TextPlace

_PLACE = re.compile(r"\d{1,9}-\d{1,9}")


@dataclass(frozen=True)
class DrawnPiece:
    """A run of a text: a place, or what stands between two."""

    text: str
    place: TextPlace | None = None

    @property
    def kind(self) -> str:
        """ "replaced", "doubted" (replaced, and the machine was not sure), "suspect" (left standing), or ""."""
        if self.place is None:
            return ""
        if not self.place.is_replaced:
            return "suspect"
        return "doubted" if self.place.doubt else "replaced"


def pieces_of(seen: Inspected) -> list[DrawnPiece]:
    """The whole text, in order; of places that overlap the first is drawn."""
    pieces, done = [], 0
    for place in seen.places:
        if place.start >= done:
            pieces += [DrawnPiece(seen.text[done : place.start]), DrawnPiece(place.shown, place)]
            done = place.end
    pieces.append(DrawnPiece(seen.text[done:]))
    return [piece for piece in pieces if piece.text or piece.place]


def asked_choice() -> PlaceChoices:
    """Decisions of a form: `fate-START-END`, and for what is to be removed `type-START-END`. Raises Invalid."""
    fates = {name.removeprefix("fate-"): fate for name, fate in request.form.items() if name.startswith("fate-")}
    if not all(_PLACE.fullmatch(key) for key in fates):
        raise Invalid("places", "a place is written start-end")
    removed = tuple((key, _type_of(key)) for key, fate in fates.items() if fate == Fate.REMOVED)
    return PlaceChoices(
        put_back=frozenset(key for key, fate in fates.items() if fate == Fate.PUT_BACK),
        remove=removed,
        settled=frozenset(key for key, fate in fates.items() if fate in (Fate.STAYS, Fate.LEFT)),
        although_in_record=bool(request.form.get("although_in_record")),
    )


def _type_of(key: str) -> str:
    asked = request.form.get(f"type-{key}", "NAME")
    if asked not in TYPES:
        raise Invalid("type", f"a type is one of {', '.join(TYPES)}")
    return asked
