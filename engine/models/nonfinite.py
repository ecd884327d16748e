"""What to do when the loss is no number any more: stop, and say where it came from.

Between two slices of a fit the sum of the losses is looked at; once NaN or infinite, it stays so.
Then the last steps are repeated (:mod:`engine.models.repeating`) up to the first that leaves a loss
or a weight that is not finite.  That step is worked out by the formulas (:mod:`engine.study`), and
the first number that is not finite names the layer::

    z, a of each layer → losses → gradients, from the last layer on → weights

The model keeps the state from before that step.  Where the steps cannot be repeated, because the
model has over 64 MB or a callback has changed something, the message says what the weights at hand
show.

Keras: goes on, as this does after ``config.set_nonfinite_policy("continue")``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import config
from engine.kernels import fields
from engine.models.repeating import Repeating
from engine.models.run import MOST_BATCHES, Run

if TYPE_CHECKING:
    from engine.study import Trace

REMEDIES = {
    "output": "A smaller learning rate, clipnorm or features of a scale near 1 will likely help. ",
    "loss": "Labels and features of a scale near 1 or a smaller learning rate will likely help. ",
    "gradient": "clipnorm, clipvalue or labels of a scale near 1 will likely help. ",
    "weights": "A smaller learning rate will likely help. ",
    None: "A smaller learning rate or features and labels of a scale near 1 may help. ",
}
"""What is likely to help, by the part that was not finite first."""

Found = tuple[str | None, str | None, str]
"""The part that was not finite first, its layer, and how to say it."""


class NonFiniteError(ArithmeticError):
    """The loss of a training is NaN or infinite.

    Attributes
    ----------
    epoch, step
        Where it began: the epoch from 0, and the step in it from 1.
    layer
        The name of the layer that produced the first number that is not finite; None if it cannot
        be told.
    part
        What of the layer that is: its "output", the "loss" of its output, its "gradient" or its
        "weights"; None if it cannot be told.
    """

    def __init__(
        self, message: str, epoch: int, step: int, layer: str | None, part: str | None
    ) -> None:
        super().__init__(message)
        self.epoch, self.step, self.layer, self.part = epoch, step, layer, part

    def __reduce__(self) -> Any:
        return type(self), (str(self), self.epoch, self.step, self.layer, self.part)


class Watch:
    """Lets a run advance, and looks at its loss.

    The run's epochs are counted from `first`; `afresh` says that each has an order of its own.
    """

    def __init__(self, model: Any, run: Run, first: int, afresh: bool) -> None:
        self.model, self.run, self.first = model, run, first
        self.on = config.nonfinite_policy() == "stop"
        self._repeating = Repeating(run, afresh, self.on)
        self._seen = 0

    def advance(self, most: int = MOST_BATCHES) -> None:
        """Let the run advance."""
        self._repeating.advance(most)

    def check(self, loss: float) -> None:
        """Raise a NonFiniteError if the loss of some batches is not finite."""
        if self.on and not math.isfinite(loss):
            self._stop()

    def check_all(self) -> None:
        """Raise a NonFiniteError if a loss since the last time is not finite."""
        run, seen = self.run, self._seen
        self._seen = run.epoch
        total = run.history[seen : run.epoch + 1, 0].sum(dtype=np.float64)
        self.check(float(total if run.validating else total + run.sums[0]))

    def _stop(self) -> None:
        run = self.run
        found: Found | None = None
        exact = self._repeating.back_before_the_wrong_step()
        step = run.step + exact
        if exact:
            with np.errstate(all="ignore"):
                found = _in_step(self.model, run)
            where, left = "in", "The model keeps the state from before this step."
        else:
            where, left = "at or before", "The model is left as it is."
        part, layer, words = found or _at_hand(self.model)
        epoch = self.first + run.epoch
        of = "" if run.steps is None else f" of {run.steps}"
        raise NonFiniteError(
            f"Expected a finite loss. Received: NaN or infinity {where} step {step}{of} "
            f"of epoch {epoch + 1}: {words}. {REMEDIES[part]}The learning rate is "
            f"{self.model.optimizer.learning_rate:g}. {left} "
            'engine.config.set_nonfinite_policy("continue") goes on as Keras does.',
            epoch, step, layer, part,
        )  # fmt: skip


def _in_step(model: Any, run: Run) -> Found | None:
    """What the next step of `run` shows; None for a model that the formulas do not cover."""
    assert run.train is not None
    rows, start = run.train.rows, int(run.plan[fields.POSITION])
    order = np.arange(len(rows)) if run.train.order is None else run.train.order
    some = order[start : start + run.batch]
    weights = None if rows.weights is None else rows.weights[some]
    try:
        return _first(model.trace(rows.x[some], rows.y[some], weights))
    except (ValueError, TypeError, AttributeError, NotImplementedError, AssertionError, KeyError):
        return None


def _first(trace: Trace) -> Found:
    """The first number of a step that is not finite."""

    def bad(*values: Any) -> bool:
        return not all(np.isfinite(v).all() for v in values if v is not None)

    outputs: list[tuple[int, str, str, bool]] = [
        (number, "weights and ", layer.name, bad(layer.z, layer.a))
        for number, layer in enumerate(trace.layers)
    ]
    outputs += [(stage.behind, "", stage.name, bad(stage.output)) for stage in trace.stages]
    # A stable sort: behind a Dense layer come those that follow it, in order.
    for _, owned, name, wrong in sorted(outputs, key=lambda told: told[0]):
        if wrong:
            told = f"the output of layer {name!r}, whose {owned}input are finite"
            return "output", name, told if owned else told.replace(" are ", " is ")
    if bad(trace.sample_losses, trace.loss):
        layer = trace.layers[-1]
        told = (
            f"the loss of the output of layer {layer.name!r}, which is finite but as large as "
            f"{np.abs(layer.a).max():.3g}"
        )
        return "loss", layer.name, told
    for layer in reversed(trace.layers):
        if bad(layer.dz, layer.dkernel, layer.dbias):
            told = f"the gradient of layer {layer.name!r}, whose weights and output are finite"
            return "gradient", layer.name, told
    for weight in trace.weights:
        if bad(weight.new):
            name = weight.name.split("/")[0]
            told = f"the weights of layer {name!r} after the update, whose gradient is finite"
            return "weights", name, told
    told = f"the sum of the epoch's losses, to which this step adds {trace.loss:.3g} for each row"
    return "loss", trace.layers[-1].name, told


def _at_hand(model: Any) -> Found:
    """What can be said without a state from before."""
    for layer in model.layers:
        if any(not np.isfinite(np.asarray(w)).all() for w in layer.weights):
            told = f"the weights of layer {layer.name!r} are the first that are not finite now"
            return None, layer.name, f"{told}; what came first cannot be told"
    return None, None, "all weights are finite now; what came first cannot be told"
