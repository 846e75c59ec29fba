"""Other people's packages in an environment of their own under var/quality; asked over a pipe, answers cached."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

from tests.quality.baselines.cache import cached
from tests.quality.lines import OUT

HERE = Path(__file__).parent
REQUIREMENTS = HERE.parent / "requirements-oracles.txt"
HOME = OUT / "oracles"
_SCRIPTS = {"presidio": HERE / "oracle_presidio.py", "negspacy": HERE / "oracle_negspacy.py"}


def ask(oracle, records, **options):
    """The answers of an oracle to `records`, in their order; None, said on stderr, where it cannot be had."""
    body = "".join(json.dumps(record | options) + "\n" for record in records)
    parts = [REQUIREMENTS.read_bytes(), _SCRIPTS[oracle].read_bytes(), body.encode()]
    return cached(oracle, parts, lambda: _answers(oracle, body))


def _answers(oracle, body):
    if not installed():
        print(f"{oracle}: could not be installed from {REQUIREMENTS.name}; its figures are null", file=sys.stderr)
        return None
    command = [HOME / "bin" / "python", "-I", _SCRIPTS[oracle]]
    # Nothing of ours is imported there: no PYTHONPATH, no settings.
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, input=body, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        # Only the kind of error is shown: what stands around it could hold text of the sets.
        reason = (done.stderr.strip().splitlines() or ["no message"])[-1].partition(":")[0]
        print(f"{oracle}: failed ({reason}); its figures are null", file=sys.stderr)
        return None
    return [json.loads(line) for line in done.stdout.splitlines()]


def installed():
    """Make the environment unless it is there with these very requirements."""
    mark, wanted = HOME / ".installed", hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if mark.is_file() and mark.read_text(encoding="utf-8") == wanted:
        return True
    pip = [HOME / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for step in ([sys.executable, "-m", "venv", "--clear", HOME], [*pip, "-r", REQUIREMENTS]):
        if subprocess.run(step, stdout=sys.stderr, check=False).returncode:
            return False
    mark.write_text(wanted, encoding="utf-8")
    return True
