"""`python -m benchmarks.exactness`: what it costs to add in Keras's order.

The same kernels are compiled twice: as they are, and in a copy of the engine whose compiler may
reorder, contract and approximate at will (``fastmath=True``, LLVM's "fast" flag on every
operation).  Both train the five tutorials in turns, each in a process of its own, and the time in
the compiled kernel is taken.  That the copy is free shows in its weights: they differ in their last
bits.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.commands import at_least_one, ending_in, stoppable
from benchmarks.origin import commit
from keras_ref.outputs import unwritable

ROOT = Path(__file__).parent.parent
ROOMS = ("engine", "keras_ref", "datasets", "benchmarks")
KEYS = ("pima-sgd", "sherlock-neuron", "pima-adam", "penguins", "sonar-cv")
FREE = ('error_model="numpy"', 'error_model="numpy", fastmath=True')
WIDTH = 110
LIMIT = 1.3
"""The cost that docs/parity.md promises not to exceed on any tutorial."""


def free_copy(folder: Path) -> Path:
    """Make a copy of the project whose kernels may compute in any order."""
    for room in ROOMS:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / room, folder / room, ignore=ignored)
    found = 0
    for path in (folder / "engine" / "kernels").glob("*.py"):
        source = path.read_text(encoding="utf-8")
        found += source.count(FREE[0])
        dictionary = ('{"error_model": "numpy"', '{"error_model": "numpy", "fastmath": True')
        path.write_text(source.replace(*FREE).replace(*dictionary), encoding="utf-8")
    if found < 5:
        raise RuntimeError(f"Expected five ways of compiling to set free. Received: {found}")
    return folder


class Trainer:
    """A process that trains tutorials on request and reports its times."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.exactness", "--serve"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def train(self, key: str) -> dict[str, Any]:
        """Train one tutorial: seconds in the kernel and in fit, steps, and the weights."""
        assert self.process.stdin is not None and self.process.stdout is not None
        print(key, file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("Expected a trainer that answers. Received: nothing, it has ended")
        return dict(json.loads(line))

    def close(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.wait()


def serve() -> None:
    """Train what standard input asks for and print what was measured, line by line."""
    import engine
    from benchmarks.clock import clocked
    from keras_ref.tutorials import TUTORIALS

    for line in sys.stdin:
        with clocked() as spent:
            run = TUTORIALS[line.strip()].run(engine, 42)
        weights = np.concatenate([w.ravel() for fit in run.fits for w in fit.weights])
        answer = {
            "kernel": spent[0],
            "fit": run.seconds,
            "steps": sum(fit.model.optimizer.iterations for fit in run.fits),
            "weights": weights.tolist(),
        }
        print(json.dumps(answer), flush=True)


def measure(rounds: int, console: Console) -> list[dict[str, Any]]:
    """Both builds in turns, tutorial by tutorial."""
    times: dict[str, list[tuple[float, float]]] = {key: [] for key in KEYS}
    known: dict[str, tuple[int, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        exact, free = Trainer(ROOT), Trainer(free_copy(Path(folder)))
        try:
            for key in track(KEYS, "compiling and warming up", console=console):
                ours, theirs = exact.train(key), free.train(key)
                moved = np.max(np.abs(np.subtract(ours["weights"], theirs["weights"])))
                known[key] = ours["steps"], float(moved)
            for number in track(range(rounds), f"{rounds} rounds", console=console):
                for key in KEYS:
                    pair = [exact, free] if number % 2 else [free, exact]
                    done = [trainer.train(key)["kernel"] for trainer in pair]
                    times[key].append((done[0], done[1]) if number % 2 else (done[1], done[0]))
        finally:
            exact.close()
            free.close()
    results = []
    for key, pairs in times.items():
        ours, theirs = np.array(pairs).T
        low, median, high = np.percentile(ours / theirs, [25, 50, 75])
        steps, moved = known[key]
        results.append(
            {
                "key": key,
                "steps": steps,
                "exact_us_per_step": 1e6 * float(np.median(ours)) / steps,
                "free_us_per_step": 1e6 * float(np.median(theirs)) / steps,
                "ratio": {"quartile_1": low, "median": median, "quartile_3": high},
                "weights_moved": moved,
            }
        )
    return results


def table(results: Sequence[dict[str, Any]]) -> Table:
    """The results as a table."""
    view = Table(title="Keras's order of operations and a free one: time in the kernels")
    view.add_column("tutorial")
    for column in (
        "steps",
        "exact\nµs per step",
        "free\nµs per step",
        "exact / free\nmedian",
        "quartiles",
        "max |Δ| of\nthe weights",
    ):
        view.add_column(column, justify="right")
    for row in results:
        ratio = row["ratio"]
        view.add_row(
            row["key"],
            f"{row['steps']:,}",
            f"{row['exact_us_per_step']:.3f}",
            f"{row['free_us_per_step']:.3f}",
            f"{ratio['median']:.2f}",
            f"{ratio['quartile_1']:.2f} – {ratio['quartile_3']:.2f}",
            f"{row['weights_moved']:.1e}",
        )
    return view


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code is 1 if exactness costs more than `LIMIT`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.exactness", description=__doc__)
    parser.add_argument("--rounds", type=at_least_one, default=21, metavar="N", help="default 21")
    parser.add_argument(
        "--json", type=ending_in(".json"), metavar="FILE", help="write the figures as JSON"
    )
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.serve:
        serve()
        return 0
    if reason := unwritable(options, "json"):
        parser.error(reason)
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    results = measure(options.rounds, Console(stderr=True))
    console.print(table(results))
    if options.json is not None:
        from keras_ref.versions import versions

        found = {"commit": commit(), "rounds": options.rounds, "versions": versions()}
        text = json.dumps({**found, "results": results}, indent=2)
        options.json.write_text(text + "\n", encoding="utf-8")
    dearest = max(row["ratio"]["median"] for row in results)
    console.print(f"At most {dearest:.2f} times the time of a free order; allowed: {LIMIT}.")
    return 0 if dearest <= LIMIT else 1


if __name__ == "__main__":
    raise SystemExit(stoppable(main))
