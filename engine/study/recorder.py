"""Steps of a fit, traced while it goes on.

>>> import engine, numpy as np
>>> model = engine.Sequential([engine.Input((2,)), engine.layers.Dense(1)])
>>> model.compile("sgd", "mse")
>>> recorder = Recorder(steps=[1, 4])
>>> _ = model.fit(np.ones((6, 2)), np.zeros(6), batch_size=3, epochs=2, verbose=0,
...               callbacks=[recorder])
>>> recorder.traces
[<Trace of step 1 of model ...>, <Trace of step 4 of model ...>]
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from engine.callbacks import Callback
from engine.checks.shown import shown
from engine.kernels import fields
from engine.kernels.memory import Array
from engine.study.trace import Trace


class Recorder(Callback):
    """A callback for ``fit``: it keeps a :class:`~engine.study.Trace` of some steps.

    Parameters
    ----------
    steps
        The numbers of the optimizer's steps, counted from 1.  (A model that has been trained before
        goes on counting.)

    Attributes
    ----------
    traces
        One for each step that has been made, in order.

    Raises
    ------
    TypeError, ValueError
        If `steps` are not whole numbers ≥ 1.
    """

    def __init__(self, steps: Iterable[int] = (1, 2, 3, 4, 5)) -> None:
        super().__init__()
        if isinstance(steps, str) or not isinstance(steps, Iterable):
            raise TypeError(
                "Expected steps to be a list of whole numbers, as [1, 2, 3]. "
                f"Received: {shown(steps)}"
            )
        self.steps = set()
        for step in steps:
            if isinstance(step, bool) or not isinstance(step, int | np.integer):
                raise TypeError(f"Expected steps to be whole numbers. Received: {shown(step)}")
            if step < 1:
                raise ValueError(f"Expected steps to be whole numbers ≥ 1. Received: {step}")
            self.steps.add(int(step))
        if not self.steps:
            raise ValueError("Expected at least one step. Received: steps without any")
        self.traces: list[Trace] = []

    def to_html(self, title: str | None = None) -> str:
        """A page that plays the recorded steps: :func:`engine.study.page.page`."""
        from engine.study.page import page

        if not self.traces:
            raise ValueError(
                f"Expected a Recorder that has seen one of its steps, {sorted(self.steps)[:5]} …, "
                "in model.fit(…, callbacks=[recorder]); steps count on from fit to fit. "
                "Received: one without traces"
            )
        return page(self.traces, title)

    def __repr__(self) -> str:
        """How much was recorded."""
        return f"<Recorder of {len(self.steps)} steps: {len(self.traces)} recorded>"

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Trace the step that comes next, if it is one of those."""
        from engine.study.tracing import trace

        model = self.model
        if model.optimizer.iterations + 1 in self.steps:
            x, y, weights, even = _next_batch(model._run)
            x = x.reshape(len(x), *model.input_shape[1:])
            self.traces.append(trace(model, x, y, weights, even=even))


def _next_batch(run: Any) -> tuple[Array, Array, Array | None, bool]:
    """Features, labels and weights of the batch that a fit comes to next."""
    total, plan = int(run.plan[fields.TRAIN_ROWS]), run.plan
    start = int(plan[fields.POSITION]) % total
    end = min(start + run.batch, total)

    def rows(flat: Array, width: int) -> Array:
        return flat[start * width : end * width].reshape(end - start, width).copy()

    buffers = run.train
    x = rows(buffers.flat_x, run.program.inputs)
    y = rows(buffers.flat_y, int(plan[fields.LABELS]))
    weights = None
    if buffers.flat_weights is not None:
        weights = rows(buffers.flat_weights, 1).reshape(-1)
    return x, y, weights, run._even
