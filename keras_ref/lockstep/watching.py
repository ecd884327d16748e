"""What watching has in common on both sides: a callback that turns a fit into events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from keras_ref.lockstep.events import (
    End,
    Epoch,
    Event,
    Start,
    Step,
    Tensors,
    dense_layers,
    weights_of,
)
from keras_ref.watch import Watcher

Send = Callable[[Event], None]


class Watching(Watcher):
    """Sends the events of every fit.

    Parameters
    ----------
    send
        Takes the events one by one.
    steps : int, optional
        Each fit ends after so many steps; None lets it go to its end.
    each_step : bool
        Whether steps are told; epochs are in any case.
    """

    def __init__(self, send: Send, steps: int | None = None, each_step: bool = True):
        self.send, self.steps, self.each_step = send, steps, each_step

    def change(self, model: Any) -> list[Any]:
        """Change how `model` will be trained; return callbacks that this needs."""
        return []

    def prepare(self, model: Any) -> None:
        """Make the tensors of `model` readable."""

    def tensors(self, model: Any) -> Tensors:
        """Return the tensors of the batch that is just done."""
        raise NotImplementedError

    def formulas(self, model: Any) -> dict[str, str]:
        """Return the formulas of the tensors, if this side knows them."""
        return {}

    def callback(self, **hooks: Any) -> Any:
        """Return the side's LambdaCallback."""
        raise NotImplementedError

    def attach(self, model: Any, name: str) -> list[Any]:
        """Tell the start, and return the callback for the rest."""
        more = self.change(model)
        if self.each_step:
            self.prepare(model)
        done = {"steps": 0, "epoch": 0}

        def epoch_begin(epoch: int, logs: Any = None) -> None:
            done["epoch"] = epoch + 1

        def batch_end(batch: int, logs: Mapping[str, Any] | None = None) -> None:
            done["steps"] += 1
            if self.each_step:
                tensors = self.tensors(model)
                running = _floats(logs)
                self.send(Step(done["steps"], done["epoch"], batch + 1, tensors, running))
            if done["steps"] == self.steps:
                model.stop_training = True

        def epoch_end(epoch: int, logs: Mapping[str, Any] | None = None) -> None:
            self.send(Epoch(epoch + 1, _floats(logs), weights_of(model)))

        layers = [layer.name for layer in dense_layers(model)]
        self.send(Start(name, weights_of(model), layers, self.formulas(model)))
        hooks: dict[str, Any] = {"on_epoch_begin": epoch_begin, "on_epoch_end": epoch_end}
        if self.each_step or self.steps is not None:
            hooks["on_train_batch_end"] = batch_end
        return [self.callback(**hooks), *more]

    def finished(self, evaluated: Mapping[str, float], predicted: Any) -> None:
        """Tell the results."""
        self.send(End(_floats(evaluated), np.array(predicted)))


def _floats(logs: Mapping[str, Any] | None) -> dict[str, float]:
    return {name: float(value) for name, value in sorted((logs or {}).items())}
