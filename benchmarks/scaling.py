"""`python -m benchmarks.scaling`: how the time of training grows, and how near the floor it is.

Four studies, each a row of trainings with Adam that differ in one size:

    rows    8-10-8-8-1, batch 32: a whole `fit` of one epoch, data in memory, second and later calls
    width   784-N-10, batch 32: a step
    depth   32-32-…-32-1, batch 32: a step
    batch   784-128-10: a row

A step's or row's time is that in the compiled call, on 2,048 rows (whole batches only) that are
trained on again and again.  The sizes of a study take turns, round after round; medians and
quartiles are shown.  Every timing lasts 50 ms or longer.

Beside the times stands the arithmetic's floor (:mod:`benchmarks.floor`).  It is measured in the
rounds, too.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

import engine
from benchmarks.clock import clocked
from benchmarks.commands import at_least_one, ending_in, one_of, stoppable
from benchmarks.floor import Epoch, Rates
from benchmarks.origin import origin
from benchmarks.rounds import quartiles
from benchmarks.table import shown_ratio, shown_seconds, speed
from benchmarks.workloads import SEED, Workload
from keras_ref.outputs import no_folder, unwritable

LATEST = Path("report") / "scaling.json"
PICTURES = Path("report")
WIDTH = 110
LEAST_SECONDS = 0.05
"""How long a timing lasts at least."""

POOL = 2048
"""Rows of the studies of a step and of a row."""

ALLOWED = 1.05
"""A median that lies below its floor by more than this factor shows that the floor is wrong."""


# --- studies ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Point(Epoch):
    """A training and its size on the picture's axis."""

    size: int = 0


@dataclass(frozen=True)
class Study:
    """Trainings that differ in one size; the time is that of one fit, step or row (`per`)."""

    key: str
    title: str
    axis: str
    per: str
    points: tuple[Point, ...]

    def parts(self, point: Point) -> int:
        """How many fits, steps or rows an epoch is."""
        return {"fit": 1, "step": point.steps, "row": point.rows}[self.per]


ROWS = tuple(m * 10**e for e in (2, 3, 4, 5) for m in (1, 2, 5)) + (10**6,)
WIDTHS = (8, 10, 16, 31, 32, 64, 100, 128, 256, 512, 1024, 2048)
DEPTHS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
BATCHES = (1, 2, 3, 4, 5, 8, 10, 16, 31, 32, 64, 100, 128, 256, 512, 1024)

