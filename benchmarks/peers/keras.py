"""Keras on TensorFlow, `fit` as the tutorials call it."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import numpy as np

from benchmarks.peers.engine import Peer as EnginePeer
from benchmarks.workloads import Workload

NEEDS = ("keras", "tensorflow")


class Peer(EnginePeer):
    """A fit on a model that has been fitted before, so that nothing is traced anew."""

    def __init__(self, workload: Workload) -> None:
        from keras_ref.quiet import import_keras

        self.keras = import_keras()
        self.workload = workload
        self.model = workload.model(self.keras)
        self.start = [np.array(w) for w in self.model.get_weights()]

    def forget(self) -> None:
        """Have the optimizer begin anew, without tracing the function anew."""
        optimizer = self.model.optimizer
        if optimizer.built:
            for variable in optimizer.variables:
                if "learning_rate" not in variable.path:
                    variable.assign(np.zeros(variable.shape, variable.dtype))

    def clocked(self) -> AbstractContextManager[list[float]]:
        """Nothing compiled to tell apart."""
        return nullcontext([])
