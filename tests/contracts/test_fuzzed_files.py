"""Everything that reads a file of others, on bytes damaged by chance: no traceback, no hang, and a refusal that names
the place. A few of each in every run; 10,000 of each among the long tests (`CHARTMARK_FUZZ` says another number).
"""

import gzip
import io
import json
import os
import resource
import shutil
import signal
import struct
import tarfile
import time
import warnings
import zipfile
from contextlib import contextmanager, redirect_stderr, redirect_stdout

import pytest

from app.audit import verify
from app.audit.checkpoint import Signer
from app.audit.note import VerifierKey, open_note
from app.cli.setup.archive import BackupContents, close_archive, digest_of, extract_whole
from app.cli.setup.backup_key import BackupKey, decrypt, encrypt
from app.core.errors import ChartmarkError, Problem
from app.core.reading import decoded
from app.guidelines.text import require_text, sections
from app.intake.files import Files
from app.intake.readers import RawRow
from app.intake.record import build_record, map_fields
from app.pipelines.folder import register_folder
from app.terminology.importers.protocol import CODE_SYSTEMS
from app.terminology.importers.reading.source import ReleaseSource
from tests.contracts.test_damaged_files import READERS as TEXTS
from tests.contracts.test_damaged_files import SAMPLES, TEXT
from tests.damage import mutants
from tests.unit.audit import story

FEW, MANY = 25, int(os.environ.get("CHARTMARK_FUZZ", "10000"))
#: no file of a few kilobytes may take longer, of the processor's time
SECONDS = 5.0
#: nor may a reader hold so much more after all of them
MEGABYTES = 400
TABLE = f"id,patient_id,text\n1,p1,{TEXT}\n2,p2,Fever.\n"
LINES = "".join(
    json.dumps({"id": str(number), "patient_id": "p", "text": TEXT, "date": "2023-04-01"}) + "\n" for number in (1, 2)
)


class Slow(Exception):
    """Reading one file took too long."""


@contextmanager
def in_time(number):
    def stop(*_):
        raise Slow(f"mutant {number} takes more than {SECONDS} s")

    signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def fuzz(path, data, read, times, seed):
    """How many of `times` damaged files were refused: every other answer than reading or refusing fails."""
    refused, before = 0, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number, made in enumerate(mutants(data, seed, times)):
        path.write_bytes(made)
        try:
            with in_time(number), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                read(path)
        except ChartmarkError as error:
            refused += 1
            said = f"{error} {[problem.where for problem in error.problems]}"
            assert names_a_place(path, said), f"mutant {number} of {seed}, without its place: {said[:300]}"
        except Exception as error:
            raise AssertionError(f"mutant {number} of seed {seed}: {type(error).__name__}: {error}") from error
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < MEGABYTES, f"{grown:.0f} MB more"
    return refused


def names_a_place(path, said):
    return path.name in said or any(
        word in said for word in ("line ", "entry ", "reader", "guideline", "note", "file", " of a.log", "key ")
    )


# How each is read: what is left of it is used as its owner uses it.


def _delivery(path):
    """As a delivery: rows become records, and what is refused says where."""
    for row in Files([str(path)]).rows():
        if isinstance(row, RawRow):
            from collections import Counter

            _, problems = build_record(map_fields(row.values, {}, Counter()), row.where)
        else:
            problems = [row] if isinstance(row, Problem) else []
        assert all(problem.where for problem in problems), problems


def _guideline(path):
    body = decoded(path.read_bytes(), path.name)
    require_text(body)
    sections(body)


def _cards(path):
    for problem in register_folder(path.parent):
        assert problem.where == path.name


def _checkpoint(path):
    key = VerifierKey.parse(path.with_suffix(".vkey").read_text())
    open_note(decoded(path.read_bytes(), path.name), [key])


def _key(path):
    VerifierKey.parse(decoded(path.read_bytes(), path.name))


