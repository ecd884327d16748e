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
from engine.kernels.share import threads
from engine.models import data
from engine.models.arguments import BATCH_SIZE, verbosity, whole
from engine.models.batches import Batches, are_batches
from engine.models.compiling import Array
from engine.models.feed import check_passes, feed
from engine.models.feeding import Feeding
from engine.models.run import WORK_FOR_A_TEAM, Rows
from engine.models.stored import is_stored, stored
from engine.models.threads import all_at_once

WORK_OF_A_SLICE = 1e10
"""Multiplications and additions in one compiled call, about."""


class Predicting(Feeding):
    """The part of a model that predicts."""

    def _features(self, x: Any) -> Array:
        shape, dtype = self._input_features(x)
        rows = data.features(x, shape, dtype)
        if not self.built:
            self.build((None, *shape))
        return rows

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: Any = None,
    ) -> Array:
        """The outputs for rows of features.

        Parameters
        ----------
        x, batch_size
            Rows of features; of ``numpy.memmap`` some batches are read at a time.  Or an iterable
            of batches (x,), with or without labels, which are not read.
        steps
            How many batches to go through; None: all.

        Shapes
            ``(rows, features)`` → ``(rows, units)``.

        Raises
        ------
        ValueError
            If `x` does not fit the model.  One without weights gets those that fit `x`.
        """
        verbose = verbosity(verbose)
        if is_stored(x) or are_batches(x) or steps is not None:
            return self._predict_pieces(x, batch_size, verbose, steps, callbacks)
        batch = whole("batch_size", batch_size, BATCH_SIZE)
        rows = self._features(x)
        batch = min(batch, len(rows))
        program = self._program()
        program.make_room(batch)
        # Slices of whole batches, short enough for Ctrl-C.
        batches = max(1, int(WORK_OF_A_SLICE / (2 * program.size * batch)))
        if not verbose and callbacks is None and len(rows) <= batch * batches:
            return outputs(program, rows, batch)
        hooks = self._heard_by(callbacks, verbose, -(-len(rows) // batch))
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

    def _heard_by(self, callbacks: Any, verbose: int, steps: int | None) -> CallbackList:
        """Who hears of so many batches."""
        bar = verbose != 0
        return CallbackList(callbacks, False, bar, self, verbose=verbose, epochs=1, steps=steps)

    def _predict_pieces(
        self, x: Any, batch_size: Any, verbose: int, steps: Any, callbacks: Any
    ) -> Array:
        """The outputs for rows that come in pieces."""
        batch = None if batch_size is None else whole("batch_size", batch_size)

        def read(x: Any, y: Any, weights: Any) -> Rows:
            rows = self._features(x)
            return Rows(rows, rows)  # predictions have no labels

        if are_batches(x):
            given: Any = Batches(x, read)
        else:
            given = stored(x, None, None, ["x"] * 3, read)
        data = feed(given, batch, None if steps is None else whole("steps", steps))
        check_passes(data, 1, "x", "steps")
        epochs = data.epochs
        assert epochs is not None
        hooks = self._heard_by(callbacks, verbose, epochs.steps)
        program, told, step = self._program(), [], 0
        hooks.on_predict_begin()
        epochs.begin()
        while (piece := epochs.next()) is not None:
            size = epochs.source.size(piece)
            program.make_room(size)
            for start in range(0, len(piece), size):
                hooks.on_predict_batch_begin(step)
                told.append(outputs(program, piece.x[start : start + size], size))
                hooks.on_predict_batch_end(step, {"outputs": told[-1]})
                step += 1
        epochs.end(step)
        hooks.on_predict_end()
        return np.concatenate(told)

    def predict_on_batch(self, x: Any) -> Array:
        """The outputs for one batch."""
        return self.predict(x, batch_size=len(self._features(x)), verbose=0)

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
    count, units = len(rows), program.units
    out = np.empty(count * units + REGISTER, program.dtype)
    with program.lock, announced(train.predict, program.dtype):
        plan = program.addresses
        if weights is not None:
            plan = plan.copy()
            plan[fields.WEIGHTS] = weights
        others = program.predicting(batch), batch, program.left_at(), units
        done = 0
        if count > batch:
            done = _predict_in_place(program, plan, rows, out, *others)
            rows = rows[done:]
        x, out_of_rest = padded(rows, program.dtype), out[done * units :]
        train.predict(plan, x, count - done, out_of_rest, *others)
    return out[: count * units].reshape(count, units)


def _predict_in_place(
    program: Program, plan: Array, rows: Array, out: Array, table: Array, batch: int, *rest: int
) -> int:
    """Predict from where `rows` are, in several threads where that pays; return how many are done.

    Kernels read beyond the rows of a batch: the last rows have to be copied to where there is room.
    """
    inputs, units = program.inputs, program.units
    beyond = ROWS_BEYOND + -(-REGISTER // inputs)
    batches = max(0, len(rows) - beyond) // batch
    flat = np.ascontiguousarray(rows[: batches * batch]).reshape(-1)
    large = flat.size * program.size >= WORK_FOR_A_TEAM * inputs
    team = threads(processors()) if large else 1
    spaces = [program.workspace(training=False) for _ in range(1, team)]
    plans = [plan, *(np.where(own != 0, own, plan) for own, _ in spaces)]
    calls, begin = [], 0
    for number, own in enumerate(plans, 1):
        end = batches * number // team * batch
        x, out_of_share = flat[begin * inputs :], out[begin * units :]
        calls.append((own, x, end - begin, out_of_share, table, batch, *rest))
        begin = end
    all_at_once(train.predict, calls)
    return begin
