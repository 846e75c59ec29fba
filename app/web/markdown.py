"""Guidelines as HTML: Markdown rendered, then only harmless elements kept."""

from __future__ import annotations

import nh3
from markdown_it import MarkdownIt

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
