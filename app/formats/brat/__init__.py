"""brat standoff: a text beside its lines of spans, relations, events, attributes, codes and chains."""

from __future__ import annotations

from app.formats.brat.read import BratReader
from app.formats.brat.write import BratWriter


class BratFormat:
    """What https://brat.nlplab.org/standoff.html describes, and codes as normalisations."""

    key = "brat"
    title = "brat standoff"
    writer = BratWriter()
    reader = BratReader()
