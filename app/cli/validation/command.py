"""`validation run`: qualifies this installation, and writes the protocol of it."""

from __future__ import annotations

import platform
import tempfile
from pathlib import Path

import click
from flask import current_app

from app.cli.machine import operator
from app.cli.nouns import Noun
from app.cli.setup.checks.finding import Installation
from app.core import clock


@click.group("validation", cls=Noun)
def validation() -> None:
    """The validation pack: installation and operation qualification."""


@validation.command("run")
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@click.option("--local", is_flag=True, help="The server is reached from this machine only: no https needed.")
@click.option("--expect-code", default="", metavar="SHA256", help="The digest of the code, as the release note has it.")
def run_command(out: Path, local: bool, expect_code: str) -> None:
    """Check what is installed here, try what it does on an installation made for it, and write protocol.html and
    protocol.json into the folder OUT, to be printed and signed. Exit 1 unless every step passed."""
    from app.cli.validation.installation import ROOT, code_sha256, installation_steps
    from app.cli.validation.operation import operation_steps
    from app.cli.validation.paper import QualificationRun, protocol_json, protocol_page
    from app.cli.validation.protocol import run_steps
    from app.cli.validation.scratch import scratch_installation

    if out.exists() and any(out.iterdir()):
        raise click.ClickException(f"{out.name} holds something already: a protocol needs a folder of its own")
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    here = Installation(app, app.extensions["settings"], app.extensions["database"], local)
    started = clock.now()
    results = run_steps(installation_steps(here, expect_code))
    with tempfile.TemporaryDirectory(prefix="chartmark-qualification-") as name:
        folder = Path(name)
        (folder / "var").mkdir(mode=0o700)
        with scratch_installation(folder / "var", ROOT) as scratch:
            results += run_steps(operation_steps(scratch, folder))
    done = QualificationRun(platform.node(), operator().name, started, clock.now(), code_sha256(), results)
    out.mkdir(parents=True, exist_ok=True)
    (out / "protocol.json").write_text(protocol_json(done), encoding="utf-8")
    (out / "protocol.html").write_text(protocol_page(done), encoding="utf-8")
    for result in results:
        click.echo(f"{result.number}\t{result.verdict}\t{result.title}: {result.observed}")
    if not done.passed:
        raise SystemExit(1)
