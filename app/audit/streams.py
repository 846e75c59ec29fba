"""Names of streams: one per account, project, item, assignment and view: none blocks another."""

from __future__ import annotations


def account(person_id: int) -> str:
    return f"account:{person_id}"


def project(project_id: int) -> str:
    return f"project:{project_id}"


def item(item_id: int) -> str:
    return f"item:{item_id}"


def assignment(assignment_id: int) -> str:
    """Annotation actions of one reader: blind readers never share a stream."""
    return f"assignment:{assignment_id}"


def view(assignment_id: int, document_id: int | None = None) -> str:
    """Looks at a task's own text, or at another document of its encounter."""
    return f"view:{assignment_id}" if document_id is None else f"view:{assignment_id}:{document_id}"


def prefetch(assignment_id: int) -> str:
    """Texts that went to a page ahead of their task: nobody has looked at them yet."""
    return f"view:{assignment_id}:ahead"


def document(document_id: int) -> str:
    """A privacy officer's looks at a text, and the decision on it."""
    return f"document:{document_id}"


def finding(token: str) -> str:
    """One thing the sequencer found of the log itself."""
    return f"finding:{token}"


SERVER = "server"
