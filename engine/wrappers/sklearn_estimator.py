"""What SKLearnClassifier, SKLearnRegressor and SKLearnTransformer share.

Keras: ``keras.wrappers`` of 3.15.1, whose signature they have, with `random_state` behind it.
Keras's ``clone`` drops `fit_kwargs`, its ``fit`` writes into them, and its ``warm_start`` begins
anew all the same; these keep, leave alone, and go on.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted, validate_data

from engine.checks.shown import shown
from engine.models import Model
from engine.wrappers.building import called, checked_compiled, copied, made_anew
from engine.wrappers.number_targets import NumberTargets
from engine.wrappers.row_weights import checked_sample_weight
from engine.wrappers.seeds import drawing_from, seed_of
from engine.wrappers.validation_rows import validation_rows

Array = npt.NDArray[Any]


class SKLearnEstimator(BaseEstimator):  # type: ignore[misc]
    """Base of the three."""

    _targets: Any

    def __init__(
        self,
        model: Any,
        warm_start: bool = False,
        model_kwargs: dict[str, Any] | None = None,
        fit_kwargs: dict[str, Any] | None = None,
        *,
        random_state: Any = None,
    ) -> None:
        self.model = model
        self.warm_start = warm_start
        self.model_kwargs = model_kwargs
        self.fit_kwargs = fit_kwargs
        self.random_state = random_state

    # --- targets ------------------------------------------------------------------------------

    _numeric = True

    def _as_targets(self, y: Any) -> Array:
        return np.asarray(y)

    def _read_targets(self, y: Array, classes: Any) -> None:
        self._targets = NumberTargets(y)

    def _shown_to_model(self, numbers: Array) -> Array:
        """The targets that a model function gets: always in columns."""
        return numbers[:, np.newaxis] if numbers.ndim == 1 else numbers

    def _for_loss(self, numbers: Array) -> Array:
        return numbers

    def _check_weighted(self, numbers: Array, weights: Array | None) -> None:
        pass

    # --- training -----------------------------------------------------------------------------

    def _new_model(self, X: Array, y: Array) -> Model:
        given = dict(self.model_kwargs or {})
        if not isinstance(self.model, Model):
            return checked_compiled(called(self.model, {"X": X, "y": y, **given}))
        if given:
            raise ValueError(
                "Expected model_kwargs=None for a model: they are arguments of a model function. "
                f"Received: model_kwargs={shown(given)}"
            )
        checked_compiled(self.model)
        return copied(self.model) if self.warm_start else made_anew(self.model)

    def _train(
        self,
        X: Any,
        y: Any,
        sample_weight: Any,
        again: bool,
        options: dict[str, Any],
        classes: Any = None,
    ) -> Any:
        X, y = validate_data(
            self, X, y, dtype="numeric", multi_output=True, y_numeric=self._numeric, reset=not again
        )
        y = self._as_targets(y)
        weights = checked_sample_weight(sample_weight, len(X))
        if not again:
            self._read_targets(y, classes)
        numbers = self._targets.numbers(y)
        self._check_weighted(numbers, weights)
        if not again:
            seed = seed_of(self.random_state)
            with drawing_from(seed):
                model = self._new_model(X, self._shown_to_model(numbers))
            self.model_, self.seed_ = model, seed
        settings = {**(self.fit_kwargs or {}), **options}
        if weights is not None:
            settings["sample_weight"] = weights
        settings["validation_data"] = validation_rows(self, settings.get("validation_data"))
        with drawing_from(self.seed_):
            history = self.model_.fit(X, self._for_loss(numbers), **settings)
        if settings.get("initial_epoch", 0) == 0:
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
            A weight ≥ 0 for each row; as in Keras the loss is divided by the number of rows.
        **options
            Arguments of ``Model.fit``; they take precedence over `fit_kwargs`.  In both,
            validation_data=(X, y) has labels as in `y`.
        """
        again = bool(self.warm_start) and hasattr(self, "model_")
        return self._train(X, y, sample_weight, again, options)

    def _partial_fit(
        self, X: Any, y: Any, sample_weight: Any, options: dict[str, Any], classes: Any = None
    ) -> Any:
        first = self.epoch_
        options = {**options, "initial_epoch": first, "epochs": first + 1}
        return self._train(X, y, sample_weight, hasattr(self, "model_"), options, classes)

    @property
    def epoch_(self) -> int:
        """How many epochs the history has."""
        return len(self.history_["loss"]) if hasattr(self, "history_") else 0

    @property
    def loss_curve_(self) -> list[float]:
        """The loss of each epoch."""
        return list(self.history_["loss"])

    def _outputs(self, X: Any) -> Array:
        """The network's outputs for rows of features."""
        check_is_fitted(self, "model_")
        X = validate_data(self, X, dtype="numeric", reset=False)
        verbose = (self.fit_kwargs or {}).get("verbose", "auto")
        return np.asarray(self.model_.predict(X, verbose=verbose))
