"""`python -m benchmarks.seeds`: tutorial 1 with 1,000 seeds, and what its test accuracy depends on.

The tutorial says that results vary.  All networks start from other weights and visit the rows in
another order; the data and the split stay the same.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

import datasets
import engine
from benchmarks.commands import at_least_one, ending_in, stoppable
from benchmarks.workloads import workload
from engine.pictures import plot_distribution, save_picture
from keras_ref.outputs import unwritable
from keras_ref.tutorials.pima_sgd import PUBLISHED

PICTURE = Path("report") / "thousand-seeds.png"


def scores(seeds: int) -> tuple[dict[str, Any], float, int]:
    """Test loss and accuracy of each seed, the seconds of the training, the rows of the test."""
    work = workload("pima-sgd")
    _, _, x_test, y_test = datasets.pima_sgd_split().arrays()
    model = work.model(engine)
    options = {"batch_size": work.batch, "epochs": work.epochs}
    engine.fit_many(model, work.x, work.y, seeds=[0], verbose=0, **options)
    start = perf_counter()
    fits = engine.fit_many(model, work.x, work.y, seeds=range(seeds), **options)
    seconds = perf_counter() - start
    return fits.evaluate(x_test, y_test), seconds, len(x_test)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.seeds", description=__doc__)
    parser.add_argument(
        "--seeds", type=at_least_one, default=1000, metavar="N", help="default 1000"
    )
    parser.add_argument(
        "--picture", type=ending_in(".png", ".svg", ".pdf"), default=PICTURE, metavar="FILE",
        help=f"default {PICTURE}",
    )  # fmt: skip
    options = parser.parse_args(arguments)
    if reason := unwritable(options, "picture"):
        parser.error(reason)
    told, seconds, rows = scores(options.seeds)
    accuracy = np.asarray(told["accuracy"], np.float64)
    axes = plot_distribution(
        accuracy, f"accuracy on the {rows} test rows", published=float(PUBLISHED)
    )
    axes.set_title(f"Tutorial 1 with {len(accuracy):,} seeds", fontsize=11)
    save_picture(axes, options.picture, dpi=150)
    print(
        f"{options.seeds:,} networks trained in {seconds:.2f} s. Test accuracy: median "
        f"{np.median(accuracy):.4f}, lowest {accuracy.min():.4f} (seed {accuracy.argmin()}), "
        f"highest {accuracy.max():.4f} (seed {accuracy.argmax()}).\nWritten: {options.picture}"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(stoppable(main))
