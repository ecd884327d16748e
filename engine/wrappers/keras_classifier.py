"""KerasClassifier: a model-making function as a scikit-learn classifier.

The function returns a new model (compiled, or the estimator compiles it); ``fit`` makes one,
numbers the classes as scikit-learn does, gives the labels the form that the loss reads, and
trains.

Keras: ``scikeras.wrappers.KerasClassifier`` 0.13.
"""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from engine.wrappers.class_targets import ClassTargets, all_classes, as_labels, at_least_two
from engine.wrappers.classifying import Classifying
from engine.wrappers.keras_estimator import KerasEstimator
from engine.wrappers.row_weights import row_weights

Array = npt.NDArray[Any]


class KerasClassifier(Classifying, KerasEstimator):
    """A classifier that trains a fresh model in every ``fit``.

    Parameters
    ----------
    model
        A function that returns a new model, or a model to begin with, which is copied.  Arguments
        that it asks for are given: `meta` (a dict of the attributes below), `compile_kwargs` (the
        arguments of compile) and `params` (all parameters).  None: a hidden layer of 100 relu
        units, trained by Adam where `optimizer` is left as it is.
    build_fn
        An older name of `model`.
    warm_start
        Go on with the model of the last ``fit``; the history begins anew.
    random_state
        An integer or a RandomState: initial weights and the order of the rows are drawn from it.
        None goes on with the generators as they are.
    optimizer, loss, metrics, run_eagerly
        Names, objects or classes to compile a model with that the function returns uncompiled.
    batch_size, validation_batch_size, epochs, verbose, validation_split, shuffle
        As in ``Model.fit``; a batch size of −1 takes all rows at once.
    callbacks
        Objects or classes of :mod:`engine.callbacks`, in a list or a dict.
    class_weight
        A dict from labels to weights, or "balanced".
    **parameters
        ``model__units=8`` calls the function with ``units=8``, as ``units=8`` does; further
        ``optimizer__…``, ``loss__…``, ``metrics__…``, ``compile__…``, ``fit__…``, ``predict__…``,
        ``callbacks__…``.

    Attributes
    ----------
    model_
        The trained model.
    history_, loss_curve_
        Its loss and metrics by epoch; the loss alone.
    classes_, n_classes_
        The labels, sorted.
    target_type_
        scikit-learn's word for them: "binary", "multiclass" or "multilabel-indicator".
    n_features_in_, feature_names_in_, n_outputs_, n_outputs_expected_, X_shape_, X_dtype_, \
    y_dtype_, y_ndim_
        What the data were like.

    Examples
    --------
    >>> import numpy as np
    >>> import engine as keras
    >>> def network(units, meta):
    ...     return keras.Sequential([
    ...         keras.Input((meta["n_features_in_"],)),
    ...         keras.layers.Dense(units, "relu"),
    ...         keras.layers.Dense(1, "sigmoid"),
    ...     ])
    >>> classifier = KerasClassifier(
    ...     network, model__units=4, loss="binary_crossentropy",
    ...     optimizer="adam", optimizer__learning_rate=0.05,
    ...     epochs=60, random_state=1, verbose=0,
    ... )
    >>> x = np.array([[0.0], [0.1], [0.9], [1.0]])
    >>> classifier.fit(x, ["low", "low", "high", "high"]).predict([[0.2], [0.8]]).tolist()
    ['low', 'high']
    >>> classifier.model_.optimizer.learning_rate
    0.05
    """

    def __init__(
        self,
        model: Any = None,
        *,
        build_fn: Any = None,
        warm_start: bool = False,
        random_state: Any = None,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        metrics: Any = None,
        batch_size: int | None = None,
        validation_batch_size: int | None = None,
        verbose: Any = 1,
        callbacks: Any = None,
        validation_split: float = 0.0,
        shuffle: bool = True,
        run_eagerly: bool = False,
        epochs: int = 1,
        class_weight: Any = None,
        **parameters: Any,
    ) -> None:
        super().__init__(
            model,
            build_fn=build_fn,
            warm_start=warm_start,
            random_state=random_state,
            optimizer=optimizer,
            loss=loss,
            metrics=metrics,
            batch_size=batch_size,
            validation_batch_size=validation_batch_size,
            verbose=verbose,
            callbacks=callbacks,
            validation_split=validation_split,
            shuffle=shuffle,
            run_eagerly=run_eagerly,
            epochs=epochs,
            **parameters,
        )
        self.class_weight = class_weight

    def _as_targets(self, y: Any) -> Array:
        return as_labels(y)

    def _read_targets(self, y: Array, classes: Any) -> None:
        self._targets = ClassTargets(y, classes)
        at_least_two(self._targets.classes)
        self.classes_ = self._targets.classes
        self.n_classes_ = len(self.classes_)

    def _weighted(self, y: Array, numbers: Array, sample_weight: Array | None) -> Array | None:
        weights = row_weights(sample_weight, self.class_weight, y)
        at_least_two(self.classes_, numbers, weights)
        return weights

    def _for_loss(self, numbers: Array) -> Array:
        loss = self.model_._loss
        return self._targets.for_loss(numbers, loss, self.model_._output_units())

    def partial_fit(
        self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None, **options: Any
    ) -> KerasClassifier:
        """Train for one epoch more, with a new model if there is none.

        Parameters
        ----------
        X, y, sample_weight, **options
            As in :meth:`fit`.
        classes
            All labels that will ever occur, in the first call; without it those of `y`.
        """
        classes = all_classes(classes, getattr(self, "classes_", None))
        self._partial_fit(X, y, sample_weight, classes, options)
        return self
