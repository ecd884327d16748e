"""SKLearnRegressor: a model, or a function of the data, as a scikit-learn regressor.

Keras: ``keras.wrappers.SKLearnRegressor`` of 3.15.1; predictions have the targets' shape and type.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import RegressorMixin

from engine.wrappers.sklearn_estimator import SKLearnEstimator

Array = npt.NDArray[Any]


class SKLearnRegressor(RegressorMixin, SKLearnEstimator):  # type: ignore[misc]
    """A regressor that trains a fresh model in every ``fit``.

    Parameters
    ----------
    model, warm_start, model_kwargs, fit_kwargs, random_state
        As in :class:`SKLearnClassifier`; a model function gets the targets in columns.

    Attributes
    ----------
    model_, history_, loss_curve_, epoch_, n_features_in_, feature_names_in_
        As in :class:`SKLearnClassifier`.

    Examples
    --------
    >>> import numpy as np
    >>> import engine as keras
    >>> line = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    >>> line.compile(keras.optimizers.SGD(0.2), "mse")
    >>> regressor = SKLearnRegressor(line, fit_kwargs={"epochs": 200, "verbose": 0})
    >>> x = np.array([[0.0], [0.5], [1.0]])
    >>> regressor.fit(x, [1.0, 2.0, 3.0]).predict([[0.25]]).round(3).tolist()
    [1.5]
    """

    def partial_fit(
        self, X: Any, y: Any, sample_weight: Any = None, **options: Any
    ) -> SKLearnRegressor:
        """Train for one epoch more, with a new model if there is none."""
        self._partial_fit(X, y, sample_weight, options)
        return self

    def predict(self, X: Any) -> Array:
        """The numbers predicted for each row."""
        outputs = self._outputs(X)
        return np.asarray(self._targets.predictions(outputs))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
