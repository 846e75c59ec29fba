"""The text of a guideline: front matter, sections, and what may be cited."""

from pathlib import Path

import pytest

from app.core.errors import Invalid
from app.guidelines.text import asks_for_citations, numbers, require_citation, require_text, sections

PLAIN = "# Rules\n\n## 1.1 Spans\n\nShort.\n\n## 2. Doubt\n\nAsk.\n"
STRICT = f"---\ntitle: Rules: of ours\ncitations: required\n---\n{PLAIN}"
GUIDELINES = Path(__file__).parents[3] / "guidelines"


def test_front_matter_is_not_a_section_and_numbers_may_end_with_a_dot():
    assert sections(STRICT) == sections(PLAIN)
    assert numbers(STRICT) == {"1.1", "2"}
    assert "citations" not in "".join(section["markdown"] for section in sections(STRICT))


@pytest.mark.parametrize(
    ("body", "citation", "code"),
    [
        (PLAIN, "", None),
        (PLAIN, "1.1", None),
        (PLAIN, "1.2", "citation"),
        (PLAIN, "1", "citation"),
        (PLAIN, "Spans", "citation"),
        (STRICT, "2", None),
        (STRICT, "", "citation-required"),
        (STRICT, "9.1", "citation"),
    ],
)
def test_a_citation_names_a_section_of_this_text_and_is_needed_where_the_text_says_so(body, citation, code):
    if code is None:
        return require_citation(body, citation)
    with pytest.raises(Invalid) as refused:
        require_citation(body, citation)
    assert refused.value.code == code
    return None


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("---\ncitations: required\n# 1 Rules\n", "line 3"),
        ("---\ncitations: required\n", "closing line"),
        ("---\ncitations: sometimes\n---\n# 1 Rules\n", "line 2: citations is optional or required"),
        ("---\nno colon here\n---\n# 1 Rules\n", "line 2"),
        ("---\ncitations: required\n---\n# Rules\n", "no heading has a number"),
        ("---\ncitations: optional\n---\n \n", "no text"),
    ],
)
def test_front_matter_that_cannot_be_kept_is_refused_with_its_line(body, words):
    with pytest.raises(Invalid, match=words):
        require_text(body)


@pytest.mark.parametrize("path", sorted(GUIDELINES.glob("*.md")), ids=lambda path: path.stem)
def test_the_guidelines_we_ship_can_be_published_and_cited(path):
    body = path.read_text("utf-8")
    require_text(body)
    assert "1.1" in numbers(body)
    # It says of itself that a ruling cites a section.
    assert asks_for_citations(body) == ("the ruling cites a section" in body)
