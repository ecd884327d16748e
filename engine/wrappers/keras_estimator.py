"""What KerasClassifier and KerasRegressor share: parameters, building, fitting, predicting.

Keras: ``scikeras.wrappers.BaseWrapper`` 0.13.  A model that is given instead of a function is
copied, so that it stays as it was.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data

from engine.callbacks import Callback
from engine.checks.shown import shown
from engine.wrappers.callbacks_for import callbacks_for
from engine.wrappers.model_making import ModelMaking
from engine.wrappers.routing import addressed
from engine.wrappers.row_weights import checked_sample_weight
from engine.wrappers.seeds import drawing_from, seed_of
from engine.wrappers.validation_rows import validation_rows

Array = npt.NDArray[Any]

_SIZES = ("batch_size", "validation_batch_size")
_TO_FIT = (*_SIZES, "epochs", "verbose", "validation_split", "shuffle")
_TO_PREDICT = ("batch_size", "verbose")


class KerasEstimator(ModelMaking):
    """Base of both."""

    _targets: Any

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
        **parameters: Any,
    ) -> None:
        super().__init__()
        self.model = model
        self.build_fn = build_fn
        self.warm_start = warm_start
        self.random_state = random_state
        self.optimizer = optimizer
        self.loss = loss
        self.metrics = metrics
        self.batch_size = batch_size
        self.validation_batch_size = validation_batch_size
        self.verbose = verbose
        self.callbacks = callbacks
        self.validation_split = validation_split
        self.shuffle = shuffle
        self.run_eagerly = run_eagerly
        self.epochs = epochs
        self._routed.update(parameters)

    # --- the first fit ------------------------------------------------------------------------

    def _told(self, X: Array, y: Array, classes: Any) -> None:
        """Keep what the first fit says about features and targets."""
        self.X_shape_, self.X_dtype_ = X.shape, X.dtype
        self.y_dtype_, self.y_ndim_ = y.dtype, y.ndim
        seen = y if classes is None else classes
        self.target_type_ = type_of_target(seen)
        self.n_outputs_ = self._targets.outputs if self._numeric else 1
        self.n_outputs_expected_ = 1

    def _start(self, X: Any, y: Any, again: bool, classes: Any = None) -> tuple[Array, Array]:
        """Check the data and, unless it is there to go on with, make the model."""
        self._check_parameters()
        X, y = validate_data(
            self, X, y, dtype="numeric", multi_output=True, y_numeric=self._numeric, reset=not again
        )
        y = self._as_targets(y)
        if again:
            return X, y
        self._read_targets(y, classes)
        self._told(X, y, classes)
        self.seed_ = seed_of(self.random_state)
        with drawing_from(self.seed_):
            self.model_ = self._new_model()
        return X, y

    _numeric = False
    """Whether targets have to be numbers."""

    def _as_targets(self, y: Any) -> Array:
        raise NotImplementedError

    def _read_targets(self, y: Array, classes: Any) -> None:
        raise NotImplementedError

    def _weighted(self, y: Array, numbers: Array, sample_weight: Array | None) -> Array | None:
        return sample_weight

    def _for_loss(self, numbers: Array) -> Array:
        return numbers

    @property
    def initialized_(self) -> bool:
        """Whether there is a model that can predict."""
        return hasattr(self, "model_")

    @property
    def current_epoch(self) -> int:
        """How many epochs the history has."""
        return len(self.history_["loss"]) if hasattr(self, "history_") else 0

    @property
    def loss_curve_(self) -> list[float]:
        """The loss of each epoch."""
        return list(self.history_["loss"])

    # --- training at once with others ---------------------------------------------------------

    seed_: int | None = None
    """From which the last fit drew; None: from the generators as they were."""

    @property
    def fits_at_once(self) -> bool:
        """Whether several may be trained by :func:`engine.fit_many`."""
        options = self._fit_options(0, callbacks=self._callbacks("fit"))
        apart = options.pop("callbacks") or options.pop("validation_split") or self.warm_start
        by_rows = 0 in (options[name] for name in _SIZES)
        return not apart and not by_rows and options.keys() <= set(_TO_FIT)

    @property
    def fit_settings(self) -> dict[str, Any]:
        """What ``Model.fit`` and :func:`engine.fit_many` are both told."""
        options = self._fit_options(0)
        return {k: v for k, v in options.items() if k != "validation_split"}

    def prepare(self, X: Any, y: Any) -> tuple[Array, Array, Array | None]:
        """Make the model; return features, labels and weights to train it on."""
        return self._rows(X, y, None, again=False)

    # --- training -----------------------------------------------------------------------------

    def initialize(self, X: Any, y: Any) -> Any:
        """Make the model and do not train it: for one that comes with its weights."""
        self._start(X, y, again=False)
        return self

    def _fit_options(self, rows: int, **options: Any) -> dict[str, Any]:
        found = {name: getattr(self, name) for name in _TO_FIT}
        routed = addressed(self._routed, "fit")
        found |= {k: v for k, v in routed.items() if not k.startswith("callbacks")} | options
        for name in _SIZES:
            if isinstance(found[name], int) and found[name] == -1:
                found[name] = rows
        return found

    def _callbacks(self, call: str) -> list[Callback]:
        return callbacks_for(call, self.callbacks, self._routed)

    def _rows(
        self, X: Any, y: Any, sample_weight: Any, again: bool, classes: Any = None
    ) -> tuple[Array, Array, Array | None]:
        """Features, labels for the loss and weights; rows of weight 0 are left out."""
        X, y = self._start(X, y, again, classes)
        numbers = self._targets.numbers(y)
        weights = self._weighted(y, numbers, checked_sample_weight(sample_weight, len(X)))
        labels = self._for_loss(numbers)
        if weights is not None and not weights.all():
            X, labels, weights = X[weights > 0], labels[weights > 0], weights[weights > 0]
        return X, labels, weights

    def _train(self, rows: tuple[Array, Array, Array | None], first: int, **options: Any) -> Any:
        X, labels, weights = rows
        options = {"callbacks": self._callbacks("fit"), "initial_epoch": first, **options}
        if weights is not None:
            options["sample_weight"] = weights
        options = self._fit_options(len(X), **options)
        options["validation_data"] = validation_rows(self, options.get("validation_data"))
        with drawing_from(self.seed_):
            history = self.model_.fit(X, labels, **options)
        if options["initial_epoch"] == 0 or not hasattr(self, "history_"):
            self.history_: dict[str, list[float]] = {}
        for name, values in history.history.items():
            self.history_.setdefault(name, []).extend(values)
        return self

    def fit(self, X: Any, y: Any, sample_weight: Any = None, **options: Any) -> Any:
        """Make a model, unless it goes on from the last one, and train it.

        Parameters
        ----------
        X, y
            Rows of features and their targets.
        sample_weight
            A weight ≥ 0 for each row; as in Keras the loss is divided by the number of rows, not by
            the sum of the weights.  Rows of weight 0 are left out.
        **options
            Further arguments of ``Model.fit``; validation_data=(X, y) with labels as in `y`.
        """
        again = bool(self.warm_start) and self.initialized_
        return self._train(self._rows(X, y, sample_weight, again), 0, **options)

    def _partial_fit(
        self, X: Any, y: Any, sample_weight: Any, classes: Any, options: dict[str, Any]
    ) -> Any:
        for name in ("epochs", "initial_epoch"):
            if name in options:
                raise TypeError(
                    "Expected no number of epochs: partial_fit trains the next one. "
                    f"Received: {name}={shown(options[name])}"
                )
        rows = self._rows(X, y, sample_weight, self.initialized_, classes)
        first = self.current_epoch
        return self._train(rows, first, **options, epochs=first + 1)

    def _outputs(self, X: Any, **options: Any) -> Array:
        """The network's outputs for rows of features."""
        check_is_fitted(self, "model_")
        X = validate_data(self, X, dtype="numeric", reset=False)
        found = {name: getattr(self, name) for name in _TO_PREDICT}
        found["callbacks"] = self._callbacks("predict") or None
        routed = addressed(self._routed, "predict")
        found |= {k: v for k, v in routed.items() if not k.startswith("callbacks")} | options
        if isinstance(found["batch_size"], int) and found["batch_size"] == -1:
            found["batch_size"] = len(X)
        return np.asarray(self.model_.predict(X, **found))

    def __sklearn_is_fitted__(self) -> bool:
        return self.initialized_
