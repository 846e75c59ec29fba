"""`security licences` and `security sbom`: everything the requirements bring along, as it is installed here."""

from __future__ import annotations

import hashlib
import json
import platform
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import click
from packaging.requirements import Requirement

REQUIREMENTS = Path(__file__).parents[3] / "requirements.txt"
# Not permissive, and why it is here all the same. Any other copyleft licence is a mistake: exit 1, and a test fails.
KNOWN = {
    "unidecode": "GPL-2.0-or-later; brought by medspaCy, needed by `medspacy_stock` only (docs/licences.md)",
    "psycopg": "LGPL-3.0; imported unmodified",
    "psycopg-binary": "LGPL-3.0; imported unmodified",
    "certifi": "MPL-2.0; imported unmodified (of files, not of what imports them)",
    "tqdm": "MPL-2.0 and MIT; imported unmodified (of files, not of what imports them)",
}
# What metadata leaves out, read in the package's repository.
_UNSAID = {"pyrage": "MIT", "pysimstring": "MIT", "zxcvbn-rs-py": "MIT"}
_COPYLEFT = re.compile(r"\b(A?GPL|LGPL|MPL|EPL|CDDL|EUPL|SSPL|Mozilla|General Public)", re.IGNORECASE)


@dataclass(frozen=True)
class InstalledPackage:
    name: str
    version: str
    licence: str
    needs: tuple[str, ...]

    @property
    def is_permissive(self) -> bool:
        return bool(self.licence) and not _COPYLEFT.search(self.licence)


def canonical(name: str) -> str:
    """PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def list_packages(requirements: Path = REQUIREMENTS) -> list[InstalledPackage]:
    """The requirements and what they bring, by name. Raises PackageNotFoundError where one is not installed."""
    waiting = [(one, True) for one in _required(requirements)]
    packages: dict[str, InstalledPackage] = {}
    while waiting:
        one, must = waiting.pop()
        name = canonical(one.name)
        if name in packages and not one.extras:
            continue
        try:
            found = distribution(name)
        except PackageNotFoundError:
            if must:
                raise
            continue  # for another platform or Python
        needed = list(_needed(found, one.extras or {""}))
        needs = tuple(sorted({canonical(need.name) for need in needed}))
        packages[name] = InstalledPackage(name, found.version, _licence(found, name), needs)
        waiting += [(need, False) for need in needed]
    return [packages[name] for name in sorted(packages)]


def _required(requirements: Path) -> Iterator[Requirement]:
    for line in requirements.read_text(encoding="utf-8").splitlines():
        if words := line.partition("#")[0].strip():
            yield Requirement(words)


def _needed(found: Distribution, extras: set[str]) -> Iterator[Requirement]:
    for line in found.requires or []:
        need = Requirement(line)
        if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in extras):
            yield need


def _licence(found: Distribution, name: str) -> str:
    """An SPDX expression, else the classifier, else the first words of the field."""
    about: Any = found.metadata
    classified = [c.rpartition(" :: ")[2] for c in about.get_all("Classifier") or [] if c.startswith("License ::")]
    said = about.get("License-Expression") or " / ".join(c for c in classified if c != "OSI Approved")
    return said or _UNSAID.get(name) or (about.get("License") or "").strip().partition("\n")[0][:60]


def lock(packages: list[InstalledPackage]) -> str:
    """`requirements.lock`: each package at its version, with the SHA-256 of the file pip takes here."""
    pins = [f"{package.name}=={package.version}" for package in packages]
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--dry-run"]
    command += ["--ignore-installed", "--no-deps", "--report", "-", *pins]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)  # noqa: S603
    digests = {
        canonical(one["metadata"]["name"]): one["download_info"]["archive_info"]["hashes"]["sha256"]
        for one in report["install"]
    }
    named = zip(pins, packages, strict=True)
    lines = [f"{pin} \\\n    --hash=sha256:{digests[package.name]}" for pin, package in named]
    version = ".".join(platform.python_version_tuple()[:2])
    about = f"# make lock, on {platform.system()} {platform.machine()}, Python {version}."
    return "\n".join([about, *lines]) + "\n"


@click.command("lock")
def lock_command() -> None:
    """Print requirements.lock: what is installed here, with digests (asks the package index)."""
    click.echo(lock(list_packages()), nl=False)


@click.command("licences")
def licences() -> None:
    """Each package installed with Chartmark, and its licence; exit 1 for one that is neither permissive nor known."""
    strange = []
    for package in list_packages():
        reason = KNOWN.get(package.name, "")
        click.echo(f"{package.name}=={package.version}\t{package.licence or 'not said'}\t{reason}")
        if not package.is_permissive and not reason:
            strange.append(package.name)
    if strange:
        raise click.ClickException(f"look at the licence of {', '.join(strange)}")


@click.command("sbom")
def sbom() -> None:
    """The same as a CycloneDX 1.6 bill of materials (JSON), with who needs whom."""
    click.echo(json.dumps(bill(list_packages()), indent=1))


def bill(packages: list[InstalledPackage]) -> dict[str, Any]:
    """CycloneDX 1.6. The serial number follows from the content: the same installation, the same bill."""
    digest = hashlib.sha256("\n".join(map(_purl, packages)).encode()).hexdigest()
    own: dict[str, Any] = {"type": "application", "name": "chartmark", "bom-ref": "chartmark"}
    own |= {"licenses": [{"expression": "Apache-2.0"}]}
    required = {canonical(one.name) for one in _required(REQUIREMENTS)}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}",
        "version": 1,
        "metadata": {"component": own},
        "components": [
            {
                "type": "library",
                "bom-ref": _purl(package),
                "name": package.name,
                "version": package.version,
                "purl": _purl(package),
                "licenses": [{"license": {"name": package.licence or "not said"}}],
            }
            for package in packages
        ],
        "dependencies": [
            {"ref": "chartmark", "dependsOn": [_purl(p) for p in packages if p.name in required]},
            *(
                {"ref": _purl(package), "dependsOn": [_purl(p) for p in packages if p.name in package.needs]}
                for package in packages
            ),
        ],
    }


def _purl(package: InstalledPackage) -> str:
    return f"pkg:pypi/{package.name}@{package.version}"
