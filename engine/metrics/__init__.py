"""Metrics: what is watched during training and reported by ``evaluate``.

Keras: ``keras.metrics``.
"""

from __future__ import annotations

from typing import Any

from engine import losses
from engine.checks.absent import absent
from engine.checks.from_config import class_of
from engine.checks.shown import shown
from engine.losses import (
    binary_crossentropy,
    categorical_crossentropy,
    mean_squared_error,
    sparse_categorical_crossentropy,
)
from engine.metrics.binary_accuracy import BinaryAccuracy, binary_accuracy
from engine.metrics.categorical_accuracy import CategoricalAccuracy, categorical_accuracy
from engine.metrics.loss_metric import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    LossMetric,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)
from engine.metrics.metric import Metric
from engine.metrics.sparse_categorical_accuracy import (
    SparseCategoricalAccuracy,
    sparse_categorical_accuracy,
)

__all__ = [
    "BinaryAccuracy",
    "BinaryCrossentropy",
    "CategoricalAccuracy",
    "CategoricalCrossentropy",
    "LossMetric",
    "MeanSquaredError",
    "Metric",
    "SparseCategoricalAccuracy",
    "SparseCategoricalCrossentropy",
    "binary_accuracy",
    "binary_crossentropy",
    "categorical_accuracy",
    "categorical_crossentropy",
    "deserialize",
    "get",
    "mean_squared_error",
    "serialize",
    "sparse_categorical_accuracy",
    "sparse_categorical_crossentropy",
]

_FUNCTIONS: dict[Any, type[Metric]] = {
    binary_accuracy: BinaryAccuracy,
    categorical_accuracy: CategoricalAccuracy,
    sparse_categorical_accuracy: SparseCategoricalAccuracy,
    binary_crossentropy: BinaryCrossentropy,
    categorical_crossentropy: CategoricalCrossentropy,
    sparse_categorical_crossentropy: SparseCategoricalCrossentropy,
    mean_squared_error: MeanSquaredError,
}
_CLASSES = {c.__name__: c for c in _FUNCTIONS.values()}
_NAMES: dict[str, type[Metric]] = (
    {f.__name__: c for f, c in _FUNCTIONS.items()}
    | _CLASSES
    | {"bce": BinaryCrossentropy, "BCE": BinaryCrossentropy}
    | {"mse": MeanSquaredError, "MSE": MeanSquaredError}
)
_BY_SHAPE = ("accuracy", "acc")


def get(identifier: Any) -> Metric:
    """The metric that a name, a function, a class, a loss or an object stands for.

    Raises
    ------
    ValueError, TypeError
        If the engine has no such metric; if it is nothing of the kind.

    >>> get("mse").name
    'mse'
    """
    if isinstance(identifier, Metric):
        return identifier
    if isinstance(identifier, losses.Loss):
        return LossMetric(identifier)
    if isinstance(identifier, dict):
        return deserialize(identifier)
    if isinstance(identifier, str) and identifier in _NAMES:
        return _NAMES[identifier](name=identifier)
    if isinstance(identifier, type) and identifier in _CLASSES.values():
        return identifier()  # type: ignore[no-any-return]
    if callable(identifier) and identifier in _FUNCTIONS:
        return _FUNCTIONS[identifier]()  # type: ignore[call-arg]
    known = isinstance(identifier, str) or callable(identifier)
    raise (ValueError if known else TypeError)(
        f"Expected metrics among accuracy, {', '.join(f.__name__ for f in _FUNCTIONS)}, mse, bce "
        f"and objects of engine.metrics. Received: {shown(identifier)}"
    )


def resolve(identifier: Any, label_width: int, units: int) -> Metric:
    """Like :func:`get`, with "accuracy" resolved by the shapes.

    One unit means binary accuracy; labels of width 1 for several units are class numbers; else
    both are compared by their largest entries, whatever the loss.
    """
    if not (isinstance(identifier, str) and identifier in _BY_SHAPE):
        return get(identifier)
    if units == 1:
        return BinaryAccuracy(identifier)
    if label_width == 1:
        return SparseCategoricalAccuracy(identifier)
    return CategoricalAccuracy(identifier)


def serialize(metric: Metric) -> dict[str, Any]:
    """The metric as Keras writes it into a file."""
    return {
        "module": "keras.metrics",
        "class_name": type(metric).__name__,
        "config": metric.get_config(),
        "registered_name": None,
    }


def deserialize(config: dict[str, Any]) -> Metric:
    """The metric from what :func:`serialize` returned."""
    cls, arguments = class_of(config, _CLASSES, "a metric")
    return cls.from_config(arguments)  # type: ignore[no-any-return]


__getattr__ = absent(__name__, __all__)


def __dir__() -> list[str]:
    return __all__
