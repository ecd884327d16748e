"""`python -m keras_ref fuzz`: random experiments in both engines.

Exit status 0: every promise was kept; 1: one was not; 2: wrong usage, or Keras is missing.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from keras_ref.experiment import Experiment
from keras_ref.fuzz.drawing import draw_experiment
from keras_ref.fuzz.shrinking import shrink
from keras_ref.fuzz.trial import FAILED, NOTHING, Trial, try_out
from keras_ref.lockstep.compare import APART, BITS, NEAR
from keras_ref.outputs import no_folder
from keras_ref.quiet import keras_for_command

WIDTH = 160


def main(given: Sequence[str]) -> int:
    """Run the command line."""
    options = _parse(given)
    console, errors = Console(), Console(stderr=True)
    if not console.is_terminal:
        console = Console(width=WIDTH)

    keras = keras_for_command(errors)
    if keras is None:
        return 2
    trials: list[Trial] = []
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=errors, refresh_per_second=4) as progress:
        task = progress.add_task("fuzz", total=options.count)
        for number in range(options.first, options.first + options.count):
            rng = np.random.default_rng([options.seed, number])
            trial = try_out(keras, draw_experiment(rng))
            trials.append(trial)
            console.print(_line(number, trial), highlight=False, markup=False, soft_wrap=True)
            if not trial.kept:
                progress.update(task, description="shrinking")

                def fails(candidate: Experiment, error: bool = trial.reached == FAILED) -> bool:
                    found = try_out(keras, candidate)
                    return not found.kept and (found.reached == FAILED) == error

                smallest = shrink(trial.experiment, fails)
                path = options.out / f"fuzz-{options.seed}-{number}.json"
                smallest.save(path)
                console.print(f"      shrunk to {smallest}", markup=False, soft_wrap=True)
                console.print(f"      python -m keras_ref lockstep {path}", markup=False)
                progress.update(task, description="fuzz")
            progress.advance(task)
    return _summary(console, trials)


def _line(number: int, trial: Trial) -> str:
    broken = "" if trial.kept else f"  PROMISED {trial.promised}"
    reason = f"  ({trial.reason})" if trial.reason else ""
    return f"{number:5d}  {trial.reached:9s}{broken}  {trial.experiment}{reason}"


def _summary(console: Console, found: Sequence[Trial]) -> int:
    counts = Counter((trial.promised, trial.reached) for trial in found)
    console.print()
    for promised in (BITS, NEAR, NOTHING):
        total = sum(trial.promised == promised for trial in found)
        reached = [
            f"{counts[promised, level]} {level}"
            for level in (BITS, NEAR, APART, FAILED)
            if counts[promised, level]
        ]
        if total:
            console.print(f"promised {promised:9s} {total:4d}: {', '.join(reached)}")
    broken = [trial for trial in found if not trial.kept]
    style = "bold red" if broken else "green"
    kept = len(found) - len(broken)
    console.print(f"{kept} of {len(found)} kept what was promised.", style=style)
    return 1 if broken else 0


def _parse(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m keras_ref fuzz",
        description="Train random experiments in the engine and in Keras and compare.",
        epilog="Exit status 0: every promise was kept; 1: one was not; 2: wrong usage, or Keras "
        "is missing.",
    )
    parser.add_argument("--count", type=int, default=20, metavar="N", help="how many; default 20")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="of the draws; default 0")
    parser.add_argument(
        "--first", type=int, default=0, metavar="N", help="the number of the first; default 0"
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("report"),
        metavar="FOLDER",
        help="where failing experiments are written; default report",
    )
    options = parser.parse_args(given)
    for name in ("count", "seed", "first"):
        value, least = getattr(options, name), 1 if name == "count" else 0
        if value < least:
            parser.error(f"Expected a whole number ≥ {least}. Received: --{name} {value}")
    if options.seed >= 2**32:
        parser.error(f"Expected 0 ≤ seed < 2³². Received: --seed {options.seed}")
    if reason := no_folder(options.out):
        parser.error(reason)
    return options
