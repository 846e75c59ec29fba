"""What is installed with Chartmark: every licence known, every version locked with its digests."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli.setup.bill import KNOWN, bill, canonical, list_packages
from tests.terminology_data import stocked

ROOT = Path(__file__).parents[2]


def test_every_licence_is_permissive_or_named_with_its_reason():
    packages = list_packages()
    assert len(packages) > 60
    assert [p.name for p in packages if not p.is_permissive and p.name not in KNOWN] == []
    assert "GPL" in next(p.licence for p in packages if p.name == "unidecode")


def test_a_bill_names_each_package_once_and_nothing_that_is_not_there():
    made = bill(list_packages())
    refs = [component["bom-ref"] for component in made["components"]]
    assert len(refs) == len(set(refs))
    assert {one for line in made["dependencies"] for one in line["dependsOn"]} <= set(refs)
    assert made["specVersion"] == "1.6"


def test_every_package_is_locked_at_its_version_with_digests():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = {canonical(name): version for name, version in re.findall(r"^([\w.-]+)==([^ \\]+)", lock, re.MULTILINE)}
    missing = [f"{p.name}=={p.version}" for p in list_packages() if locked.get(p.name) != p.version]
    assert missing == [], "make lock"
    for entry in re.split(r"\n(?=\w)", lock):
        assert entry.startswith("#") or "--hash=sha256:" in entry, entry[:60]


@pytest.mark.rare
def test_without_unidecode_all_but_the_stock_pipeline_works(tmp_path):
    """The web opens, a text is de-identified and one is labelled by our own rules (docs/licences.md)."""
    code = (
        "import sys; sys.modules['unidecode'] = None\n"
        "from app.factory import create_app\n"
        "app = create_app(); assert app.test_client().get('/health').status_code == 200\n"
        "line = '{\"id\": \"1\", \"text\": \"Dr Jane Smith: no chest pain.\"}'\n"
        "for name in ('deid', 'preannotate'):\n"
        "    said = app.test_cli_runner().invoke(args=[name, 'text'], input=line)\n"
        "    assert said.exit_code == 0 and '\"id\": \"1\"' in said.output, (name, said.output, said.exception)\n"
        "assert 'medspacy' not in sys.modules"
    )
    environment = os.environ | {"CHARTMARK_VAR": str(stocked(tmp_path / "var"))}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
