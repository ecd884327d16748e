"""scikit-learn's MLPClassifier: float32, no penalty, no shuffling, the given initial weights."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from benchmarks.workloads import Workload

NEEDS = ("sklearn",)


class Peer:
    """The class draws its own initial weights; a subclass hands it ours instead."""

    def __init__(self, workload: Workload) -> None:
        from sklearn.neural_network import MLPClassifier

        start = workload.initial_weights()
        pairs = list(zip(start[::2], start[1::2], strict=True))

        class FromGivenWeights(MLPClassifier):  # type: ignore[misc]
            def _init_coef(self, fan_in: int, fan_out: int, dtype: Any) -> Any:
                return next(self.given)

        self.make, self.pairs, self.workload = FromGivenWeights, pairs, workload
        self.x, y = workload.ordered()
        self.y = y.astype(int) if y.ndim == 1 else y.argmax(axis=1)

    def prepare(self) -> None:
        """Make the estimator: not timed."""
        w = self.workload
        plain: dict[str, Any] = {"momentum": 0.0, "nesterovs_momentum": False}
        self.model = self.make(
            w.layers[1:-1],
            solver=w.optimizer,
            alpha=0.0,
            batch_size=w.batch,
            learning_rate_init=w.learning_rate,
            max_iter=w.epochs,
            n_iter_no_change=w.epochs + 1,
            shuffle=False,
            epsilon=1e-7,
            **(plain if w.optimizer == "sgd" else {}),
        )
        self.model.given = ((k.copy(), b.copy()) for k, b in self.pairs)

    def train(self) -> None:
        """One fit; that it has not converged is no news."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.model.fit(self.x, self.y)

    def weights(self) -> list[np.ndarray]:
        """After the fit."""
        return [
            v for pair in zip(self.model.coefs_, self.model.intercepts_, strict=True) for v in pair
        ]
