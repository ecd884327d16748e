"""`python -m benchmarks.cross_validation`: all of tutorial 5 in the engine and in Keras.

Four configurations × 10 folds × 100 epochs.  Keras goes through the folds as the tutorial does,
which takes several minutes; the engine trains the networks of a configuration at once, through the
scikit-learn estimator.  The scores of both must be the same.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from rich.console import Console
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import datasets
import engine
from benchmarks.commands import at_least_one, ending_in, stoppable
from benchmarks.origin import origin
from benchmarks.rounds import quartiles
from benchmarks.table import shown_ratio, shown_seconds
from engine.wrappers import KerasClassifier, cross_val_score
from keras_ref.outputs import unwritable
from keras_ref.quiet import import_keras
from keras_ref.tutorials import sonar_cv

SEED = 0
RESULTS = Path("report") / "cross-validation.json"


def network(hidden: tuple[int, ...]) -> Any:
    """The tutorial's model, compiled."""
    model = sonar_cv.network(engine, hidden)
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model


def by_estimator(epochs: int) -> dict[str, list[float]]:
    """The accuracies of the folds of each configuration, trained at once."""
    frame = datasets.load_sonar()
    X, y = frame.drop(columns="Class").to_numpy(), frame["Class"].to_numpy()
    folds = StratifiedKFold(10, shuffle=True, random_state=7)
    found = {}
    for name, hidden, standardise in sonar_cv.CONFIGURATIONS:
        classifier = KerasClassifier(
            network,
            model__hidden=hidden,
            random_state=SEED,
            epochs=epochs,
            batch_size=5,
            verbose=0,
        )
        estimator = make_pipeline(StandardScaler(), classifier) if standardise else classifier
        found[name] = cross_val_score(estimator, X, y, cv=folds).tolist()
    return found


def by_keras(tell: Any) -> dict[str, list[float]]:
    """The same, as the tutorial calls Keras."""
    run = sonar_cv.run(import_keras(), SEED, full=True, tell=tell)
    found: dict[str, list[float]] = {}
    for fit in run.fits:
        found.setdefault(fit.group, []).append(fit.accuracy)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code is 1 if the scores differ."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.cross_validation", description=__doc__
    )
    parser.add_argument(
        "--rounds", type=at_least_one, default=7, metavar="N", help="of the engine; default 7"
    )
    parser.add_argument(
        "--json", type=ending_in(".json"), default=RESULTS, metavar="FILE",
        help=f"default {RESULTS}",
    )  # fmt: skip
    options = parser.parse_args(arguments)
    if reason := unwritable(options, "json"):
        parser.error(reason)
    console = Console()
    ours = by_estimator(epochs=100)
    seconds = []
    for _ in range(options.rounds):
        start = perf_counter()
        by_estimator(epochs=100)
        seconds.append(perf_counter() - start)
    with Console(stderr=True).status("Keras") as status:
        start = perf_counter()
        theirs = by_keras(status.update)
        keras_seconds = perf_counter() - start
    same = all(np.allclose(ours[name], theirs[name], rtol=0, atol=1e-6) for name in theirs)
    for name, scores in ours.items():
        console.print(f"{name:24} {np.mean(scores):.4f} (Keras {np.mean(theirs[name]):.4f})")
    middle = float(np.median(seconds))
    console.print(
        f"Engine {shown_seconds(middle)}, Keras {shown_seconds(keras_seconds)}: "
        f"{shown_ratio(keras_seconds / middle)} times. The scores of all folds "
        f"{'are the same' if same else 'DIFFER'}."
    )
    report = {
        **origin(),
        "engine_seconds": quartiles(seconds),
        "keras_seconds": keras_seconds,
        "ratio": keras_seconds / middle,
        "scores": ours,
        "same_scores": same,
    }
    options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    console.print(f"Written: {options.json}", highlight=False)
    return 0 if same else 1


if __name__ == "__main__":
    raise SystemExit(stoppable(main))
