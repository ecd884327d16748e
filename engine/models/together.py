"""Many fits, or many evaluations, in compiled calls on all processors.

The kernel is :func:`engine.kernels.many.run`; this file lays out what it reads.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from engine.kernels import fields, many
from engine.kernels.compiler import announced
from engine.kernels.machine import processors
from engine.kernels.memory import LINE, REGISTER, ROWS_BEYOND, Array, address, aligned, rows_apart
from engine.kernels.share import threads
from engine.models.run import SLICE_SECONDS, TRAINED, Run
from engine.models.threads import all_at_once

SOURCES = fields.FROM_X, fields.FROM_Y, fields.FROM_TARGETS, fields.FROM_WEIGHTS
"""Where rows to train on are taken from, in the order of :data:`engine.models.run.TRAINED`."""


def go_through(run: Run, plans: Array, tell: Callable[[int], None]) -> None:
    """Run the fits of the rows of `plans`, which are plans of `run`; `tell` how many are done."""
    program, tables = run.program, run.tables()
    team = min(threads(processors()), len(plans))
    spaces = [_Workspace(run, plans) for _ in range(team)]
    taken, frames = np.zeros(LINE, np.int64), rows_apart(team, fields.PLAN_LENGTH, "int64")
    with announced(many.run, program.dtype):
        many.run(0, taken, plans, frames[0], spaces[0].plan, *tables, program.parameters)
    batches = max(1, int(0.02 / (1e-6 + run.work / 1e10)))
    while (done := _done(taken, plans, frames)) < len(plans):
        tell(done)
        start = time.perf_counter()
        calls = [
            (batches, taken, plans, frame, space.plan, *tables, program.parameters)
            for frame, space in zip(frames, spaces, strict=True)
        ]
        all_at_once(many.run, calls)
        factor = min(8.0, SLICE_SECONDS / (time.perf_counter() - start))
        batches = max(1, int(batches * factor))


def _done(taken: Array, plans: Array, frames: Array) -> int:
    """How many fits are complete: those that were begun, but for those that threads are at."""
    busy = frames[:, fields.EPOCH] < frames[:, fields.EPOCHS]
    return min(int(taken[0]), len(plans)) - int(busy.sum())


class _Workspace:
    """What a thread writes to: a plan with the fields of its buffers, and the buffers."""

    def __init__(self, run: Run, plans: Array) -> None:
        program = run.program
        self.plan, self.kept = program.workspace(training=True)
        widths = program.inputs, int(run.plan[fields.LABELS]), int(run.plan[fields.LABELS]), 1
        most = int(plans[:, fields.TRAIN_ROWS].max())
        buffers: dict[int, int] = {fields.SUMS: run.sums.size, fields.ASIDE: run.aside.size}
        for source, target, width in zip(SOURCES, TRAINED, widths, strict=True):
            if plans[:, source].any():
                buffers[target] = (most + ROWS_BEYOND) * width + REGISTER
        for place, size in buffers.items():
            values = aligned(size, program.dtype)
            self.plan[place] = address(values)
            self.kept.append(values)
        if fields.TRAIN_TARGETS not in buffers:
            self.plan[fields.TRAIN_TARGETS] = self.plan[fields.TRAIN_Y]


def tiled(run: Run, count: int, parameters: list[Array]) -> tuple[Array, Array]:
    """Plans like that of `run` for networks with these parameters, and their histories."""
    histories = np.zeros((count, *run.history.shape), run.history.dtype)
    plans = np.tile(run.plan, (count, 1))
    plans[:, fields.WEIGHTS] = [address(values) for values in parameters]
    plans[:, fields.HISTORY] = [address(values) for values in histories]
    return plans, histories


def nothing(done: Any) -> None:
    """Tell nobody."""
