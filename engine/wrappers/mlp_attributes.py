"""What the training of an MLP estimator left: weights by layer, losses and scores by epoch.

scikit-learn: the attributes of ``MLPClassifier``.
"""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from engine.wrappers.mlp_progress import Progress

Array = npt.NDArray[Any]


class MLPAttributes:
    """The part of an estimator that tells about its network."""

    model_: Any
    _progress: Progress

    @property
    def coefs_(self) -> list[Array]:
        """The kernels, layer by layer."""
        return [w.numpy() for w in self.model_.weights if w.name == "kernel"]

    @property
    def intercepts_(self) -> list[Array]:
        """The biases, layer by layer."""
        return [w.numpy() for w in self.model_.weights if w.name == "bias"]

    @property
    def n_layers_(self) -> int:
        """How many layers, those of the inputs and outputs included."""
        return len(self.coefs_) + 1

    @property
    def loss_curve_(self) -> list[float]:
        """The loss of each epoch, penalty included."""
        return list(self._progress.losses)

    @property
    def loss_(self) -> float:
        """The loss of the last epoch."""
        return self._progress.losses[-1]

    @property
    def best_loss_(self) -> float | None:
        """The lowest loss of an epoch; None with early_stopping."""
        return None if self._progress.scores else self._progress.best_loss

    @property
    def validation_scores_(self) -> list[float] | None:
        """The score of each epoch on the rows that were held back; None without early_stopping."""
        return list(self._progress.scores) or None

    @property
    def best_validation_score_(self) -> float | None:
        """The highest of them; None without early_stopping."""
        return self._progress.best_score if self._progress.scores else None
