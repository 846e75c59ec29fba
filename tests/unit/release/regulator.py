"""What a regulator does with an inspection bundle: `python -I -S regulator.py DIR` reads nothing but DIR.

It trusts only what `verify.py` of the bundle proved (events, rows, answers), and finds each of it in the lineage again.
"""

import importlib.util
import json
import sys
from pathlib import Path


def main(folder):
    spec = importlib.util.spec_from_file_location("verify", folder / "verify.py")
    verify = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode = True
    spec.loader.exec_module(verify)
    verdict = verify.verify(folder, [], (folder / "vkeys.txt").read_text().split(), [folder / "manifest.json"])
    assert verdict["ok"], verdict

    def lines(name):
        return [json.loads(line) for line in (folder / name).read_text(encoding="utf-8").splitlines()]

    events = [one for one in lines("events.jsonl") if one]
    rows = {one["key"]: one["row"] for one in lines("rows.jsonl")}
    bodies = {one["key"].split("/")[1]: json.loads(one["body"]) for one in lines("bodies.jsonl")}
    (lineage,) = [json.loads(path.read_text(encoding="utf-8")) for path in (folder / "items").glob("*.json")]
    granted = {one["subject"]["id"]: one["data"] for one in events if one["tag"] == "accounts.credential.granted"}
    readings = []
    for key, row in rows.items():
        if key.startswith("submission/") and row["kind"] == "reading":
            number = key.split("/")[1]
            stream = f"assignment:{row['assignment_id']}"
            frozen = next(
                one for one in events if one["tag"] == "review.submission.frozen" and key in one.get("rows", {})
            )
            assert (frozen["actor"]["id"], frozen["at"]) == (row["person_id"], row["frozen_at"])
            changed = [one for one in events if one["stream"] == stream and one["tag"] == "review.element.changed"]
            held = [granted[one] for one in frozen["actor"]["credentials"]]
            readings.append(
                {
                    "by": row["person_id"],
                    "at": row["frozen_at"],
                    "credentials": [[one["tier"], one["profession"], one["country"]] for one in held],
                    "guideline": rows[f"guideline_version/{row['guideline_version_id']}"]["version"],
                    "said": bodies[number]["elements"],
                    "changed": [one["data"]["element"] for one in changed],
                }
            )
    ruled = [
        (one, rows[key])
        for one in events
        if one["tag"] == "review.case.ruled"
        for key in one["rows"]
        if key.startswith("ruling/")
    ]
    final = str(lineage["answer"]["submission"])
    cut = next(one for one in events if one["tag"] == "release.release.cut")
    agree(lineage, readings, rows, cut)
    print(
        json.dumps(
            {
                "released": {"by": cut["actor"]["id"], "at": cut["at"], "number": cut["data"]["number"]},
                "readings": readings,
                "rulings": [
                    {"by": one["actor"]["id"], "at": row["at"], "reason": row["reason"], "citation": row["citation"]}
                    for one, row in ruled
                ],
                "final": bodies[final]["elements"],
                "signatures": [
                    {"name": m["signer_name"], "meaning": m["meaning"]}
                    for m in (json.loads(one["manifest"]) for one in lines("signatures.jsonl"))
                ],
                "names": {number: one["name"] for number, one in lineage["people"].items()},
            }
        )
    )


def agree(lineage, readings, rows, cut):
    """The lineage says of each act what was proved of it."""
    tasks = [task for one in lineage["rounds"] for task in one["tasks"]]
    told = {task["by"]: task for task in tasks if task["step"] == "annotate"}
    for one in readings:
        (answer,) = told[one["by"]]["answers"]
        assert answer["at"] == one["at"]
        assert answer["elements"] == one["said"]
        assert answer["guideline"]["version"] == one["guideline"]
        changed = [change["element"] for change in told[one["by"]]["changes"] if change["did"] == "changed"]
        assert changed == one["changed"]
    rulings = [one for task in tasks for one in task["rulings"]]
    for one in rulings:
        row = rows[f"ruling/{one['ruling']}"]
        assert (one["reason"], one["citation"], one["choice"]) == (row["reason"], row["citation"], row["choice"])
    assert lineage["release"]["manifest_sha256"] == cut["data"]["manifest_sha256"]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
