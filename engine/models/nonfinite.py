"""What to do when the loss is no number any more: stop, and say where it came from.

Between two slices of a fit the sum of the losses is looked at; once NaN or infinite, it stays so.
Then the steps since the last copy of the weights are taken again, one by one, up to the first step
that leaves a loss or a weight that is not finite.  The step is worked out by the formulas
(:mod:`engine.study`), and the first number that is not finite names the layer::

    features → z, a of each layer → losses → gradients from the last layer on → weights

The model keeps the state from before that step.  A copy is made when it costs less than a hundredth
of the time since the last one; for models of over 64 MB, and where callbacks have changed what
would have to be repeated, there may be none to start from: then the message says what the weights
at hand show.

Keras: goes on, as this does after ``config.set_nonfinite_policy("continue")``.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import config
from engine.kernels import fields
from engine.kernels.memory import Array
from engine.models.run import Run

if TYPE_CHECKING:
    from engine.study import Trace

MOST_BYTES = 1 << 26
"""Of weights and slots that are copied."""

SHARE = 100
"""How many times longer than a copy takes is the time from one to the next, at least."""

INTERVAL = 0.1
"""Seconds from one copy to the next, unless callbacks may change something in between."""

REMEDIES = {
    "features": "Look for the row in the data, which holds a number that is not finite.",
    "labels": "Look for the row in the data, whose label or weight is not finite.",
    "output": "A smaller learning rate, clipnorm or features of a scale near 1 will likely help.",
    "loss": "Labels and features of a scale near 1 or a smaller learning rate will likely help.",
    "gradient": "clipnorm, clipvalue or labels of a scale near 1 will likely help.",
    "weights": "A smaller learning rate will likely help.",
}
"""What is likely to help, by the part that was not finite first."""


class NonFiniteError(ArithmeticError):
    """The loss of a training is NaN or infinite.

    Attributes
    ----------
    epoch, step
        Where it began: the epoch from 0, and the step in it from 1.
    layer
        The name of the layer that produced the first number that is not finite; None: no layer
        did, or it cannot be told.
    part
        What that number is: "features", "labels", "output", "loss", "gradient" or "weights"; None
        if it cannot be told.
    """

    def __init__(
        self, message: str, epoch: int, step: int, layer: str | None, part: str | None
    ) -> None:
        super().__init__(message)
        self.epoch, self.step, self.layer, self.part = epoch, step, layer, part

    def __reduce__(self) -> Any:
        return type(self), (str(self), self.epoch, self.step, self.layer, self.part)


class State:
    """A copy of everything that a step changes."""

    def __init__(self, run: Run) -> None:
        assert run.optimizer is not None
        self.plan, self.sums = run.plan.copy(), run.sums.copy()
        self.row = run.history[run.epoch : run.epoch + 1].copy()
        self.arrays = [values.copy() for values in _arrays(run)]
        self.iterations = run.optimizer.iterations

    def put_back(self, run: Run) -> None:
        """Let `run` stand where it stood."""
        assert run.optimizer is not None
        run.plan[:], run.sums[:] = self.plan, self.sums
        run.history[run.epoch : run.epoch + 1] = self.row
        run.history[run.epoch + 1 :] = 0
        for values, copy in zip(_arrays(run), self.arrays, strict=True):
            values[:] = copy
        run.optimizer.iterations = self.iterations


def _arrays(run: Run) -> list[Array]:
    """Weights and slots."""
    assert run.optimizer is not None
    return [run.program.parameters, *run.optimizer.slots]


class Watch:
    """Watches the loss of a fit.

    `changing` says that what a step depends on may change between two slices, by callbacks or by a
    new order of the rows, so that only the last slice can be repeated.
    """

    def __init__(self, model: Any, run: Run, first: int, changing: bool) -> None:
        self.model, self.run, self.first = model, run, first
        self.on = config.nonfinite_policy() == "stop"
        self.keeps = self.on and sum(a.nbytes for a in _arrays(run)) <= MOST_BYTES
        self.changing = changing
        self._copy: State | None = None
        self._taken, self._cost, self._seen = -math.inf, 0.0, 0

    def advance(self, most: int | None = None) -> None:
        """Let the run advance."""
        if self.keeps:
            now = time.perf_counter()
            if self.changing:
                self._copy = None
            if now - self._taken >= max(0.0 if self.changing else INTERVAL, SHARE * self._cost):
                self._copy = State(self.run)
                self._taken = time.perf_counter()
                self._cost = self._taken - now
        if most is None:
            self.run.advance()
        else:
            self.run.advance(most)

    def check(self) -> None:
        """Raise a NonFiniteError if the loss is not finite."""
        if self.on and not self._finite():
            self._stop()

    def _finite(self) -> bool:
        run, seen = self.run, self._seen
        end = self._seen = run.epoch
        if not run.validating and not math.isfinite(run.sums[0]):
            return False
        if seen == end or seen + 1 == end:  # far faster than by an array
            last = min(end, len(run.history) - 1)
            return math.isfinite(run.history[seen, 0]) and math.isfinite(run.history[last, 0])
        return bool(np.isfinite(run.history[seen : end + 1, 0]).all())

    def _stop(self) -> None:
        run = self.run
        trace = None
        exact = self._copy is not None and self._step_again(self._copy)
        epoch, step = self.first + run.epoch, run.step + (1 if exact else 0)
        if exact:
            part, layer, words = None, None, "where it came from cannot be told"
            with np.errstate(all="ignore"):
                batch = _batch(run)
                part, layer, words = _outside(batch, run) or (part, layer, words)
                if part is None and (trace := _traced(self.model, batch)) is not None:
                    part, layer, words = _first(trace) or (part, layer, words)
            where = f"in step {step} of {run.steps} of epoch {epoch + 1}: {words}"
            left = "The model keeps the state from before this step."
        else:
            part, layer, words = _at_hand(self.model)
            where = f"by step {step} of {run.steps} of epoch {epoch + 1}: {words}"
            left = "The model is left as it is."
        raise NonFiniteError(
            f"Expected a finite loss. Received: one that is not finite, {where}. "
            f"{REMEDIES[part] + ' ' if part else ''}The learning rate is "
            f"{self.model.optimizer.learning_rate:g}. {left} "
            'engine.config.set_nonfinite_policy("continue") goes on as Keras does.',
            epoch, step, layer, part,
        )  # fmt: skip

    def _step_again(self, start: State) -> bool:
        """Let the run stand before the step that went wrong, if it goes wrong again."""
        run, now, history = self.run, State(self.run), self.run.history.copy()
        start.put_back(run)
        target, many = int(now.plan[fields.STEPS_DONE]), 64
        while int(run.plan[fields.STEPS_DONE]) < target:
            before = State(run)
            left = target - int(run.plan[fields.STEPS_DONE])
            run.repeat(min(many, left))
            if _is_finite(run, before):
                continue
            before.put_back(run)
            if many == 1:
                self._seen = run.epoch
                return True
            many = 1
        now.put_back(run)
        run.history[:] = history
        return False


def _is_finite(run: Run, before: State) -> bool:
    """Whether losses and weights are finite after some steps."""
    first = int(before.plan[fields.EPOCH])
    losses = run.history[first : run.epoch + 1, 0]
    running = run.validating or math.isfinite(run.sums[0])
    weights = bool(np.isfinite(run.program.parameters).all())
    return running and weights and bool(np.isfinite(losses).all())


def _batch(run: Run) -> tuple[Array, Array, Array | None, Array]:
    """Features, labels, weights and row numbers of the batch to come."""
    assert run.train is not None
    rows, start = run.train.rows, int(run.plan[fields.POSITION])
    order = np.arange(len(rows)) if run.train.order is None else run.train.order
    some = order[start : start + run.batch]
    return rows.x[some], rows.y[some], None if rows.weights is None else rows.weights[some], some


def _outside(batch: tuple[Any, ...], run: Run) -> tuple[str, None, str] | None:
    """What of the data is not finite."""
    for name, values in zip(("features", "labels", "labels"), batch[:3], strict=True):
        if values is not None and not np.isfinite(values).all():
            row = batch[3][~np.isfinite(values.reshape(len(values), -1)).all(1)][0]
            words = "the features" if name == "features" else "the label or the weight"
            return name, None, f"{words} of row {row} came in so"
    return None


def _traced(model: Any, batch: tuple[Any, ...]) -> Trace | None:
    """The step by the formulas, or None for a model that they do not cover."""
    try:
        found: Trace = model.trace(*batch[:3])
    except (ValueError, TypeError, AttributeError, NotImplementedError, AssertionError, KeyError):
        return None
    return found


def _first(trace: Trace) -> tuple[str, str | None, str] | None:
    """The first number of a step that is not finite: its part, its layer and how to say it."""

    def bad(*values: Any) -> bool:
        return not all(np.isfinite(v).all() for v in values if v is not None)

    for layer in trace.layers:
        if bad(layer.z, layer.a):
            told = f"the output of layer {layer.name!r}, whose weights and input are finite"
            return "output", layer.name, told
    if bad(trace.sample_losses, trace.loss):
        return "loss", None, "the loss of outputs that are all finite"
    for layer in reversed(trace.layers):
        if bad(layer.dz, layer.dkernel, layer.dbias):
            told = f"the gradient of layer {layer.name!r}, whose weights and output are finite"
            return "gradient", layer.name, told
    for weight in trace.weights:
        if bad(weight.new):
            name = weight.name.split("/")[0]
            told = f"the weights of layer {name!r} after the update, whose gradient is finite"
            return "weights", name, told
    return None


def _at_hand(model: Any) -> tuple[str | None, str | None, str]:
    """What can be said without a state from before."""
    for layer in model.layers:
        if any(not np.isfinite(w.array).all() for w in layer.weights):
            told = f"the weights of layer {layer.name!r} are the first that are not finite now"
            return None, layer.name, f"{told}; what came first cannot be told"
    return None, None, "all weights are finite now; what came first cannot be told"
