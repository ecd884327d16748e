"""Keras on TensorFlow with the options that make it fastest.

`steps_per_execution` (how many steps one call of the compiled function takes) and `jit_compile`
(XLA) are searched once, before anything is timed; the best pair is reported.
"""

from __future__ import annotations

from time import perf_counter
from typing import Any

from benchmarks.peers.keras import Peer as KerasPeer
from benchmarks.workloads import Workload

NEEDS = ("keras", "tensorflow")

STEPS_PER_EXECUTION = (1, 16, 128, 1024)
ENOUGH = 4000
"""The most steps of a trial."""


class Peer(KerasPeer):
    """A fit with the best options of the search."""

    def __init__(self, workload: Workload) -> None:
        super().__init__(workload)
        per_epoch = workload.steps // workload.epochs
        epochs = max(1, min(workload.epochs, ENOUGH // per_epoch))
        trials: dict[tuple[int, bool], float] = {}
        for jit in (False, True):
            for steps in STEPS_PER_EXECUTION:
                if steps == 1 or steps < 2 * per_epoch:
                    trials[steps, jit] = self._time(steps, jit, epochs)
        steps, jit = min(trials, key=lambda pair: trials[pair])
        self.options = {"steps_per_execution": steps, "jit_compile": jit}
        self._compile(steps, jit)

    def _compile(self, steps: int, jit: bool) -> None:
        old: Any = self.model
        self.model = self.workload.model(self.keras)
        self.model.compile(
            optimizer=type(old.optimizer)(learning_rate=self.workload.learning_rate),
            loss=old.loss,
            metrics=["accuracy"],
            steps_per_execution=steps,
            jit_compile=jit,
        )

    def _time(self, steps: int, jit: bool, epochs: int) -> float:
        """Seconds of some epochs, the function having been traced before."""
        self._compile(steps, jit)
        w = self.workload
        for number in (1, epochs):
            self.prepare()
            start = perf_counter()
            self.model.fit(w.x, w.y, batch_size=w.batch, epochs=number, verbose=0)
            seconds = perf_counter() - start
        return seconds
