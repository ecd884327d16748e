"""The picture of `python -m benchmarks.workers`: what was measured, and what follows from it."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.estimate import Costs, costs
from engine.pictures.canvas import BLUE, GREEN, ORANGE, PURPLE

COLOURS = {"threads": BLUE, "loky": GREEN, "dask": ORANGE}
NAMES = {"threads": "threads of one process", "loky": "joblib's pool", "dask": "Dask"}
CHUNKS = {0.1: (PURPLE, ":"), 1.0: (GREEN, "--"), 10.0: (BLUE, "-")}
"""Seconds of work in a chunk, and how they are drawn."""


def draw(report: dict[str, Any]) -> Axes:
    """Left the measured speeds, right the estimate up to 1,000 workers."""
    left, right = Figure(figsize=(10.0, 4.2), layout="constrained").subplots(1, 2)
    _measured(left, report)
    _estimated(right, costs(report))
    axes: Axes = left
    return axes


def _measured(ax: Axes, report: dict[str, Any]) -> None:
    ax.plot([1, 2], [1, 2], color="black", linestyle="--", linewidth=1.2, label="as many times")
    for shift, (whose, colour) in zip((-0.02, 0.0, 0.02), COLOURS.items(), strict=True):
        some = [way for way in report["ways"].values() if way["whose"] == whose]
        speeds = [way["speed"] for way in some]
        middle = [speed["median"] for speed in speeds]
        spread = [
            [speed["median"] - speed["quartile_1"] for speed in speeds],
            [speed["quartile_3"] - speed["median"] for speed in speeds],
        ]
        places = [way["workers"] + shift for way in some]
        ax.errorbar(
            places, middle, spread, color=colour, marker="o", capsize=3.0, label=NAMES[whose]
        )
    ax.set_xticks([1, 2])
    ax.set_xlim(0.8, 2.2)
    ax.set_ylim(bottom=0)
    ax.set_xlabel("workers")
    ax.set_ylabel("times the speed of one thread")
    ax.set_title(f"Measured: {report['fits']:,} fits, {report['rounds']} rounds", fontsize=11)
    ax.legend(fontsize="small")


def _estimated(ax: Axes, one: Costs) -> None:
    workers = np.unique(np.geomspace(1, 1000, 60).astype(int))
    ax.plot(workers, workers, color="black", linestyle="--", linewidth=1.2, label="as many times")
    for seconds, (colour, dashes) in CHUNKS.items():
        m = max(1, round(seconds / one.t))
        # Twenty chunks for each worker: neither the start nor the last chunks count for much.
        speeds = [p * one.efficiency(20 * m * int(p), m, int(p)) for p in workers]
        ax.plot(workers, speeds, color=colour, linestyle=dashes, label=f"chunks of {seconds:g} s")
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlabel("workers")
    ax.set_ylabel("times the speed of one thread")
    ax.set_title("Estimated: 20 chunks for each worker", fontsize=11)
    ax.legend(fontsize="small")
