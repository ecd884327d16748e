"""KerasClassifier: a model-making function as a scikit-learn classifier.

The function returns a new model (compiled, or the estimator compiles it); ``fit`` makes one,
numbers the classes as scikit-learn does, gives the labels the form that the loss reads, and
trains.  Parameters that begin with ``model__`` are arguments of the function.

Keras: ``scikeras.wrappers.KerasClassifier`` 0.13.
"""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.losses import get as get_loss
from engine.models import Model
from engine.random.seeds import seeded
from engine.utils import to_categorical

try:
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.preprocessing import LabelEncoder
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import check_is_fitted, validate_data
except ImportError as error:
    raise ImportError(
        "Expected scikit-learn for engine.wrappers: pip install '.[data]' in Glassnet's folder"
    ) from error

Array = npt.NDArray[Any]


class KerasClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A classifier that trains a fresh model in every ``fit``.

    Parameters
    ----------
    model
        A function that returns a new model, or an unfitted model whose config is copied.
    random_state
        An integer makes every ``fit`` draw the same initial weights and sample order; None goes
        on with the generators as they are.
    optimizer, loss, metrics
        Used to compile a model that the function returns uncompiled.
    batch_size, epochs, verbose, callbacks, validation_split, shuffle, class_weight
        As in ``Model.fit``.
    **parameters
        ``model__units=8`` calls the function with ``units=8``.

    Attributes
    ----------
    model_
        The trained model.
    history_
        Its loss and metrics, by epoch.
    classes_
        The labels, sorted.
    """

    def __init__(
        self,
        model: Any = None,
        *,
        build_fn: Any = None,
        warm_start: bool = False,
        random_state: int | None = None,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        metrics: Any = None,
        batch_size: int | None = None,
        validation_batch_size: int | None = None,
        verbose: Any = 1,
        callbacks: Any = None,
        validation_split: float = 0.0,
        shuffle: bool = True,
        epochs: int = 1,
        class_weight: Any = None,
        **parameters: Any,
    ) -> None:
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
        self.epochs = epochs
        self.class_weight = class_weight
        for name, value in parameters.items():
            setattr(self, self._routed(name), value)

    @staticmethod
    def _routed(name: str) -> str:
        if not name.startswith("model__"):
            raise ValueError(
                "Expected parameters of KerasClassifier, or model__… for the model function. "
                f"Received: {name!r}"
            )
        return name

    # scikit-learn reads the constructor's signature; routed parameters come on top of it.

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """All parameters, routed ones included."""
        routed = {k: v for k, v in vars(self).items() if k.startswith("model__")}
        own: dict[str, Any] = {k: getattr(self, k) for k in self._get_param_names()}
        return own | routed

    @classmethod
    def _get_param_names(cls) -> list[str]:
        kinds = inspect.signature(cls.__init__).parameters.values()
        return sorted(p.name for p in kinds if p.name != "self" and p.kind != p.VAR_KEYWORD)

    def set_params(self, **parameters: Any) -> KerasClassifier:
        """Change parameters."""
        own = self._get_param_names()
        for name, value in parameters.items():
            setattr(self, name if name in own else self._routed(name), value)
        return self

    def _new_model(self) -> Model:
        make = self.model if self.model is not None else self.build_fn
        arguments = {
            k.removeprefix("model__"): v for k, v in vars(self).items() if k.startswith("model__")
        }
        if isinstance(make, Model):
            made = type(make).from_config(make.get_config())
            if make.compiled:
                made.compile_from_config(make.get_compile_config())
        elif callable(make):
            made = make(**arguments)
        else:
            raise TypeError(
                f"Expected model to be a function that returns a model. Received: model={make!r}"
            )
        if not isinstance(made, Model):
            raise TypeError(
                f"Expected the model function to return a model of the engine. Received: {made!r}"
            )
        if not made.compiled:
            made.compile(self.optimizer, self.loss, metrics=self.metrics)
        return made

    def _labels(self, numbers: Array) -> Array:
        """Class numbers in the form that the loss reads."""
        loss = get_loss(self.model_.loss)
        if loss.sparse or len(self.classes_) <= 2 and self.model_.output_shape[-1] == 1:
            return numbers
        return to_categorical(numbers, len(self.classes_))

    @property
    def fits_at_once(self) -> bool:
        """Whether several may be trained by :func:`engine.fit_many`."""
        return not (self.callbacks or self.validation_split or self.warm_start)

    @property
    def fit_settings(self) -> dict[str, Any]:
        """What ``Model.fit`` and :func:`engine.fit_many` are both told."""
        names = "batch_size", "validation_batch_size", "epochs", "verbose", "shuffle"
        return {name: getattr(self, name) for name in (*names, "class_weight")}

    def prepare(self, X: Any, y: Any) -> tuple[Array, Array]:
        """Number the classes and make the model; return features and labels to train on."""
        X = validate_data(self, X, dtype="numeric")
        check_classification_targets(y)
        encoder = LabelEncoder().fit(y)
        self.classes_ = encoder.classes_
        self.n_classes_ = len(self.classes_)
        if not (self.warm_start and hasattr(self, "model_")):
            with seeded(self.random_state):
                self.model_ = self._new_model()
        return X, self._labels(encoder.transform(y))

    def fit(self, X: Any, y: Any, sample_weight: Any = None, **options: Any) -> KerasClassifier:
        """Make a model and train it; `options` go to ``Model.fit``."""
        X, labels = self.prepare(X, y)
        settings: dict[str, Any] = {
            **self.fit_settings,
            "callbacks": self.callbacks,
            "validation_split": self.validation_split,
            "sample_weight": sample_weight,
        }
        with seeded(self.random_state):
            history = self.model_.fit(X, labels, **(settings | options))
        self.history_ = history.history
        return self

    def predict_proba(self, X: Any) -> Array:
        """The probability of each class, shape ``(rows, classes)``."""
        check_is_fitted(self, "model_")
        X = validate_data(self, X, dtype="numeric", reset=False)
        p: Array = self.model_.predict(X, batch_size=self.batch_size, verbose=0)
        return np.hstack([1 - p, p]) if p.shape[1] == 1 else p

    def predict(self, X: Any) -> Array:
        """The class of each row."""
        check_is_fitted(self, "model_")
        X = validate_data(self, X, dtype="numeric", reset=False)
        numbers = self.model_.predict_classes(X, batch_size=self.batch_size)
        labels: Array = self.classes_[numbers.reshape(-1)]
        return labels
