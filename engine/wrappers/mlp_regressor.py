"""MLPRegressor: a network of dense layers that predicts numbers, in scikit-learn's words.

    loss = ½·Σ over the outputs (prediction − target)²

scikit-learn: ``sklearn.neural_network.MLPRegressor`` 1.9, as for :class:`MLPClassifier`.  The loss
is the one that its gradient belongs to; its ``loss_curve_`` has the mean over the outputs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import RegressorMixin
from sklearn.metrics import r2_score

from engine.wrappers.mlp_estimator import MLPEstimator
from engine.wrappers.number_targets import NumberTargets

Array = npt.NDArray[Any]


class MLPRegressor(RegressorMixin, MLPEstimator):  # type: ignore[misc]
    """A multi-layer perceptron that predicts numbers.

    Parameters
    ----------
    hidden_layer_sizes, activation, solver, alpha, batch_size, learning_rate_init, max_iter, \
    shuffle, random_state, tol, verbose, warm_start, momentum, nesterovs_momentum, \
    early_stopping, validation_fraction, beta_1, beta_2, epsilon, n_iter_no_change, dropout, \
    callbacks
        As in :class:`MLPClassifier`; the score of early_stopping is R².

    Attributes
    ----------
    model_, n_features_in_, feature_names_in_, n_outputs_, coefs_, intercepts_, n_layers_, \
    out_activation_, loss_curve_, loss_, best_loss_, validation_scores_, best_validation_score_, \
    n_iter_, t_
        As in :class:`MLPClassifier`.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.linspace(-1, 1, 40)[:, np.newaxis]
    >>> regressor = MLPRegressor(
    ...     (16,), "tanh", learning_rate_init=0.05, max_iter=1000, random_state=1
    ... )
    >>> bool(regressor.fit(x, x[:, 0] ** 2).score(x, x[:, 0] ** 2) > 0.9)
    True
    """

    _numeric = True

    def _as_targets(self, y: Any) -> Array:
        return np.asarray(y)

    def _read_targets(self, y: Array, classes: Any) -> None:
        self._targets = NumberTargets(y)

    def _loss_factor(self) -> float:
        # Keras takes the mean over the outputs of a row.
        return float(self.n_outputs_) / 2

    def _score_of(self, outputs: Array, y: Array, weights: Array | None) -> float:
        predicted = self._targets.predictions(outputs)
        if not np.isfinite(predicted).all():
            return float("nan")
        return float(r2_score(y, predicted, sample_weight=weights))

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> MLPRegressor:
        """Train for one epoch more, with a new network if there is none."""
        self._fit(X, y, sample_weight, incremental=True)
        return self

    def predict(self, X: Any) -> Array:
        """The numbers predicted for each row."""
        outputs = self._outputs(X)
        return np.asarray(self._targets.predictions(outputs))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
