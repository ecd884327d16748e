"""`python -m benchmarks`: the time of the tutorials' fits in the engine.

Each round trains every tutorial once, so that a busy moment of the machine hits all of them alike;
the table shows medians and quartiles over the rounds.  Keras's time for the same fits is measured
by ``python -m keras_ref``, in one run with the engine's.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

import engine
from keras_ref.run import Run
from keras_ref.tutorials import TUTORIALS


def steps(run: Run) -> int:
    """How many updates the fits of a run made."""
    return sum(fit.model.optimizer.iterations for fit in run.fits)


def measure(rounds: int, console: Console) -> list[dict[str, Any]]:
    """Median and quartiles of seconds and of µs per step, tutorial by tutorial."""
    seconds: dict[str, list[float]] = {key: [] for key in TUTORIALS}
    counts: dict[str, int] = {}
    for tutorial in track(TUTORIALS.values(), "compiling and warming up", console=console):
        tutorial.run(engine, 0)
    for _ in track(range(rounds), f"{rounds} rounds", console=console):
        for key, tutorial in TUTORIALS.items():
            run = tutorial.run(engine, 0)
            seconds[key].append(run.seconds)
            counts[key] = steps(run)
    results = []
    for key, times in seconds.items():
        low, median, high = np.percentile(times, [25, 50, 75])
        results.append(
            {
                "key": key,
                "steps": counts[key],
                "rounds": rounds,
                "seconds": {"quartile_1": low, "median": median, "quartile_3": high},
                "microseconds_per_step": 1e6 * median / counts[key],
            }
        )
    return results


def table(results: list[dict[str, Any]]) -> Table:
    """The results as a table."""
    view = Table(title="Fits of the tutorials in the engine (public fit calls, one thread)")
    view.add_column("tutorial")
    for column in ("steps", "fit in ms: median", "quartiles", "µs per step"):
        view.add_column(column, justify="right")
    for row in results:
        times = {name: 1000 * value for name, value in row["seconds"].items()}
        view.add_row(
            row["key"],
            f"{row['steps']:,}",
            f"{times['median']:.2f}",
            f"{times['quartile_1']:.2f} – {times['quartile_3']:.2f}",
            f"{row['microseconds_per_step']:.2f}",
        )
    return view


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, metavar="N", help="default 7")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results as JSON")
    options = parser.parse_args(arguments)
    if options.rounds < 1:
        parser.error(f"Expected at least one round. Received: --rounds {options.rounds}")
    results = measure(options.rounds, Console(stderr=True))
    Console().print(table(results))
    if options.json is not None:
        machine = {
            "processor": platform.processor() or platform.machine(),
            "cores": os.cpu_count(),
            "system": platform.platform(),
            "python": sys.version.split()[0],
            "engine": engine.__version__,
        }
        text = json.dumps({"machine": machine, "results": results}, indent=2)
        options.json.write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
