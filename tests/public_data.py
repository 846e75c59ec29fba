"""Where the public sets are that are no part of the repository: ../shared/data, or what PUBLIC_DATA names."""

import os
from pathlib import Path

DATA = Path(os.environ.get("PUBLIC_DATA") or Path(__file__).parents[2] / "shared" / "data")
