"""SKLearnClassifier: a model, or a function of the data, as a scikit-learn classifier.

Keras: ``keras.wrappers.SKLearnClassifier`` of 3.15.1.  Several labels for a row, probabilities and
``partial_fit`` are added; the labels also fit losses that read class numbers.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from engine.utils import to_categorical
from engine.wrappers.class_targets import ClassTargets, all_classes, as_labels, at_least_two
from engine.wrappers.classifying import Classifying
from engine.wrappers.sklearn_estimator import SKLearnEstimator

Array = npt.NDArray[Any]


class SKLearnClassifier(Classifying, SKLearnEstimator):
    """A classifier that trains a fresh model in every ``fit``.

    Parameters
    ----------
    model
        A compiled model, which is made anew with fresh weights; or a function
        ``model(X, y, **model_kwargs)`` that returns one.  The function gets one-hot labels.
    warm_start
        Go on with the model of the last ``fit``; the first one begins with the weights of `model`.
    model_kwargs
        Further arguments of the function.
    fit_kwargs
        Arguments of ``Model.fit``.
    random_state
        An integer or a RandomState: initial weights and the order of the rows are drawn from it.

    Attributes
    ----------
    model_
        The trained model.
    history_, loss_curve_
        Its loss and metrics by epoch; the loss alone.
    epoch_
        How many epochs that were.
    classes_
        The labels, sorted.
    n_features_in_, feature_names_in_
        What the features were like.

    Examples
    --------
    >>> import numpy as np
    >>> import engine as keras
    >>> from sklearn.base import clone
    >>> def network(X, y, units):
    ...     model = keras.Sequential([
    ...         keras.Input((X.shape[1],)),
    ...         keras.layers.Dense(units, "relu"),
    ...         keras.layers.Dense(y.shape[1], "softmax"),
    ...     ])
    ...     model.compile(keras.optimizers.Adam(0.05), "categorical_crossentropy")
    ...     return model
    >>> classifier = SKLearnClassifier(
    ...     network, model_kwargs={"units": 4}, fit_kwargs={"epochs": 60, "verbose": 0},
    ...     random_state=1,
    ... )
    >>> x = np.array([[0.0], [0.1], [0.9], [1.0]])
    >>> classifier.fit(x, ["low", "low", "high", "high"]).predict([[0.2], [0.8]]).tolist()
    ['low', 'high']
    >>> clone(classifier).fit_kwargs
    {'epochs': 60, 'verbose': 0}
    """

    _numeric = False

    def _as_targets(self, y: Any) -> Array:
        return as_labels(y)

    def _read_targets(self, y: Array, classes: Any) -> None:
        self._targets = ClassTargets(y, classes)
        at_least_two(self._targets.classes)
        self.classes_ = self._targets.classes

    def _check_weighted(self, numbers: Array, weights: Array | None) -> None:
        at_least_two(self.classes_, numbers, weights)

    def _shown_to_model(self, numbers: Array) -> Array:
        if numbers.ndim == 2:
            return numbers
        return np.asarray(to_categorical(numbers, len(self.classes_)))

    def _for_loss(self, numbers: Array) -> Array:
        loss = self.model_._loss
        return self._targets.for_loss(numbers, loss, self.model_._output_units())

    def partial_fit(
        self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None, **options: Any
    ) -> SKLearnClassifier:
        """Train for one epoch more; `classes` of the first call are all that will ever occur."""
        classes = all_classes(classes, getattr(self, "classes_", None))
        self._partial_fit(X, y, sample_weight, options, classes)
        return self
