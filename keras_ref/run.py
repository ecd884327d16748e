"""What a tutorial returns for one engine: a `Run` of one or more `Fit`s."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np

from datasets import Split
from keras_ref.watch import UNWATCHED, Watcher

Tell = Callable[[str], None]


def nothing(_: str) -> None:
    """Tell nobody how far a run is."""


@dataclass(frozen=True)
class Fit:
    """One model, trained once and evaluated once.

    Attributes
    ----------
    name : str
        Which of the tutorial's fits; for sonar-cv "60-60-1 raw, fold 1", else the network.
    group : str
        What its accuracy is averaged over; for sonar-cv "60-60-1 raw", else the network.
    parameters : int
        `model.count_params()`.
    initial_weights, weights : list of arrays
        `model.get_weights()` before and after the fit.
    history : dict of lists
        `History.history`: one value per epoch.
    accuracy : float
        Of `model.evaluate` on the test part, a fraction of `samples`.
    predictions : array (samples, outputs)
        `model.predict` on the test part.
    seconds : float
        Wall clock of `model.fit` alone.
    """

    name: str
    group: str
    model: Any
    parameters: int
    initial_weights: list[np.ndarray]
    weights: list[np.ndarray]
    history: dict[str, list[float]]
    accuracy: float
    predictions: np.ndarray
    seconds: float
    split: Split

    @property
    def samples(self) -> int:
        """The number of rows of the test part."""
        return len(self.split.x_test)

    @property
    def correct(self) -> int:
        """How many rows of the test part were classified correctly."""
        return round(self.accuracy * self.samples)

    @property
    def predicted(self) -> np.ndarray:
        """Class numbers: 1 where one output is above 0.5, else the place of the largest."""
        if self.predictions.shape[1] == 1:
            return (self.predictions[:, 0] > 0.5).astype(np.int64)
        return self.predictions.argmax(axis=1)

    @property
    def true(self) -> np.ndarray:
        """Class numbers of the test part."""
        y = self.split.y_test.to_numpy()
        return y.argmax(axis=1) if y.ndim == 2 else y.astype(np.int64)


@dataclass(frozen=True)
class Run:
    """One tutorial in one engine.

    Attributes
    ----------
    size : str
        How much of the tutorial's data took part, as the table prints it.
    note : str
        What a reader should know who compares the accuracy with the published one.
    """

    key: str
    seed: int
    fits: list[Fit]
    data: str
    size: str
    note: str = ""

    @property
    def seconds(self) -> float:
        """The fit calls together."""
        return sum(fit.seconds for fit in self.fits)

    @property
    def accuracy(self) -> float:
        """The mean over all evaluation sets."""
        return float(np.mean([fit.accuracy for fit in self.fits]))

    @property
    def parameters(self) -> list[int]:
        """The parameter count of each different network, in the order of the fits."""
        return list(dict.fromkeys(fit.parameters for fit in self.fits))


class Record:
    """Notes of one model in the making: its weights before, the clock, its weights after.

    Parameters
    ----------
    model
        Compiled and built.
    name : str
        Which of the tutorial's fits it is, or the network.
    watcher : Watcher
        Who follows the fit; `fit` must be given its `callbacks`.
    """

    def __init__(self, model: Any, name: str, watcher: Watcher = UNWATCHED):
        self.model = model
        self.name = name
        self.watcher = watcher
        self.callbacks = watcher.attach(model, name)
        self.initial_weights = copies(model)
        self.seconds = 0.0

    @contextmanager
    def clock(self) -> Iterator[None]:
        """Add the time the block takes."""
        start = perf_counter()
        yield
        self.seconds += perf_counter() - start

    def finish(
        self,
        split: Split,
        history: Any,
        evaluated: Sequence[float],
        predictions: Any,
        group: str = "",
    ) -> Fit:
        """Return the notes as a `Fit`; `evaluated` are loss and accuracy."""
        loss, accuracy = evaluated
        self.watcher.finished({"loss": loss, "accuracy": accuracy}, predictions)
        return Fit(
            name=self.name,
            group=group or self.name,
            model=self.model,
            parameters=self.model.count_params(),
            initial_weights=self.initial_weights,
            weights=copies(self.model),
            history={key: [float(v) for v in values] for key, values in history.history.items()},
            accuracy=float(accuracy),
            predictions=np.array(predictions),
            seconds=self.seconds,
            split=split,
        )


def copies(model: Any) -> list[np.ndarray]:
    """Return `model.get_weights()` as arrays that later training cannot reach."""
    return [np.array(weight) for weight in model.get_weights()]
