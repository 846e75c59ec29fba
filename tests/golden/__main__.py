"""Pin what is said now: `python -m tests.golden`, then read the difference before you commit it."""

import sys
import tempfile
from pathlib import Path

from tests.golden import pins
from tests.golden.producers import produce

with tempfile.TemporaryDirectory() as folder:
    for name, records in produce(Path(folder)).items():
        if name == "pipeline_version" and pins.same_version_says_otherwise(name, records):
            sys.exit("the pipeline says something else than its version did: give chartmark_rules a new version")
        changed = pins.differing(name, records) if (pins.FOLDER / f"{name}.tsv").exists() else ["new"]
        pins.write(name, records)
        print(f"{name}: {len(records)} records, {len(changed)} changed {' '.join(changed[:10])}")
