"""`python -m keras_ref page`: a training's first steps as a page, with what Keras says.

Both engines train the tutorial, or the experiment of a file, from one seed.  The page plays the
engine's steps, number by number, and has Keras's number beside every one that Keras's own `fit`
leaves behind (:mod:`keras_ref.lockstep.keras_side`).

Exit code 0: written; 2: the command line is wrong, or Keras is missing.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

import engine
from engine.study import Recorder, Trace
from engine.study.__main__ import check_out
from engine.study.page import save_page
from keras_ref.experiment import Experiment
from keras_ref.lockstep.events import Step, Tensors
from keras_ref.lockstep.side import Request, events
from keras_ref.outputs import unwritable
from keras_ref.tutorials import TUTORIALS
from keras_ref.watch import Watcher


class _Enough(Exception):
    """The steps are recorded."""


class Recording(Watcher):
    """Traces the first steps of the first fit."""

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.recorder: Recorder | None = None

    def attach(self, model: Any, name: str) -> list[Any]:
        """Return the recorder, and a callback that ends the training."""
        self.recorder = Recorder(range(1, self.steps + 1))

        def look(step: int, logs: Any = None) -> None:
            if model.optimizer.iterations >= self.steps:
                raise _Enough

        return [self.recorder, engine.callbacks.LambdaCallback(on_train_batch_end=look)]

    def finished(self, evaluated: Mapping[str, float], predicted: Any) -> None:
        """End: the fit had no more steps."""
        raise _Enough


def traces(training: Any, seed: int, steps: int) -> list[Trace]:
    """The engine's first steps of a tutorial, by its key, or of an experiment."""
    watcher = Recording(steps)
    try:
        if isinstance(training, str):
            TUTORIALS[training].run(engine, seed, full=False, watcher=watcher)
        else:
            Experiment.from_json(training).run(engine, watcher)
    except _Enough:
        pass
    assert watcher.recorder is not None
    return watcher.recorder.traces


def of_keras(training: Any, seed: int, steps: int) -> list[Tensors]:
    """Keras's tensors of the same steps."""
    told: list[Tensors] = []
    for event in events("keras", Request(training, seed, steps)):
        if isinstance(event, Step):
            told.append(event.tensors)
            if len(told) == steps:
                break
    return told


def main(arguments: Sequence[str]) -> int:
    """Run the command line and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m keras_ref page", description=__doc__)
    parser.add_argument(
        "training", metavar="TRAINING", help=f"{', '.join(TUTORIALS)}; or an experiment's file"
    )
    parser.add_argument("--steps", type=int, default=5, metavar="N", help="default 5")
    parser.add_argument("--seed", type=int, metavar="N", help="default 42, or the experiment's")
    parser.add_argument("--out", type=Path, metavar="FILE", help="default report/TRAINING.html")
    options = parser.parse_args(arguments)
    if options.steps < 1:
        parser.error(f"Expected at least one step. Received: --steps {options.steps}")
    training: Any = options.training
    name, seed = training, 42
    if training not in TUTORIALS:
        path = Path(training)
        if not path.is_file():
            known = ", ".join(TUTORIALS)
            parser.error(f"Expected a tutorial ({known}) or a file. Received: {training}")
        try:
            experiment = Experiment.load(path)
        except ValueError as error:
            parser.error(str(error))
        training, name, seed = experiment.as_json(), path.stem, experiment.seed
    seed = seed if options.seed is None else options.seed
    options.out = options.out or Path("report") / f"{name}.html"
    if reason := unwritable(options, "out"):
        parser.error(reason)
    try:
        check_out(options.out)
    except ValueError as error:
        parser.error(str(error))
    notes = Console(stderr=True)
    with notes.status("the engine trains") as status:
        ours = traces(training, seed, options.steps)
        status.update("Keras trains")
        try:
            theirs = of_keras(training, seed, len(ours))
        except RuntimeError as error:
            notes.print(str(error), markup=False)
            return 2
    title = f"{name}: the first {len(ours)} steps, beside Keras"
    save_page(ours, options.out, title, theirs)
    size = options.out.stat().st_size
    Console().print(f"Written: {options.out}, {size / 1e6:.2f} MB", highlight=False)
    return 0
