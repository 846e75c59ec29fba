"""How long an auditor waits: verifying a large bundle; how fast events are sealed; how long a proof takes.

    python -m tests.bench.bench_verify [EVENTS]      (1,000,000 unless given)
"""

import hashlib
import itertools
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from pymerkle import InmemoryTree

from app.audit import verify
from app.audit.checkpoint import Signer
from app.audit.events import Tag
from app.audit.log import GENESIS, Subject, SystemActor, new_event_id, record
from app.audit.merkle import CompactRange, leaf_hash
from app.audit.sequencer import BATCH, find_receipts, sequence
from app.core.db import Base, Database
from app.core.digest import canonical_json, sha256

ORIGIN = "bench.example.org/audit"
START = 1_700_000_000_000
STREAMS = 2000
SEALED = 20_000
BASELINE = 100_000


def report(metric, value, unit, size, baseline=None, ratio=None):
    row = {"bench": "verify", "metric": metric, "value": round(value, 3), "unit": unit, "size": size}
    print(json.dumps(row | {"baseline": baseline, "ratio": ratio and round(ratio, 2)}), flush=True)


def bodies(count):
    """Annotation actions as the workbench writes them, on many streams."""
    heads = {}
    for n in range(count):
        stream = f"assignment:{n % STREAMS}"
        seq, head = heads.get(stream, (0, GENESIS))
        event = {
            "v": 1,
            "event_id": new_event_id(START + n),
            "stream": stream,
            "seq": seq + 1,
            "prev": head,
            "tag": "review.element.added",
            "at": START + n,
            "project": n % 7,
            "actor": {"kind": "person", "id": n % 40, "roles": ["annotator"], "tier": 2, "session": n % 90},
            "subject": {"type": "assignment", "id": n % STREAMS},
            "data": {"element": f"e{n}", "label": "problem", "fragments": [[n % 3000, n % 3000 + 12]], "version": 3},
        }
        body = canonical_json(event)
        heads[stream] = (seq + 1, sha256(body))
        yield body


def write_bundle(folder, count, signer):
    tree = CompactRange()
    with (
        (folder / "events.jsonl").open("w") as events,
        (folder / "leaves.txt").open("w") as leaves,
        (folder / "checkpoints.jsonl").open("w") as checkpoints,
    ):
        for n, body in enumerate(bodies(count), start=1):
            leaf = leaf_hash(body.encode())
            tree.append(leaf)
            events.write(body + "\n")
            leaves.write(leaf.hex() + "\n")
            if n % BATCH == 0 or n == count:
                row = {"size": n, "note": signer.sign(n, tree.root())}
                checkpoints.write(json.dumps(row) + "\n")
    (folder / "vkeys.txt").write_text("\n".join(signer.vkeys()))
    (folder / "bundle.json").write_text(json.dumps({"format": 1, "origin": ORIGIN, "project": None}))
    (folder / "transitions.json").write_text("{}")
    for name in ("states", "signatures", "releases", "pending", "discrepancies"):
        (folder / f"{name}.jsonl").touch()


def bench_verify(folder, count, signer):
    write_bundle(folder, count, signer)
    begun, cpu = time.perf_counter(), time.process_time()
    verdict = verify.verify(folder, [], [], [])
    seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
    assert verdict["ok"], verdict["breaks"][:3]
    assert verdict["size"] == count
    report("verify_s", seconds, "s", count)
    report("verify_cpu_s", cpu, "s", count)  # what it takes where others use the machine too
    report("verify_events_per_s", count / seconds, "1/s", count)
    bench_tree(folder, min(count, BASELINE))
    note = json.loads((folder / "checkpoints.jsonl").open().readline())["note"]
    begun = time.perf_counter()
    for _ in range(100):
        verify.open_checkpoint(note, signer.vkeys())
    report("signature_ms", (time.perf_counter() - begun) * 10, "ms", 100)


def bench_tree(folder, count):
    """The verifier's tree alone beside a known tree library, over the same events."""
    with (folder / "events.jsonl").open("rb") as lines:
        data = [line[:-1] for line in itertools.islice(lines, count)]
    begun = time.perf_counter()
    ours = verify.Tree()
    for body in data:
        ours.append(hashlib.sha256(b"\x00" + body).digest())
    root, seconds = ours.root(), time.perf_counter() - begun
    begun = time.perf_counter()
    theirs = InmemoryTree(algorithm="sha256")
    for body in data:
        theirs.append_entry(body)
    assert theirs.get_root(count).hex() == root
    baseline = time.perf_counter() - begun
    report("tree_leaves_per_s", count / seconds, "1/s", count, "pymerkle 7", baseline / seconds)


def write_events(session, numbers, ids):
    actor, subject = SystemActor("bench"), Subject("assignment", 1)
    for n in numbers:
        stream = f"assignment:{n % 50}"
        event = record(session, Tag.ELEMENT_ADDED, stream=stream, actor=actor, subject=subject, at=START + n)
        ids.append(event.event_id)


def bench_seal(folder, signer):
    database = Database(f"sqlite:///{folder / 'bench.db'}")
    Base.metadata.create_all(database.engine)
    ids = []
    for start in range(0, SEALED, 500):
        database.writing(lambda session, r=range(start, start + 500): write_events(session, r, ids))
    begun = time.perf_counter()
    sequence(database, signer, at=START)
    report("seal_per_s", SEALED / (time.perf_counter() - begun), "1/s", SEALED)
    times = []
    for event_id in ids[:: SEALED // 100]:
        begun = time.perf_counter()
        find_receipts(database, [event_id])
        times.append((time.perf_counter() - begun) * 1000)
    report("proof_p50_ms", statistics.median(times), "ms", SEALED)
    database.dispose()


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        signer = Signer(folder / "keys" / "log.key", ORIGIN)
        bench_verify(folder, count, signer)
        bench_seal(folder, Signer(folder / "other" / "log.key", ORIGIN))


if __name__ == "__main__":
    main()
