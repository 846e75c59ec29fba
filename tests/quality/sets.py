"""How a measure gets a public set, and how it ends when the set is not there."""

import sys

from tests.public_data import DATA


def need(relative):
    """A file or folder of the public data; a clear end when it is absent."""
    path = DATA / relative
    if not path.exists():
        sys.exit(f"../shared/data/{relative} is absent: these figures need public sets kept beside the repository")
    return path
