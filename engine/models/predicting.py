"""predict: the outputs for rows of features.

Keras: ``keras.Model.predict``; ``predict_classes`` as Keras 2 had it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.callbacks import CallbackList
from engine.kernels import fields, train
from engine.kernels.compiler import announced
from engine.kernels.machine import processors
from engine.kernels.memory import REGISTER, ROWS_BEYOND, padded
from engine.kernels.program import Program
from engine.models import data
from engine.models.arguments import BATCH_SIZE, not_yet, verbosity, whole
from engine.models.compiling import Array
from engine.models.feeding import Feeding
from engine.models.run import WORK_FOR_A_TEAM
from engine.models.threads import all_at_once

WORK_OF_A_SLICE = 1e10
"""Multiplications and additions in one compiled call, about."""


class Predicting(Feeding):
    """The part of a model that predicts."""

    def _features(self, x: Any) -> Array:
        if not self.built:
            raise ValueError(
                "Expected a built model: give it an Input, or fit it first. "
                f"Received: model {self.name!r} without weights"
            )
        return data.features(x, *self._input_features(x))

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: Any = None,
    ) -> Array:
        """The outputs for rows of features.

        Shapes
            ``(rows, features)`` → ``(rows, units)``.

        Raises
        ------
        ValueError
            If the model has no weights yet, or `x` does not fit it.
        """
        not_yet(steps=(steps, None))
        verbose = verbosity(verbose)
        batch = whole("batch_size", batch_size, BATCH_SIZE)
        rows = self._features(x)
        batch = min(batch, len(rows))
        program = self._program()
        program.make_room(batch)
        # Slices of whole batches, short enough for Ctrl-C.
        batches = max(1, int(WORK_OF_A_SLICE / (2 * program.size * batch)))
        if not verbose and callbacks is None and len(rows) <= batch * batches:
            return outputs(program, rows, batch)
        hooks = CallbackList(
            callbacks,
            add_progbar=verbose != 0,
            model=self,
            verbose=verbose,
            epochs=1,
            steps=-(-len(rows) // batch),
        )
        if verbose:
            outputs(program, rows[:0], batch)  # compiled or loaded before the bar counts
        hooks.on_predict_begin()
        result = np.empty((len(rows), program.units), program.dtype)
        by_batch = hooks.needs_predict_batches
        per_call = batch if by_batch else batch * batches
        for start in range(0, len(rows), per_call):
            part = rows[start : start + per_call]
            if by_batch:
                hooks.on_predict_batch_begin(start // batch)
            told = result[start : start + len(part)] = outputs(program, part, batch)
            if by_batch:
                hooks.on_predict_batch_end(start // batch, {"outputs": told})
            else:
                hooks.progress(-(-(start + len(part)) // batch))
        hooks.on_predict_end()
        return result

    def predict_on_batch(self, x: Any) -> Array:
        """The outputs for one batch."""
        rows = self._features(x)
        return self.predict(rows, batch_size=len(rows), verbose=0)

    def predict_classes(self, x: Any, batch_size: int | None = None, verbose: Any = 0) -> Array:
        """The predicted classes: p > 0.5 for one output, else the place of the largest.

        Keras 2 had this method, and older tutorials call it; it returns ``(rows, 1)`` of 0 and 1
        for one output, ``(rows,)`` of class numbers for several.
        """
        p = self.predict(x, batch_size, verbose)
        return (p > 0.5).astype("int32") if p.shape[1] == 1 else p.argmax(axis=1)


def outputs(program: Program, rows: Array, batch: int, weights: int | None = None) -> Array:
    """What the kernel predicts for `rows`, taken `batch` at a time.

    `weights` is the address of other weights than the program's.
    """
    units, inputs = program.units, program.inputs
    out = np.empty(len(rows) * units + REGISTER, program.dtype)
    # Kernels read beyond their rows: behind the last ones there has to be room.
    beyond = ROWS_BEYOND + -(-REGISTER // inputs)
    in_place = max(0, len(rows) - beyond) // batch * batch
    flat = np.ascontiguousarray(rows[:in_place]).reshape(-1)
    with program.lock, announced(train.predict, program.dtype):
        plan = program.addresses
        if weights is not None:
            plan = plan.copy()
            plan[fields.WEIGHTS] = weights
        table, left_at = program.predicting(batch), program.left_at()

        def call(own: Array, x: Array, first: int, end: int) -> tuple[Any, ...]:
            return own, table, x, end - first, batch, left_at, units, out[first * units :]

        if in_place:
            threads = processors() if in_place * program.size >= WORK_FOR_A_TEAM else 1
            shares = [m * (in_place // batch) // threads * batch for m in range(threads + 1)]
            spaces = [program.workspace(training=False) for _ in shares[2:]]
            plans = [plan, *(np.where(own != 0, own, plan) for own, _ in spaces)]
            bounds = zip(plans, shares, shares[1:], strict=False)
            all_at_once(
                train.predict, [call(own, flat[a * inputs :], a, b) for own, a, b in bounds]
            )
        last = padded(rows[in_place:], program.dtype)
        train.predict(*call(plan, last, in_place, len(rows)))
    return out[: len(rows) * units].reshape(len(rows), units)
