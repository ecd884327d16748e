"""MLPClassifier: a network of dense layers, described in scikit-learn's words.

scikit-learn: ``sklearn.neural_network.MLPClassifier`` 1.9, without its solver "lbfgs" and its
schedules of the learning rate; with an activation and a dropout for each layer, class weights and
callbacks.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import accuracy_score

from engine.wrappers.class_targets import ClassTargets, all_classes, as_labels, at_least_two
from engine.wrappers.classifying import Classifying
from engine.wrappers.mlp_estimator import MLPEstimator
from engine.wrappers.outputs import probabilities
from engine.wrappers.row_weights import row_weights
from engine.wrappers.unknown_parameters import explaining

Array = npt.NDArray[Any]


class MLPClassifier(Classifying, MLPEstimator):
    """A multi-layer perceptron that tells classes.

    Parameters
    ----------
    hidden_layer_sizes
        The units of each hidden layer.
    activation
        "relu", "tanh", "logistic", "identity" or a name or function of
        :mod:`engine.activations`; or a list with one for each hidden layer.
    solver
        "adam" or "sgd".
    alpha
        ½·alpha·Σ w² over all kernels joins the sum of the losses of a batch: the penalty of
        scikit-learn's alpha, and Keras's ``L2(alpha / (2·rows of a batch))``.
    batch_size
        Rows for one update; "auto" is min(200, rows).
    learning_rate_init, momentum, nesterovs_momentum, beta_1, beta_2, epsilon
        Of the solver.
    max_iter
        The most epochs.
    shuffle
        Visit the rows in a random order: with a `random_state` the same in all epochs, as Keras.
    random_state
        An integer or a RandomState: initial weights, order of the rows, dropout and the rows to
        hold back are drawn from it.  None goes on with the generators as they are.
    tol, n_iter_no_change
        Stop when the loss has not fallen by more than tol in that many epochs.
    early_stopping, validation_fraction
        Hold back that share of the rows and stop when the score on them does not rise.
    warm_start
        Go on with the network of the last ``fit``.
    verbose
        0, 1 for a progress bar, 2 for lines.
    class_weight
        A dict from labels to weights, or "balanced".
    dropout
        The share of a hidden layer's outputs that is set to 0 in training, in [0, 1); or a list
        with one for each hidden layer.
    callbacks
        Objects of :mod:`engine.callbacks`.

    Attributes
    ----------
    model_
        The network, a :class:`engine.Sequential`.
    classes_, n_features_in_, feature_names_in_, n_outputs_
        What the data were like.
    coefs_, intercepts_, n_layers_, out_activation_
        Of the network; coefs_ and intercepts_ are copies.
    loss_curve_, loss_, best_loss_, validation_scores_, best_validation_score_, n_iter_, t_
        Of the training: by epoch, last and best; epochs, and rows seen.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> x, y = load_iris(return_X_y=True)
    >>> classifier = MLPClassifier(
    ...     (16, 8), ["tanh", "relu"], learning_rate_init=0.01, max_iter=500, random_state=1
    ... )
    >>> bool(classifier.fit(x, y).score(x, y) > 0.95)
    True
    >>> [kernel.shape for kernel in classifier.coefs_]
    [(4, 16), (16, 8), (8, 3)]
    """

    @explaining
    def __init__(
        self,
        hidden_layer_sizes: Any = (100,),
        activation: Any = "relu",
        *,
        solver: str = "adam",
        alpha: float = 0.0001,
        batch_size: Any = "auto",
        learning_rate_init: float = 0.001,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: Any = None,
        tol: float = 1e-4,
        verbose: Any = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: int = 10,
        class_weight: Any = None,
        dropout: Any = 0.0,
        callbacks: Any = None,
    ) -> None:
        super().__init__(
            hidden_layer_sizes,
            activation,
            solver=solver,
            alpha=alpha,
            batch_size=batch_size,
            learning_rate_init=learning_rate_init,
            max_iter=max_iter,
            shuffle=shuffle,
            random_state=random_state,
            tol=tol,
            verbose=verbose,
            warm_start=warm_start,
            momentum=momentum,
            nesterovs_momentum=nesterovs_momentum,
            early_stopping=early_stopping,
            validation_fraction=validation_fraction,
            beta_1=beta_1,
            beta_2=beta_2,
            epsilon=epsilon,
            n_iter_no_change=n_iter_no_change,
            dropout=dropout,
            callbacks=callbacks,
        )
        self.class_weight = class_weight

    def _as_targets(self, y: Any) -> Array:
        return as_labels(y)

    def _read_targets(self, y: Array, classes: Any) -> None:
        self._targets = ClassTargets(y, classes, one_hot=False)
        at_least_two(self._targets.classes)
        self.classes_ = self._targets.classes

    def _weighted(self, y: Array, numbers: Array, sample_weight: Array | None) -> Array | None:
        weights = row_weights(sample_weight, self.class_weight, y)
        at_least_two(self.classes_, numbers, weights)
        return weights

    def _loss_factor(self) -> float:
        # Keras takes the mean over the labels of a row, scikit-learn the sum.
        return float(self.n_outputs_) if self._targets.kind == "multilabel-indicator" else 1.0

    def _strata(self, numbers: Array) -> Array | None:
        return numbers if numbers.ndim == 1 else None

    def _score_of(self, outputs: Array, y: Array, weights: Array | None) -> float:
        predicted = self._targets.labels(probabilities(outputs, self.model_))
        return float(accuracy_score(y, predicted, sample_weight=weights))

    def partial_fit(
        self, X: Any, y: Any, sample_weight: Any = None, classes: Any = None
    ) -> MLPClassifier:
        """Train for one epoch more, with a new network if there is none.

        Parameters
        ----------
        X, y, sample_weight
            As in :meth:`fit`.
        classes
            All labels that will ever occur, in the first call; an indicator matrix says it itself.
        """
        if classes is None and not hasattr(self, "model_") and np.ndim(y) == 1:
            raise ValueError(
                "Expected classes in the first call of partial_fit: all labels that will ever "
                "occur. Received: classes=None"
            )
        classes = all_classes(classes, getattr(self, "classes_", None))
        self._fit(X, y, sample_weight, incremental=True, classes=classes)
        return self
