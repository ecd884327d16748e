"""Metrics: what is watched during training and reported by ``evaluate``.

Keras: ``keras.metrics``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
from engine.metrics.auc import AUC
from engine.metrics.binary_accuracy import BinaryAccuracy, binary_accuracy
from engine.metrics.categorical_accuracy import CategoricalAccuracy, categorical_accuracy
from engine.metrics.counts import FalseNegatives, FalsePositives, TrueNegatives, TruePositives
from engine.metrics.errors import (
    Accuracy,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredLogarithmicError,
    RootMeanSquaredError,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_logarithmic_error,
)
from engine.metrics.f_score import F1Score, FBetaScore
from engine.metrics.loss_metric import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    LossMetric,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)
from engine.metrics.mean import Mean
from engine.metrics.mean_of_batches import of_loss
from engine.metrics.metric import Metric
from engine.metrics.precision import Precision
from engine.metrics.r2_score import R2Score
from engine.metrics.recall import Recall
from engine.metrics.sparse_categorical_accuracy import (
    SparseCategoricalAccuracy,
    sparse_categorical_accuracy,
)
from engine.metrics.top_k import (
    SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy,
    sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
)
from engine.naming import snake_case

_FUNCTIONS: dict[Any, type[Metric]] = {
    binary_accuracy: BinaryAccuracy,
    categorical_accuracy: CategoricalAccuracy,
    sparse_categorical_accuracy: SparseCategoricalAccuracy,
    top_k_categorical_accuracy: TopKCategoricalAccuracy,
    sparse_top_k_categorical_accuracy: SparseTopKCategoricalAccuracy,
    binary_crossentropy: BinaryCrossentropy,
    categorical_crossentropy: CategoricalCrossentropy,
    sparse_categorical_crossentropy: SparseCategoricalCrossentropy,
    mean_squared_error: MeanSquaredError,
    mean_absolute_error: MeanAbsoluteError,
    mean_absolute_percentage_error: MeanAbsolutePercentageError,
    mean_squared_logarithmic_error: MeanSquaredLogarithmicError,
}
_CLASSES: dict[str, type[Metric]] = {
    c.__name__: c
    for c in (
        *_FUNCTIONS.values(), Accuracy, AUC, F1Score, FBetaScore, FalseNegatives, FalsePositives,
        Mean, Precision, R2Score, Recall, RootMeanSquaredError, TrueNegatives, TruePositives,
    )
}  # fmt: skip
_SHORT = {
    "bce": BinaryCrossentropy,
    "mse": MeanSquaredError,
    "mae": MeanAbsoluteError,
    "mape": MeanAbsolutePercentageError,
    "msle": MeanSquaredLogarithmicError,
}
_NAMES: dict[str, type[Metric]] = {
    **{snake_case(name): c for name, c in _CLASSES.items()},
    **_CLASSES,
    **_SHORT,
    **{name.upper(): c for name, c in _SHORT.items()},
}
_BY_SHAPE = ("accuracy", "acc")

__all__ = [
    "AUC",
    "Accuracy",
    "BinaryAccuracy",
    "BinaryCrossentropy",
    "CategoricalAccuracy",
    "CategoricalCrossentropy",
    "F1Score",
    "FBetaScore",
    "FalseNegatives",
    "FalsePositives",
    "LossMetric",
    "Mean",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Metric",
    "Precision",
    "R2Score",
    "Recall",
    "RootMeanSquaredError",
    "SparseCategoricalAccuracy",
    "SparseCategoricalCrossentropy",
    "SparseTopKCategoricalAccuracy",
    "TopKCategoricalAccuracy",
    "TrueNegatives",
    "TruePositives",
    "binary_accuracy",
    "binary_crossentropy",
    "categorical_accuracy",
    "categorical_crossentropy",
    "deserialize",
    "get",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "serialize",
    "sparse_categorical_accuracy",
    "sparse_categorical_crossentropy",
    "sparse_top_k_categorical_accuracy",
    "top_k_categorical_accuracy",
]


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
        return of_loss(identifier)
    if isinstance(identifier, type) and issubclass(identifier, losses.Loss):
        return of_loss(losses.get(identifier))
    if isinstance(identifier, dict):
        return deserialize(identifier)
    if isinstance(identifier, str) and identifier in _NAMES:
        made = _NAMES[identifier]()
        made.name = identifier
        return made
    if isinstance(identifier, type) and identifier in _CLASSES.values():
        return identifier()  # type: ignore[no-any-return]
    if callable(identifier) and identifier in _FUNCTIONS:
        return _FUNCTIONS[identifier]()
    raise _unknown(identifier)


def _unknown(identifier: Any) -> Exception:
    known = isinstance(identifier, str) or callable(identifier)
    return (ValueError if known else TypeError)(
        "Expected the name of a metric, such as accuracy, binary_accuracy, mse, auc or f1_score, "
        "or an object of engine.metrics; dir(engine.metrics) lists all. "
        f"Received: {shown(identifier)}"
    )


def prepared(identifier: Any) -> Any:
    """A known name as it is, until data tell what it stands for; of anything else the metric."""
    if not isinstance(identifier, str):
        return get(identifier)
    if identifier not in _NAMES and identifier not in _BY_SHAPE:
        raise _unknown(identifier)
    return identifier


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
    """The metric from what :func:`serialize` returned; or the one that a serialized loss is."""
    if isinstance(config, dict) and config.get("module") == "keras.losses":
        return of_loss(losses.deserialize(config))
    cls, arguments = class_of(config, _CLASSES, "a metric")
    return cls.from_config(arguments)  # type: ignore[no-any-return]


if not TYPE_CHECKING:  # type checkers then refuse what is not there
    __getattr__ = absent(__name__, __all__)


def __dir__() -> list[str]:
    return __all__
