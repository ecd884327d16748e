"""`python -m benchmarks.crossover`: from which size on a layer is worth a team of threads.

Each network is trained with the instructions for one thread and with those for a team, rounds
interleaved; the time is that of the compiled call.  `engine.kernels.large.LARGE` is set where the
team begins to win.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

import engine
from benchmarks.clock import clocked
from benchmarks.commands import at_least_one, stoppable
from benchmarks.table import shown_seconds
from engine.kernels import large
from engine.models import run

NETWORKS: tuple[tuple[tuple[int, ...], int], ...] = (
    ((64, 64, 10), 32),
    ((128, 64, 10), 32),
    ((128, 128, 10), 32),
    ((784, 32, 10), 32),
    ((256, 128, 10), 32),
    ((784, 64, 10), 32),
    ((256, 256, 10), 32),
    ((784, 128, 10), 32),
    ((64, 64, 64, 10), 128),
    ((128, 128, 128, 10), 128),
    ((60, 60, 2), 512),
    ((512, 512, 10), 8),
    ((512, 512, 10), 1),
    ((1024, 1024, 10), 1),
)
"""Layers, and rows of a batch."""

BATCHES = 200


def multiplications(layers: tuple[int, ...], batch: int) -> int:
    """What `large.is_large` counts, of the largest layer."""
    return max((batch + 4) * a * b for a, b in zip(layers, layers[1:], strict=False))


def model(layers: tuple[int, ...]) -> Any:
    """A compiled model with relu and softmax."""
    engine.utils.set_random_seed(0)
    hidden = [engine.layers.Dense(units, activation="relu") for units in layers[1:-1]]
    last = engine.layers.Dense(layers[-1], activation="softmax")
    made = engine.Sequential([engine.Input((layers[0],)), *hidden, last])
    made.compile("adam", "sparse_categorical_crossentropy")
    return made


def step(made: Any, batch: int, least: int) -> float:
    """Seconds of a step in the compiled call, layers being large from `least` on."""
    large.LARGE = least
    draw = np.random.default_rng(0)
    x = draw.standard_normal((batch * BATCHES, made.input_shape[1])).astype("float32")
    y = draw.integers(0, made.output_shape[1], len(x))
    with clocked() as spent:
        made.fit(x, y, batch_size=batch, verbose=0, shuffle=False)
    return spent[0] / BATCHES


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crossover", description=__doc__)
    parser.add_argument("--rounds", type=at_least_one, default=7, metavar="N", help="default 7")
    rounds = parser.parse_args(arguments).rounds
    kept = large.LARGE, run.WORK_FOR_A_TEAM
    run.WORK_FOR_A_TEAM = 0
    table = Table(title=f"large from {kept[0]:,} on")
    for column in ("layers", "batch", "counted", "one thread", "team", "one thread / team"):
        table.add_column(column, justify="right")
    try:
        with Console(stderr=True).status("training") as status:
            for layers, batch in NETWORKS:
                status.update(f"{layers}, batch {batch}")
                makers = {1 << 60: model(layers), 1: model(layers)}
                times: dict[int, list[float]] = {least: [] for least in makers}
                for number in range(rounds + 1):
                    for least, made in makers.items():
                        seconds = step(made, batch, least)
                        if number:  # the first compiles
                            times[least].append(seconds)
                alone, team = times.values()
                ratio = float(np.median(np.divide(alone, team)))
                table.add_row(
                    "-".join(map(str, layers)), str(batch),
                    f"{multiplications(layers, batch):,}", shown_seconds(float(np.median(alone))),
                    shown_seconds(float(np.median(team))), f"{ratio:.2f}",
                )  # fmt: skip
    finally:
        large.LARGE, run.WORK_FOR_A_TEAM = kept
    Console().print(table)
    return 0


if __name__ == "__main__":
    raise SystemExit(stoppable(main))
