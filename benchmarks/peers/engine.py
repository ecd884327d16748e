"""The engine: `fit`, as the tutorials call it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.workloads import SEED, Workload

NEEDS = ("numba",)


class Peer:
    """The whole public call: checks, buffers, order of the rows, history."""

    validates = False
    """Whether the fit validates after each epoch, if the tutorial does."""

    kernel_seconds: float | None = None
    """How much of the last fit was spent inside of the compiled call."""

    def __init__(self, workload: Workload) -> None:
        import engine

        self.keras: Any = engine
        self.workload = workload
        self.model = workload.model(self.keras)

    def prepare(self) -> None:
        """Go back to the start: not timed."""
        self.model = self.workload.model(self.keras)
        self.keras.utils.set_random_seed(SEED)

    def train(self) -> None:
        """One fit."""
        w = self.workload
        validation = w.validation if self.validates else None
        with self.clocked():
            self.model.fit(
                w.x, w.y, batch_size=w.batch, epochs=w.epochs, verbose=0, validation_data=validation
            )

    @contextmanager
    def clocked(self) -> Iterator[None]:
        """Take the time of the compiled calls, too."""
        from engine.kernels import train

        kernel, spent = train.run, [0.0]

        def run(*arguments: Any) -> None:
            start = perf_counter()
            kernel(*arguments)
            spent[0] += perf_counter() - start

        run.py_func = kernel.py_func  # type: ignore[attr-defined]
        train.run = run
        try:
            yield
        finally:
            train.run = kernel
        self.kernel_seconds = spent[0]

    def weights(self) -> list[np.ndarray]:
        """After the fit."""
        return [np.array(w) for w in self.model.get_weights()]
