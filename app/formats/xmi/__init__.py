"""UIMA CAS XMI: one file a document with its type system beside it, as INCEpTION, WebAnno and cTAKES read and write."""

from __future__ import annotations

from app.formats.xmi.read import XmiReader
from app.formats.xmi.write import XmiWriter


class XmiFormat:
    """XMI 2.0 as UIMA serialises a CAS; offsets are UTF-16 code units."""

    key = "xmi"
    title = "UIMA CAS XMI"
    writer = XmiWriter()
    reader = XmiReader()
