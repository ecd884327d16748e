"""Taking the last steps of a fit again, to find the first that went wrong.

From time to time everything that a step changes is copied, and what each slice since then came to
is kept: how many batches, which learning rate, the sum of the losses.  Steps are deterministic, so
they can be repeated from the copy.  If a slice then comes to another sum, something else has
changed the model or the data in between, and nothing is claimed.

A copy is made when it costs less than a hundredth of the time since the last one; and of a small
model, at each piece of rows, which takes far longer to come.
"""

from __future__ import annotations

import math
import time

import numpy as np

from engine.kernels import fields
from engine.kernels.memory import Array
from engine.models.run import MOST_BATCHES, Run

MOST_BYTES = 1 << 26
"""Of weights and slots that are copied."""

FEW_BYTES = 1 << 16
"""Of weights and slots whose copy costs next to nothing."""

SHARE = 100
"""How many times longer than a copy takes is the time from one to the next, at least."""

INTERVAL = 0.1
"""Seconds from one copy to the next, within an epoch."""


def _arrays(run: Run) -> list[Array]:
    """Weights, slots, the weights' average, and how often each layer has drawn."""
    assert run.optimizer is not None
    average = run.optimizer.average
    kept = [run.program.parameters, *run.optimizer.slots, run.program.seeds]
    return kept if average is None else [*kept, average]


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
            values[...] = copy
        run.program.keep_seeds()
        run.optimizer.iterations = self.iterations


class Repeating:
    """A run that can be repeated from a short while ago.

    `afresh` says that each epoch has another order of the rows, so that none can be repeated after
    its end; nor can a piece of rows, once another has taken its place.
    """

    def __init__(self, run: Run, afresh: bool, on: bool) -> None:
        self.run, self.afresh = run, afresh
        trains = run.optimizer is not None  # else there is no state that a step could change
        size = sum(values.nbytes for values in _arrays(run)) if trains else 0
        self.on, self._small = on and trains and size <= MOST_BYTES, size <= FEW_BYTES
        self._copy: State | None = None
        self._slices: list[tuple[int, float | None, float]] = []
        self._epoch = self._piece = -1
        self._due = self._due_at_once = 0.0

    def advance(self, most: int = MOST_BATCHES) -> None:
        """Let the run advance, and remember what it came to."""
        run = self.run
        if not self.on:
            run.advance(most)
            return
        now = time.perf_counter()
        piece = run.piece != self._piece
        if now >= self._due or piece or (self.afresh and run.epoch != self._epoch):
            self._keep(now, piece and self._small)
        optimizer = run.optimizer
        assert optimizer is not None
        rate = None if optimizer.schedule is not None else optimizer.learning_rate
        batches = run.advance(most)
        self._slices.append((batches, rate, run.sums[0]))

    def _keep(self, now: float, cheap: bool) -> None:
        """Make a copy; none that would cost too much at the beginning of an epoch or a piece."""
        self._epoch, self._piece = self.run.epoch, self.run.piece
        self._copy, self._slices = None, []
        if cheap or now >= self._due_at_once:
            self._copy = State(self.run)
            then = time.perf_counter()
            self._due_at_once = then + SHARE * (then - now)
            self._due = max(then + INTERVAL, self._due_at_once)

    def back_before_the_wrong_step(self) -> bool:
        """Whether `run` could be put back to where the next step goes wrong."""
        if self._copy is None:
            return False
        run, now, history = self.run, State(self.run), self.run.history.copy()
        optimizer = run.optimizer
        assert optimizer is not None
        rate_now = optimizer.learning_rate
        self._copy.put_back(run)
        for batches, rate, total in self._slices:
            if rate is not None:
                optimizer.learning_rate = rate
            before = State(run)
            run.repeat(batches)
            same = _bits(run.sums[0]) == _bits(total)
            done = run.history[: run.epoch, 0], history[: run.epoch, 0]
            if not same or done[0].tobytes() != done[1].tobytes():
                break
            if not is_finite(run, before):
                _halve(run, before, batches)
                return True
        if optimizer.schedule is None:
            optimizer.learning_rate = rate_now
        now.put_back(run)
        run.history[:] = history
        return False


def _bits(number: float) -> bytes:
    return np.float64(number).tobytes()


def _halve(run: Run, before: State, batches: int) -> None:
    """Put `run` before the one of `batches` after `before` that goes wrong."""
    before.put_back(run)
    while batches > 1:
        half = batches // 2
        run.repeat(half)
        if is_finite(run, before):
            before = State(run)
            batches -= half
        else:
            before.put_back(run)
            batches = half


def is_finite(run: Run, before: State) -> bool:
    """Whether losses and weights are finite after some steps."""
    losses = run.history[int(before.plan[fields.EPOCH]) : run.epoch + 1, 0]
    running = run.validating or math.isfinite(run.sums[0])
    weights = bool(np.isfinite(run.program.parameters).all())
    return running and weights and bool(np.isfinite(losses).all())
