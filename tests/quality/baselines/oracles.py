"""Other people's packages in an environment of their own under var/quality; asked over a pipe, answers cached."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

from tests.quality.lines import OUT, private

HERE = Path(__file__).parent
REQUIREMENTS = HERE.parent / "requirements-oracles.txt"
HOME = OUT / "oracles"
_MARK = HOME / ".installed"
_SCRIPTS = {"presidio": HERE / "oracle_presidio.py", "negspacy": HERE / "oracle_negspacy.py"}


def ask(oracle, records, **options):
    """The answers of an oracle to `records`, in their order; None, said on stderr, where it cannot be installed.

    The cache holds offsets and flags, never text, under a digest of package versions, script and records.
    """
    body = "".join(json.dumps(record | options) + "\n" for record in records)
    digest = _digest(REQUIREMENTS.read_bytes(), _SCRIPTS[oracle].read_bytes(), body.encode())
    kept = OUT / "cache" / f"{oracle}-{digest}.json"
    if kept.is_file():
        return json.loads(kept.read_text(encoding="utf-8"))
    if not installed():
        print(f"{oracle}: could not be installed from {REQUIREMENTS.name}; its figures are null", file=sys.stderr)
        return None
    command = [HOME / "bin" / "python", _SCRIPTS[oracle]]
    done = subprocess.run(command, input=body, capture_output=True, text=True, env=_environment(), check=False)
    if done.returncode:
        # The last line names the error; what stands above it could hold text of the sets.
        reason = (done.stderr.strip().splitlines() or ["no message"])[-1].partition(":")[0]
        print(f"{oracle}: failed ({reason}); its figures are null", file=sys.stderr)
        return None
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    with private(kept) as file:
        json.dump(answers, file)
    return answers


def installed():
    """Make the environment unless it is there with these very requirements."""
    wanted = _digest(REQUIREMENTS.read_bytes())
    if _MARK.is_file() and _MARK.read_text(encoding="utf-8") == wanted:
        return True
    pip = [HOME / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    steps = ([sys.executable, "-m", "venv", "--clear", HOME], [*pip, "-r", REQUIREMENTS])
    for step in steps:
        if subprocess.run(step, stdout=sys.stderr, check=False).returncode:
            return False
    _MARK.write_text(wanted, encoding="utf-8")
    return True


def _environment():
    """Nothing of ours is imported there, and nothing there may go to the network."""
    return {"PATH": os.environ.get("PATH", ""), "PYTHONIOENCODING": "utf-8", "TLDEXTRACT_CACHE": str(OUT / "tld")}


def _digest(*parts):
    whole = hashlib.sha256()
    for part in parts:
        whole.update(part + b"\0")
    return whole.hexdigest()[:24]
