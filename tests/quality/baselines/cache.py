"""Answers of baselines, kept under var/quality by a digest of all that decides them; offsets and flags, never text."""

import hashlib
import json

from tests.quality import lines


def cached(name, parts, compute):
    """What `compute()` gave for the same `parts` (bytes) before, else its answer now; None is not kept."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8) + part)
    kept = lines.OUT / "cache" / f"{name}-{digest.hexdigest()[:24]}.json"
    if kept.is_file():
        return json.loads(kept.read_text(encoding="utf-8"))
    answers = compute()
    if answers is not None:
        with lines.private(kept) as file:
            json.dump(answers, file)
    return answers