def _archive(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", TEXT)
        archive.writestr("b.csv", TABLE)
        archive.writestr("c.jsonl", LINES)


def _backup(path, folder):
    with tarfile.open(path, "w") as archive:
        database = folder / "chartmark.db"
        database.write_bytes(b"SQLite format 3\x00" + b"x" * 600)
        archive.add(database, "chartmark.db")
        contents = BackupContents(files={"chartmark.db": digest_of(database)})
        close_archive(archive, contents, Signer(folder / "log.key", "a.log"))


def _restored(path):
    into = path.parent / "into"
    shutil.rmtree(into, ignore_errors=True)
    extract_whole(path, into)
    assert (into / "chartmark.db").read_bytes() == (path.parent / "chartmark.db").read_bytes()


def prepare(name, folder):
    """The file of a reader, its bytes, and how it is read."""
    if name in TEXTS:
        file, text, others, read = TEXTS[name]
        for other, content in others.items():
            (folder / other).write_text(content)
        return folder / file, text.encode(), read
    return globals()[f"_prepare_{name.replace(' ', '_')}"](folder)


def _prepare_delivery_zip(folder):
    _archive(folder / "n.zip")
    return folder / "n.zip", (folder / "n.zip").read_bytes(), _delivery


def _prepare_delivery_table(folder):
    return folder / "n.csv", TABLE.encode(), _delivery


def _prepare_delivery_lines(folder):
    return folder / "n.jsonl", LINES.encode(), _delivery


def _prepare_delivery_json(folder):
    return folder / "n.json", json.dumps([json.loads(line) for line in LINES.splitlines()]).encode(), _delivery


def _prepare_delivery_text(folder):
    return folder / "n.txt", TEXT.encode(), _delivery


def _prepare_guideline(folder):
    body = "---\ntitle: Rules\ncitations: required\n---\n# 1 Rules\n\nMark.\n\n## 1.2 Edges\n\nNeither.\n"
    return folder / "g.md", body.encode(), _guideline


def _prepare_pipeline_card(folder):
    card = {"key": "x", "title": "X", "path": "model", "language": "en", "labels": {"A": "PROBLEM"}, "version": "1"}
    return folder / "x.json", json.dumps(card).encode(), _cards


def _prepare_checkpoint(folder):
    signer = Signer(folder / "log.key", "a.log")
    (folder / "c.vkey").write_text(signer.vkeys()[0])
    return folder / "c.txt", signer.sign(1, b"\0" * 32).encode(), _checkpoint


def _prepare_public_key(folder):
    return folder / "k.vkey", Signer(folder / "log.key", "a.log").vkeys()[0].encode(), _key


def _prepare_backup(folder):
    _backup(folder / "b.tar", folder)
    return folder / "b.tar", (folder / "b.tar").read_bytes(), _restored


def _prepare_sealed_backup(folder):
    import pyrage

    identity = pyrage.x25519.Identity.generate()
    (folder / "plain").write_bytes(b"plain" * 200)
    encrypt(folder / "plain", folder / "b.age", str(identity.to_public()))
    key = BackupKey(identity=str(identity), recipient=str(identity.to_public()))
    return folder / "b.age", (folder / "b.age").read_bytes(), lambda path: decrypt(path, folder / "out", key)


def _prepare_backup_key(folder):
    import pyrage

    identity = pyrage.x25519.Identity.generate()
    BackupKey(str(identity.to_public()), str(identity), ("a.log+00000000+x",)).write(folder / "k.key")
    return folder / "k.key", (folder / "k.key").read_bytes(), BackupKey.read


def _prepare_code_release_zip(folder):
    path = folder / "codes.tsv.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(SAMPLES / "own" / "site_codes.tsv", "codes.tsv")
    return path, path.read_bytes(), _codes


def _prepare_code_release_gz(folder):
    path = folder / "codes.tsv.gz"
    return path, gzip.compress((SAMPLES / "own" / "site_codes.tsv").read_bytes()), _codes


def _codes(path):
    for _ in CODE_SYSTEMS.get("own").rows(ReleaseSource(path)):
        pass


OWN = [
    name.removeprefix("_prepare_").replace("_", " ") for name in list(globals()) if name.startswith("_prepare_")
]  # fmt: skip
READERS = [*sorted(TEXTS), *sorted(OWN)]


@pytest.mark.parametrize("name", READERS)
def test_a_few_damaged_files_are_read_or_refused(name, tmp_path):
    path, data, read = prepare(name, tmp_path)
    fuzz(path, data, read, FEW, 1000 + READERS.index(name))


@pytest.mark.rare
@pytest.mark.parametrize("name", READERS)
def test_ten_thousand_damaged_files_are_read_or_refused(name, tmp_path):
    path, data, read = prepare(name, tmp_path)
    started = time.process_time()
    refused = fuzz(path, data, read, MANY, READERS.index(name))
    print(f"\n{name}: {refused} of {MANY} refused, {time.process_time() - started:.1f} s")
    assert refused < MANY


# Code systems: each importer, its damage over all of its files.


@pytest.mark.rare
@pytest.mark.parametrize("system", CODE_SYSTEMS.keys())
def test_no_importer_falls_over_ten_thousand(system, tmp_path):
    shutil.copytree(SAMPLES / system, tmp_path / system)
    importer = CODE_SYSTEMS.get(system)
    paths = sorted(path for path in (tmp_path / system).rglob("*") if path.is_file())

    def read(_):
        source = ReleaseSource(tmp_path / system)
        importer.about(source)
        for _ in importer.rows(source):
            pass

    for number, path in enumerate(paths):
        whole = path.read_bytes()
        fuzz(path, whole, lambda one: named(one, system, read), MANY // len(paths), 500 + number)
        path.write_bytes(whole)


def named(path, system, read):
    """A refusal by the folder's name is one by its place."""
    try:
        read(path)
    except ChartmarkError as error:
        if system in str(error):
            raise type(error)(error.code, f"{path.name}: {error.message}") from None
        raise


# An auditor's bundle, whose verifier is one file without our errors.


@pytest.fixture(scope="module")
def bundle(tmp_path_factory, database_templates):
    folder = tmp_path_factory.mktemp("story")
    patch = pytest.MonkeyPatch()
    with database_templates.fresh("sqlite", folder) as database:
        story.register(patch)
        story.tell(database, folder)
        out = story.hand_out(database, folder)
    yield out
    patch.undo()


def damage_bundle(folder, times):
    """Verdicts: code → how often."""
    verdicts, paths = {}, sorted(path for path in folder.iterdir() if path.suffix != ".py")
    for place, path in enumerate(paths):
        whole = path.read_bytes()
        for number, made in enumerate(mutants(whole, 40 + place, max(times // len(paths), 2))):
            path.write_bytes(made)
            silent = io.StringIO()
            try:
                with in_time(number), redirect_stderr(silent), redirect_stdout(silent):
                    code = verify.main([str(folder)])
            except SystemExit as ended:
                code = ended.code
            except Exception as error:
                raise AssertionError(f"{path.name}, mutant {number}: {type(error).__name__}: {error}") from error
            assert code in (1, 2, 3), (path.name, number, code)  # never 0: there is no anchor
            verdicts[code] = verdicts.get(code, 0) + 1
        path.write_bytes(whole)
    return verdicts


def test_a_few_damaged_bundles_get_a_verdict(bundle, tmp_path):
    assert damage_bundle(shutil.copytree(bundle, tmp_path / "bundle"), 2 * FEW)


@pytest.mark.rare
def test_ten_thousand_damaged_bundles_get_a_verdict(bundle, tmp_path):
    print(damage_bundle(shutil.copytree(bundle, tmp_path / "bundle"), MANY))


# Bombs.


def _zip(path, entries):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)


def _nested(path):
    inside = io.BytesIO()
    _zip(inside, [("a.txt", b"0" * 5_000_000)])
    _zip(path, [("a.zip", inside.getvalue())])


def _link(path):
    entry = zipfile.ZipInfo("a.txt")
    entry.external_attr = 0o120777 << 16
    _zip(path, [(entry, "/etc/passwd")])


def _lying(path):
    """Says of itself that it is small."""
    _zip(path, [("a.txt", b"0" * 3_000_000)])
    data = path.read_bytes()
    path.write_bytes(data.replace(struct.pack("<I", 3_000_000), struct.pack("<I", 100)))


ZIPS = {
    "a bomb": lambda path: _zip(path, [("a.txt", b"0" * 60_000_000)]),
    "many small bombs": lambda path: _zip(path, [(f"{n}.txt", b"0" * 900_000) for n in range(40)]),
    "a bomb in a table": lambda path: _zip(path, [("a.csv", b"id,text\n1," + b"0" * 60_000_000)]),
    "a bomb in an archive": _nested,
    "a name that leads above": lambda path: _zip(path, [("../../a.txt", "One.")]),
    "a name from the root": lambda path: _zip(path, [("/etc/a.txt", "One.")]),
    "a name with the other slash": lambda path: _zip(path, [("..\\a.txt", "One.")]),
    "a huge name": lambda path: _zip(path, [("x" * 60_000 + ".exe", "One.")]),
    "a link": _link,
    "a size that is a lie": _lying,
    "many files": lambda path: _zip(path, [(f"{n}.dat", "") for n in range(3_000)]),
}


@pytest.mark.parametrize("how", ZIPS)
def test_no_archive_is_a_bomb(how, tmp_path):
    """Refused in a second and without much memory, with a short word; nothing is written beside it."""
    path = tmp_path / "n.zip"
    ZIPS[how](path)
    started, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = list(Files([str(path)]).rows())
    assert time.process_time() - started < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024
    assert not [row for row in found if isinstance(row, RawRow)]
    assert all(len(str(row)) < 1000 for row in found)
    assert [one.name for one in tmp_path.iterdir()] == ["n.zip"]


RELEASES = {
    "gz": lambda path: path.write_bytes(gzip.compress(b"code\tterm\n" + b"0" * 200_000_000, 9)),
    "zip": lambda path: _zip(path, [("codes.tsv", b"code\tterm\n" + b"0" * 60_000_000)]),
    "huge name": lambda path: _zip(path, [("x" * 60_000 + ".tsv", b"0" * 60_000_000)]),
    "gz in gz": lambda path: path.write_bytes(gzip.compress(gzip.compress(b"0" * 50_000_000))),
}


@pytest.mark.parametrize("how", RELEASES)
def test_no_code_release_is_a_bomb(how, tmp_path):
    path = tmp_path / ("codes.tsv.gz" if "gz" in how else "codes.tsv.zip")
    RELEASES[how](path)
    started, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ChartmarkError) as refused:
        _codes(path)
    assert time.process_time() - started < 3
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024
    assert len(str(refused.value)) < 1000


def test_a_backup_leads_nowhere(tmp_path):
    """Names above, from the root, links out and devices: each refused, nothing outside its folder."""
    for number, (name, kind) in enumerate(
        [("../a", tarfile.REGTYPE), ("/tmp/a", tarfile.REGTYPE), ("a", tarfile.SYMTYPE), ("a", tarfile.CHRTYPE)]
    ):
        path = tmp_path / f"{number}.tar"
        with tarfile.open(path, "w") as archive:
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, "/etc/passwd"
            archive.addfile(entry)
        with pytest.raises(ChartmarkError):
            extract_whole(path, tmp_path / f"into-{number}")
        assert not (tmp_path / "a").exists()


ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE c [<!ENTITY x SYSTEM "file:///etc/passwd">]><collection><document><id>&x;</id>'
    "</document></collection>",
    '<?xml version="1.0"?><!DOCTYPE c [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    "<collection><document><id>&b;</id></document></collection>",
)


@pytest.mark.parametrize("text", ENTITIES)
def test_an_entity_of_xml_is_never_expanded(text, tmp_path):
    path = tmp_path / "n.xml"
    path.write_text(text)
    with pytest.raises(ChartmarkError) as refused:
        TEXTS["gold BioC"][3](path)
    assert "root:" not in str(refused.value)
    assert "aaaaaaaaaaaaaaaaaaaa" not in str(refused.value)


