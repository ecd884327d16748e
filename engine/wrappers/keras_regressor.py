"""KerasRegressor: a model-making function as a scikit-learn regressor.

Keras: ``scikeras.wrappers.KerasRegressor`` 0.13; predictions have the targets' type.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import RegressorMixin

from engine.wrappers.keras_estimator import KerasEstimator
from engine.wrappers.number_targets import NumberTargets

Array = npt.NDArray[Any]


class KerasRegressor(RegressorMixin, KerasEstimator):  # type: ignore[misc]
    """A regressor that trains a fresh model in every ``fit``.

    Parameters
    ----------
    model, build_fn, warm_start, random_state, optimizer, loss, metrics, batch_size, \
    validation_batch_size, verbose, callbacks, validation_split, shuffle, run_eagerly, epochs, \
    **parameters
        As in :class:`KerasClassifier`.

    Attributes
    ----------
    model_, history_, loss_curve_, target_type_, n_features_in_, feature_names_in_, n_outputs_, \
    n_outputs_expected_, X_shape_, X_dtype_, y_dtype_, y_ndim_
        As in :class:`KerasClassifier`.

    Examples
    --------
    >>> import numpy as np
    >>> import engine as keras
    >>> def line(meta):
    ...     return keras.Sequential([keras.Input((meta["n_features_in_"],)), keras.layers.Dense(1)])
    >>> regressor = KerasRegressor(
    ...     line, loss="mse", optimizer="sgd", optimizer__learning_rate=0.2,
    ...     epochs=200, random_state=1, verbose=0,
    ... )
    >>> x = np.array([[0.0], [0.5], [1.0]])
    >>> regressor.fit(x, [1.0, 2.0, 3.0]).predict([[0.25]]).round(3).tolist()
    [1.5]
    """

    _numeric = True

    def _as_targets(self, y: Any) -> Array:
        return np.asarray(y)

    def _read_targets(self, y: Array, classes: Any) -> None:
        self._targets = NumberTargets(y)

    def partial_fit(
        self, X: Any, y: Any, sample_weight: Any = None, **options: Any
    ) -> KerasRegressor:
        """Train for one epoch more, with a new model if there is none."""
        self._partial_fit(X, y, sample_weight, None, options)
        return self

    def predict(self, X: Any, **options: Any) -> Array:
        """The numbers predicted for each row; `options` go to the model's ``predict``."""
        outputs = self._outputs(X, **options)
        return np.asarray(self._targets.predictions(outputs))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
