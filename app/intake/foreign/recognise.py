"""One question to all that can tell a foreign file: is this anything but notes?"""

from __future__ import annotations

from app.intake.foreign.binary import recognise_bytes
from app.intake.foreign.kind import Foreign
from app.intake.foreign.lines import recognise_lines
from app.intake.foreign.markup import recognise_markup
from app.intake.foreign.objects import recognise_objects

HEAD_BYTES = 65_536


def recognise(head: bytes, *, whole: bool) -> Foreign | None:
    """What a file is, from its first `HEAD_BYTES`; None where it may well be notes.

    `whole`: the file would become one note, in which a table or a list of codes is foreign too.
    """
    found = recognise_bytes(head)
    if found is not None:
        return found
    text = head.decode("utf-8-sig", errors="replace")
    if len(head) == HEAD_BYTES:
        # The last line is cut off; a single one is all there is.
        text = text.rsplit("\n", 1)[0]
    return recognise_markup(text) or recognise_objects(text) or recognise_lines(text, whole=whole)
