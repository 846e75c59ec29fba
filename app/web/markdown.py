"""Guidelines as HTML: Markdown rendered, then only harmless elements kept."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

from app.guidelines.text import sections

_TAGS = {
    "p", "ul", "ol", "li", "strong", "em", "code", "pre", "blockquote", "table", "thead", "tbody", "tr",
    "th", "td", "h2", "h3", "h4", "h5", "h6", "hr", "br", "del",
}  # fmt: skip
_renderer = MarkdownIt("commonmark").enable(["table", "strikethrough"])


class Sanitised(str):
    """HTML that went through `render`: templates may print it as it is."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


def render(markdown: str) -> Sanitised:
    """Markdown as HTML without links, images, scripts, styles and attributes."""
    return Sanitised(nh3.clean(_renderer.render(markdown), tags=_TAGS, attributes={}))


@lru_cache(maxsize=64)
def rendered_sections(body: str) -> tuple[Mapping[str, str], ...]:
    """Number, title and HTML of each section of a guideline. Kept by its text: every workbench page shows the whole."""
    return tuple(
        MappingProxyType({"number": s["number"], "title": s["title"], "html": render(s["markdown"])})
        for s in sections(body)
    )


_SECTION = Markup('<section data-section="{0}" tabindex="-1">\n<h3>{0} {1}</h3>\n{2}</section>\n')


@lru_cache(maxsize=64)
def rendered_guideline(body: str) -> Markup:
    """The same as the pages of a workbench show it, beside the text: one piece, which rulings lead into."""
    parts = (_SECTION.format(s["number"], s["title"], s["html"]) for s in rendered_sections(body))
    return Markup().join(parts)
