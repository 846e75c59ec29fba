"""OBI notes: JSON lines with a text each, dense in identifiers and without gold."""

import json


def read_texts(path):
    with path.open(encoding="utf-8") as file:
        return [json.loads(line)["text"] for line in file if line.strip()]
