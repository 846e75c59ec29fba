"""What a page sends with a signature: the digest of what its reader has before them."""

from app.core.digest import canonical_json, sha256


def seen_cases(shown):
    """Of the answer of `GET /items/<id>/adjudication`, every case of which is ruled."""
    rulings = {case["key"]: case["ruling"] for case in shown["cases"]}
    return sha256(canonical_json({"rulings": rulings, "submissions": shown["submissions"]}))


def seen_answer(shown):
    """Of the answer of `GET /assignments/<id>` to somebody who verifies."""
    return sha256(canonical_json({"elements": shown["elements"], "submissions": shown["submissions"]}))
