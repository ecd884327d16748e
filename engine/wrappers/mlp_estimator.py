"""What MLPClassifier and MLPRegressor share: scikit-learn's parameters, the engine's training.

    loss = Σ weight·loss of a row / Σ weight  +  ½·alpha·Σ kernel² / Σ weight

over the rows of a batch.  In a batch of all rows that is exact, so that a weight of 2 is a row
twice; a smaller batch is divided by its number of rows times the mean weight of all rows.

scikit-learn: ``sklearn.neural_network`` 1.9; the loss and its gradient are those of ``_backprop``.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.utils.validation import check_is_fitted, validate_data

from engine.callbacks import Callback
from engine.models import NonFiniteError
from engine.optimizers.optimizer import checked_number
from engine.wrappers.callbacks_for import callbacks_for
from engine.wrappers.default_network import output_and_loss
from engine.wrappers.mlp_attributes import MLPAttributes
from engine.wrappers.mlp_network import SCIKIT_LEARN, mlp_network, mlp_optimizer, set_penalty
from engine.wrappers.mlp_progress import Progress
from engine.wrappers.mlp_settings import check_settings, rows_of_a_batch
from engine.wrappers.row_weights import checked_sample_weight
from engine.wrappers.seeds import drawing_from, seed_of
from engine.wrappers.unknown_parameters import explaining

Array = npt.NDArray[Any]


class MLPEstimator(MLPAttributes, BaseEstimator):  # type: ignore[misc]
    """Base of both."""

    _targets: Any
    _l2: float

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
        dropout: Any = 0.0,
        callbacks: Any = None,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate_init = learning_rate_init
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.n_iter_no_change = n_iter_no_change
        self.dropout = dropout
        self.callbacks = callbacks

    # --- what the two differ in ---------------------------------------------------------------

    _numeric = False

    def _as_targets(self, y: Any) -> Array:
        raise NotImplementedError

    def _read_targets(self, y: Array, classes: Any) -> None:
        raise NotImplementedError

    def _weighted(self, y: Array, numbers: Array, sample_weight: Array | None) -> Array | None:
        return sample_weight

    def _loss_factor(self) -> float:
        """By how much scikit-learn's loss is larger than Keras's."""
        raise NotImplementedError

    def _strata(self, numbers: Array) -> Array | None:
        return None

    def _score_of(self, outputs: Array, y: Array, weights: Array | None) -> float:
        raise NotImplementedError

    # --- training -----------------------------------------------------------------------------

    def _held_back(self, X: Array, numbers: Array) -> tuple[Array, Array]:
        """The places of the rows to train on, and of those to score on."""
        fraction = checked_number("validation_fraction", self.validation_fraction, 0.0, 1.0)
        strata = self._strata(numbers)
        needed = 2 if strata is None else len(np.unique(strata))
        held_back = math.ceil(fraction * len(X))
        if not needed <= held_back <= len(X) - needed:
            raise ValueError(
                f"Expected validation_fraction to hold back at least {needed} rows, and to leave "
                f"as many. Received: validation_fraction={fraction} of {len(X)} rows"
            )
        train, held = train_test_split(
            np.arange(len(X)), test_size=held_back, random_state=self.seed_, stratify=strata
        )
        return train, held

    def _fit(
        self, X: Any, y: Any, sample_weight: Any, incremental: bool, classes: Any = None
    ) -> Any:
        self._optimizer()
        check_settings(self)
        again = hasattr(self, "model_") and (incremental or bool(self.warm_start))
        X, y = validate_data(
            self,
            X,
            y,
            dtype=(np.float64, np.float32),
            multi_output=True,
            y_numeric=self._numeric,
            reset=not again,
        )
        y = self._as_targets(y)
        if not again:
            self._read_targets(y, classes)
            self.n_outputs_ = self._targets.outputs
        numbers = self._targets.numbers(y)
        weights = self._weighted(y, numbers, checked_sample_weight(sample_weight, len(X)))
        if weights is not None and not weights.all():
            counted = weights > 0
            X, y, numbers, weights = X[counted], y[counted], numbers[counted], weights[counted]
        if not again:
            self.seed_ = seed_of(self.random_state)
        score = None
        if self.early_stopping:
            if incremental:
                raise ValueError(
                    "Expected early_stopping=False: partial_fit holds no rows back. "
                    "Received: early_stopping=True"
                )
            train, held = self._held_back(X, numbers)
            own = None if weights is None else weights[held]
            X_held, y_held = X[held], y[held]

            def score() -> float:
                return self._score_of(self.model_.predict(X_held, verbose=0), y_held, own)

            X, numbers = X[train], numbers[train]
            weights = None if weights is None else weights[train]
        self._train(X, numbers, weights, score, again, incremental)
        return self

    def _train(
        self,
        X: Array,
        numbers: Array,
        weights: Array | None,
        score: Any,
        again: bool,
        incremental: bool,
    ) -> None:
        batch = rows_of_a_batch(self.batch_size, len(X))
        if self.batch_size != "auto" and self.batch_size > len(X):
            warnings.warn(
                f"Expected batch_size to be at most {len(X)}, the rows to train on, which are one "
                f"batch now. Received: batch_size={self.batch_size}",
                stacklevel=4,
            )
        mean = 1.0 if weights is None else float(weights.mean())
        l2 = float(self.alpha) / (2 * batch * mean)
        with drawing_from(self.seed_):
            if not again:
                self._make(X, l2)
            elif l2 != self._l2:
                set_penalty(self.model_, l2)
            self._l2 = l2
            if not (again and incremental):
                _, loss = output_and_loss(self._targets.kind)
                self.model_.compile(self._optimizer(), loss)
        factor = self._loss_factor()
        if factor != 1 or weights is not None:
            weights = np.full(len(X), factor) if weights is None else weights * (factor / mean)
        progress = self._progress
        progress.watch(float(self.tol), float(self.n_iter_no_change), score)
        before = len(progress.losses)
        epochs = 1 if incremental else self.max_iter
        try:
            with drawing_from(self.seed_):
                self.model_.fit(
                    X,
                    numbers,
                    batch_size=batch,
                    epochs=epochs,
                    verbose=int(self.verbose),
                    callbacks=[progress, *self._callbacks()],
                    shuffle=bool(self.shuffle),
                    sample_weight=weights,
                )
        except NonFiniteError as error:
            raise ValueError(
                "Expected the training to end with finite weights: scale the features, or take a "
                f"smaller learning_rate_init. Received: {error}"
            ) from error
        except KeyboardInterrupt:
            warnings.warn("Training was interrupted: the epochs so far count.", stacklevel=4)
            progress.on_train_end()
        self.n_iter_ = len(progress.losses) - before
        self.t_ += self.n_iter_ * len(X)
        if not all(np.isfinite(w).all() for w in self.model_.get_weights()):
            raise ValueError(
                "Expected the training to end with finite weights: scale the features, or take a "
                f"smaller learning_rate_init. Received: weights that are not finite after "
                f"{self.n_iter_} epochs"
            )
        if self.n_iter_ == self.max_iter and not progress.stopped and not incremental:
            warnings.warn(
                f"Expected the training to stop making progress within {self.max_iter} epochs: "
                "take a larger max_iter, or a larger tol. "
                f"Received: a loss of {progress.losses[-1]:g}, still falling",
                ConvergenceWarning,
                stacklevel=4,
            )

    def _make(self, X: Array, l2: float) -> None:
        """A new network, and an empty record."""
        ending, _ = output_and_loss(self._targets.kind)
        self.model_ = mlp_network(
            X.shape[1],
            self.n_outputs_,
            ending,
            l2,
            X.dtype.name,
            hidden_layer_sizes=self.hidden_layer_sizes,
            activation=self.activation,
            dropout=self.dropout,
        )
        self.out_activation_ = SCIKIT_LEARN.get(ending or "linear", ending)
        self._progress = Progress()
        self.t_ = 0

    def _optimizer(self) -> Any:
        return mlp_optimizer(
            self.solver,
            self.learning_rate_init,
            momentum=self.momentum,
            nesterovs_momentum=self.nesterovs_momentum,
            beta_1=self.beta_1,
            beta_2=self.beta_2,
            epsilon=self.epsilon,
        )

    def _callbacks(self) -> list[Callback]:
        return callbacks_for("fit", self.callbacks, {})

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        """Train a new network; with `warm_start` the last one goes on, with a new optimizer.

        Parameters
        ----------
        X, y
            Rows of features and their targets.
        sample_weight
            A weight ≥ 0 for each row.  Rows of weight 0 are left out.
        """
        return self._fit(X, y, sample_weight, incremental=False)

    def _outputs(self, X: Any) -> Array:
        """The network's outputs for rows of features."""
        check_is_fitted(self, "model_")
        X = validate_data(self, X, dtype=(np.float64, np.float32), reset=False)
        return np.asarray(self.model_.predict(X, verbose=0))