STUDIES = {
    study.key: study
    for study in (
        Study(
            "rows", "A whole fit: 8-10-8-8-1, Adam, batch 32, 1 epoch", "rows", "fit",
            tuple(Point((8, 10, 8, 8, 1), 32, n, n) for n in ROWS),
        ),
        Study(
            "width", "A step: 784-N-10, Adam, batch 32", "N, units of the hidden layer", "step",
            tuple(Point((784, n, 10), 32, POOL, n) for n in WIDTHS),
        ),
        Study(
            "depth", "A step: 32-32-…-32-1, Adam, batch 32", "hidden layers of 32 units", "step",
            tuple(Point((32,) * (n + 1) + (1,), 32, POOL, n) for n in DEPTHS),
        ),
        Study(
            "batch", "A row: 784-128-10, Adam", "batch size (rows of a step)", "row",
            tuple(Point((784, 128, 10), n, POOL // n * n, n) for n in BATCHES),
        ),
    )
}  # fmt: skip
"""Every study by its key."""


# --- measuring ----------------------------------------------------------------------------------


def rows_for(study: Study) -> tuple[np.ndarray, np.ndarray]:
    """As many seeded rows as the study's largest training has, and labels that follow from them."""
    most, (inputs, *_, outputs) = max(p.rows for p in study.points), study.points[0].layers
    x = np.random.default_rng(SEED).standard_normal((most, inputs), np.float32)
    if outputs == 1:
        return x, (x[:, 0] > 0).astype(np.float32)
    return x, np.eye(outputs, dtype=np.float32)[x[:, :outputs].argmax(axis=1)]


class Training:
    """A point's model and its rows; the making warms up and finds how many epochs last enough."""

    def __init__(self, study: Study, point: Point, x: np.ndarray, y: np.ndarray) -> None:
        self.point, self.whole = point, study.per == "fit"
        self.parts = study.parts(point)
        self.x, self.y = x[: point.rows], y[: point.rows]
        work = Workload(
            study.key, self.x, self.y, point.layers, "adam", 0.001, point.batch, 1, tutorial=False
        )
        self.model = work.model(engine)
        self.epochs = 1
        self.train()
        while self.train() < LEAST_SECONDS:
            self.epochs *= 2

    def train(self) -> float:
        """Seconds of `epochs` fits of one epoch, or those in the kernel of one fit of `epochs`."""
        options = {"batch_size": self.point.batch, "verbose": 0}
        done = self.model.optimizer.iterations
        if self.whole:
            start = perf_counter()
            for _ in range(self.epochs):
                self.model.fit(self.x, self.y, **options)
            seconds = perf_counter() - start
        else:
            with clocked() as spent:
                self.model.fit(self.x, self.y, epochs=self.epochs, **options)
            seconds = spent[0]
        done, due = self.model.optimizer.iterations - done, self.epochs * self.point.steps
        if done != due:
            raise RuntimeError(f"Expected {due} steps. Received: {done} for {self.point}")
        return seconds

    def time(self) -> float:
        """Seconds of one fit, step or row."""
        return self.train() / (self.epochs * self.parts)


def measure(
    studies: Sequence[Study], rounds: int, tell: Callable[[str], None]
) -> tuple[Rates, dict[str, list[list[float]]]]:
    """The rates, and for each study the times of its points, each a list of `rounds` seconds."""
    rates, times = Rates(), {}
    for study in studies:
        (x, y), trainings = rows_for(study), []
        for point in study.points:
            tell(f"{study.key}: {point.size:,} is made and warmed up")
            trainings.append(Training(study, point, x, y))
        taken: list[list[float]] = [[] for _ in trainings]
        for number in range(rounds):
            tell(f"{study.key}: round {number + 1} of {rounds}")
            rates.measure()
            for training, seconds in zip(trainings, taken, strict=True):
                seconds.append(training.time())
        times[study.key] = taken
    return rates, times


def told(study: Study, rates: Rates, times: Sequence[Sequence[float]]) -> dict[str, Any]:
    """A study's part of the report; times and floors are those of one fit, step or row."""
    points = []
    for point, seconds in zip(study.points, times, strict=True):
        parts = study.parts(point)
        points.append(
            {
                "size": point.size,
                "layers": point.layers,
                "batch": point.batch,
                "rows": point.rows,
                "parameters": point.parameters,
                "threads": point.threads,
                "multiply_adds": point.multiply_adds / parts,
                "bytes": point.bytes / parts,
                "floor": {name: value / parts for name, value in rates.floor(point).items()},
                "seconds": quartiles(seconds),
                "rounds": list(seconds),
            }
        )
    names = ("key", "title", "axis", "per")
    return {**{name: getattr(study, name) for name in names}, "points": points}


# --- showing ------------------------------------------------------------------------------------


def below_floor(report: dict[str, Any]) -> list[str]:
    """What lies below its floor by more than `ALLOWED`: there must be nothing."""
    return [
        f"{study['key']} {point['size']:,}: Expected at least the floor, "
        f"{shown_seconds(point['floor']['seconds'])}. "
        f"Received: {shown_seconds(point['seconds']['median'])}"
        for study in report["studies"]
        for point in study["points"]
        if point["seconds"]["median"] * ALLOWED < point["floor"]["seconds"]
    ]


def table(report: dict[str, Any]) -> Table:
    """About five sizes of each study."""
    view = Table(title=speed(report["rates"]), title_justify="left")
    view.add_column("study")
    for column in ("size", "time", "quartiles", "floor", "times the\nfloor", "threads"):
        view.add_column(column, justify="right")
    view.add_column("what the floor is of")
    for study in report["studies"]:
        points = study["points"]
        shown = sorted({*range(0, len(points), max(1, len(points) // 4)), len(points) - 1})
        for i in shown:
            seconds, floor = points[i]["seconds"], points[i]["floor"]
            view.add_row(
                f"{study['key']}, a {study['per']}" if i == 0 else "",
                f"{points[i]['size']:,}",
                shown_seconds(seconds["median"]),
                f"{shown_seconds(seconds['quartile_1'])} – {shown_seconds(seconds['quartile_3'])}",
                shown_seconds(floor["seconds"]),
                shown_ratio(seconds["median"] / floor["seconds"]),
                str(points[i]["threads"]),
                "arithmetic" if floor["arithmetic"] >= floor["memory"] else "memory",
                end_section=i == shown[-1],
            )
    return view


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code is 1 if a time lies below its floor."""
    from benchmarks.scaling_pictures import draw
    from engine.pictures.saving import save_picture

    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.scaling",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--only", nargs="+", type=one_of(STUDIES), metavar="STUDY", help=", ".join(STUDIES)
    )
    parser.add_argument("--rounds", type=at_least_one, default=7, metavar="N", help="default 7")
    parser.add_argument(
        "--json", type=ending_in(".json"), default=LATEST, metavar="FILE", help=f"default {LATEST}"
    )
    parser.add_argument(
        "--pictures", type=Path, default=PICTURES, metavar="FOLDER", help=f"default {PICTURES}"
    )
    options = parser.parse_args(arguments)
    if reason := unwritable(options, "json") or no_folder(options.pictures):
        parser.error(reason)
    studies = [s for s in STUDIES.values() if not options.only or s.key in options.only]
    console, notes = Console(), Console(stderr=True)
    if not console.is_terminal:
        console = Console(width=WIDTH)
    with notes.status("starting") as status:
        rates, times = measure(studies, options.rounds, status.update)
    report = {
        **origin(),
        "rounds": options.rounds,
        "rates": rates.told(),
        "studies": [told(study, rates, times[study.key]) for study in studies],
    }
    options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    console.print(table(report))
    written = [options.json]
    for study in report["studies"]:
        written.append(options.pictures / f"scaling-{study['key']}.png")
        save_picture(draw(study), written[-1], dpi=150)
    console.print(f"Written: {', '.join(map(str, written))}", highlight=False, soft_wrap=True)
    wrong = below_floor(report)
    for line in wrong:
        notes.print(line, markup=False)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(stoppable(main))
