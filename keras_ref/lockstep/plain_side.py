"""An ordinary float32 engine from the same seed: the readable formulas, in NumPy's order.

The initial weights, the order of the rows and the formulas are Keras's; how a sum is formed, and
how eˣ is approximated, is left to NumPy.  So what grows apart here is rounding alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.random import epoch_order, get_random_seed
from engine.study import step


def train_plainly(model: Any) -> None:
    """Give a compiled engine model a `fit` that goes through :func:`engine.study.step`."""

    def fit(
        x: Any,
        y: Any,
        batch_size: int = 32,
        epochs: int = 1,
        shuffle: bool = True,
        callbacks: Any = (),
        sample_weight: Any = None,
        class_weight: Any = None,
        validation_data: Any = None,
        validation_split: float = 0.0,
        initial_epoch: int = 0,
        **options: Any,
    ) -> Any:
        if options.get("steps_per_epoch") is not None:
            raise ValueError(
                "Expected epochs that are passes over the rows. "
                f"Received: steps_per_epoch={options['steps_per_epoch']}"
            )
        rows = model._rows(x, y, sample_weight)
        rows = model._class_weighted(rows, class_weight)
        if validation_split and validation_data is None:
            rows = rows.split(int(len(rows) * (1.0 - validation_split)))[0]
        seed = get_random_seed()
        order = epoch_order(len(rows), seed) if shuffle else np.arange(len(rows))
        model.stop_training = False
        for epoch in range(initial_epoch, epochs):
            _call(callbacks, "on_epoch_begin", epoch)
            for batch, start in enumerate(range(0, len(rows), batch_size)):
                chosen = order[start : start + batch_size]
                weights = None if rows.weights is None else rows.weights[chosen]
                _apply(model, step(model, rows.x[chosen], rows.y[chosen], weights))
                _call(callbacks, "on_train_batch_end", batch)
                if model.stop_training:
                    break
            _call(callbacks, "on_epoch_end", epoch)
            if model.stop_training:
                break
        return _NoHistory()

    model.fit = fit


class _NoHistory:
    history: dict[str, list[float]] = {}


def _call(callbacks: Any, hook: str, number: int) -> None:
    for callback in callbacks:
        getattr(callback, hook)(number, {})


def _apply(model: Any, done: Any) -> None:
    model.set_weights(done.weights)
    slots = [values for weight in done.slots for values in weight]
    views = sorted(model.optimizer.slot_views(), key=lambda view: _place(model, view))
    for (_, _, view), values in zip(views, slots, strict=True):
        view[...] = values
    model.optimizer.iterations += 1


def _place(model: Any, view: Any) -> tuple[int, int]:
    weight, slot, _ = view
    paths = [w.path for w in model._kernel_weights]
    return paths.index(weight.path), model.optimizer.slot_names.index(slot)
