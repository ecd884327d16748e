"""`python -m benchmarks`: the engine beside its peers, each in a process of its own.

Every workload is trained by the engine and by each peer, rounds interleaved; the table shows
medians and, round by round, how many times longer a peer takes than the engine.  Before anything is
timed, every peer's final loss from the same weights, data and order is checked against that of the
engine.  Beside the larger networks stands the arithmetic's floor (:mod:`benchmarks.floor`).  Making
(import, building, searching options) and the first fit (compilation) are shown apart.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.chart import save_chart
from benchmarks.commands import at_least_one, ending_in, one_of, stoppable
from benchmarks.floor import Epoch, Rates
from benchmarks.origin import origin
from benchmarks.peers import PEERS, missing, suits
from benchmarks.rounds import Result, against, measure, quartiles
from benchmarks.table import speed, summary, table
from benchmarks.workloads import MAKERS, Workload, workload
from keras_ref.outputs import unwritable

LATEST = Path("benchmarks") / "results" / "latest.json"
WIDTH = 130


def told(work: Workload, results: dict[str, Result], rates: Rates) -> dict[str, Any]:
    """A workload's part of the report."""
    floor = rates.floor(Epoch(work.layers, work.batch, len(work.x)))["seconds"] * work.epochs
    peers: dict[str, Any] = {}
    for name, result in results.items():
        row: dict[str, Any] = {
            "seconds": quartiles(result.seconds),
            "rounds": result.seconds,
            "making": result.making,
            "first": result.first,
            "loss": result.loss,
            "options": result.options,
        }
        if result.kernel:
            row["kernel"] = quartiles(result.kernel)
        if not name.startswith("engine"):
            row["ratio"] = quartiles(against(results, name))
        peers[name] = row
    return {
        "key": work.key,
        "layers": work.layers,
        "batch": work.batch,
        "epochs": work.epochs,
        "rows": len(work.x),
        "steps": work.steps,
        "parameters": work.parameters,
        "optimizer": work.optimizer,
        "tutorial": work.tutorial,
        # A program with fixed sizes is the limit of the tutorials.
        **({} if work.tutorial else {"floor": floor}),
        "peers": peers,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code: 1 if a peer did another training."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        usage="%(prog)s [WORKLOAD ...] [--peers PEER ...] [--rounds N] [--json FILE]",
        description=__doc__,
    )
    others = list(PEERS)[1:]
    parser.add_argument(
        "workloads", nargs="*", type=one_of(MAKERS), metavar="WORKLOAD", help=", ".join(MAKERS)
    )
    parser.add_argument(
        "--peers", nargs="+", type=one_of(others), metavar="PEER",
        help=f"behind the workloads: {', '.join(others)}",
    )  # fmt: skip
    parser.add_argument("--rounds", type=at_least_one, default=7, metavar="N", help="default 7")
    parser.add_argument(
        "--json", type=ending_in(".json"), default=LATEST, metavar="FILE", help=f"default {LATEST}"
    )
    options = parser.parse_args(arguments)
    if reason := unwritable(options, "json"):
        parser.error(reason)
    console, notes = Console(), Console(stderr=True)
    if not console.is_terminal:
        console = Console(width=WIDTH)
    present = []
    for name in dict.fromkeys(options.peers or others):
        if reason := missing(name):
            notes.print(f"Skipped: {PEERS[name]}, which needs {reason}.", markup=False)
        else:
            present.append(name)
    if options.peers and not present:
        parser.error("Expected a peer that is installed. Received: none")
    report: dict[str, Any] = {**origin(), "rounds": options.rounds, "workloads": []}
    failures, rates = 0, Rates()
    with notes.status("starting") as status:
        for key in dict.fromkeys(options.workloads or MAKERS):
            work = workload(key)
            fitting = [name for name in present if suits(name, work)]
            results, failed = measure(work, fitting, options.rounds, status.update)
            for name, reason in failed.items():
                notes.print(f"{key}, {PEERS.get(name, name)}: {reason}", markup=False)
                failures += "ended with the loss" in reason
            rates.measure()
            report["workloads"].append(told(work, results, rates))
    report["rates"] = rates.told()
    console.print(table(report))
    if any(work["tutorial"] and len(work["peers"]) > 1 for work in report["workloads"]):
        console.print(summary(report))
    console.print(speed(report["rates"]), highlight=False)
    file = options.json
    file.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    picture = file.with_suffix(".png")
    save_chart(report, picture)
    console.print(f"Written: {file}, {picture}", highlight=False)
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(stoppable(main))
