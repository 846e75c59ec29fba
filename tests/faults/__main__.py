"""Runs the faults named, or all: one line each, and exit 1 where one survived or does not apply any more."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from tests.faults.doors import DOORS
from tests.faults.fault import Fault, NotApplicable
from tests.faults.records import RECORDS
from tests.faults.review import REVIEW
from tests.faults.running import PASSED, ROOT, copied_tree, run_tests, verdict_on

FAULTS = (*REVIEW, *RECORDS, *DOORS)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description="Do the tests notice a lost rule?")
    parser.add_argument("names", nargs="*", metavar="NAME", help="faults to try; all where none is named")
    parser.add_argument("--check", action="store_true", help="only whether the table still fits the code")
    parser.add_argument("--trust", action="store_true", help="believe that the tests pass without a fault")
    parser.add_argument("--jobs", type=int, default=1, help="how many copies of the tree to try in at once")
    options = parser.parse_args(arguments)
    known = {fault.name: fault for fault in FAULTS}
    if len(known) < len(FAULTS) or (unknown := set(options.names) - known.keys()):
        parser.error(f"no such fault: {', '.join(sorted(unknown))}" if len(known) == len(FAULTS) else "a name twice")
    chosen = [known[name] for name in options.names] or FAULTS
    stale = [problem for fault in chosen if (problem := _problem(fault))]
    for problem in stale:
        print(f"not applicable  {problem}")
    if options.check or stale:
        print(f"{len(chosen)} faults, {len(stale)} that do not apply any more")
        return bool(stale)
    os.nice(10)  # people work on this machine
    verdicts = _try_all(chosen, options.jobs, trust=options.trust)
    print(", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items())))
    return verdicts.keys() != {"killed"}


def _problem(fault: Fault) -> str:
    try:
        fault.changed(ROOT)
    except NotApplicable as problem:
        return str(problem)
    return ""


def _try_all(chosen: Sequence[Fault], jobs: int, *, trust: bool) -> Counter[str]:
    """Verdict → how many. A fault is no proof where its tests fail without it: they run once as they are."""
    trees: SimpleQueue[Path] = SimpleQueue()

    def borrowed(work: Callable[[Path], tuple[Any, str]]) -> tuple[Any, str]:
        tree = trees.get()
        try:
            return work(tree)
        finally:
            trees.put(tree)

    with ExitStack() as stack:
        for _ in range(jobs):
            trees.put(stack.enter_context(copied_tree()))
        pool = stack.enter_context(ThreadPoolExecutor(jobs))
        files = sorted({test for fault in chosen for test in fault.tests if not trust})
        answers = pool.map(lambda name: borrowed(lambda tree: run_tests(tree, [name])), files)
        red = {name: said for name, (code, said) in zip(files, answers, strict=True) if code != PASSED}
        for name, said in red.items():
            print(f"red as it is    {name}: {said}", flush=True)
        sound = [fault for fault in chosen if not red.keys() & set(fault.tests)]
        verdicts = Counter({"untried, with red tests": len(chosen) - len(sound)} if red else {})
        answers = pool.map(lambda fault: borrowed(lambda tree: verdict_on(fault, tree)), sound)
        for fault, (verdict, said) in zip(sound, answers, strict=True):
            print(f"{verdict:<9} {fault.name}: {said or fault.why}", flush=True)
            verdicts[verdict] += 1
    return verdicts


if __name__ == "__main__":
    sys.exit(main())
