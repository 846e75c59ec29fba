"""A web process answers, scans what people type and shows pages without ever loading a model."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCRIPT = """
import sys
from app.corpus.free_text import is_identifying
from app.factory import create_app
from app.settings import Settings

app = create_app(Settings(var=sys.argv[1]))
client = app.test_client()
assert client.get("/sign-in").status_code == 200
with app.app_context():
    assert is_identifying("Call Mr Quillfeather at (212) 555-0142 about MRN 00123456.")
    assert not is_identifying("Take the longest noun phrase.")
heavy = sorted(name for name in sys.modules if name.split(".")[0] in ("spacy", "thinc", "medspacy"))
assert heavy == [], heavy[:5]
"""


def test_a_web_process_scans_typed_text_with_rules_and_imports_no_spacy(tmp_path):
    environment = os.environ | {"CHARTMARK_VAR": str(tmp_path), "CHARTMARK_DATABASE_URL": f"sqlite:///{tmp_path}/c.db"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
