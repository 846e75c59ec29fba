"""W3C Web Annotation (JSON-LD): a page of annotations a document, which point into the text beside it."""

from __future__ import annotations

from app.formats.web_annotation.read import WebAnnotationReader
from app.formats.web_annotation.write import WebAnnotationWriter


class WebAnnotationFormat:
    """The data model of 2017; a TextPositionSelector counts code points (its section 4.2.4)."""

    key = "web-annotation"
    title = "W3C Web Annotation"
    writer = WebAnnotationWriter()
    reader = WebAnnotationReader()
