"""The network of an estimator that was given none: one hidden layer of 100 units.

    inputs → 100 relu → outputs

One sigmoid and binary crossentropy for two classes, a sigmoid for each of several labels, a softmax
and crossentropy for classes, a linear output and the mean squared error for numbers.

scikit-learn: the architecture of ``MLPClassifier`` and ``MLPRegressor`` as they come.
"""

from __future__ import annotations

from typing import Any

from engine.layers import Dense, Input
from engine.models import Sequential

_ENDS = {
    "binary": ("sigmoid", "binary_crossentropy"),
    "multilabel-indicator": ("sigmoid", "binary_crossentropy"),
    "multiclass": ("softmax", "sparse_categorical_crossentropy"),
    "multiclass-onehot": ("softmax", "categorical_crossentropy"),
    "continuous": (None, "mean_squared_error"),
}


def output_and_loss(kind: str) -> tuple[str | None, str]:
    """The last activation and the loss for targets of a kind.

    >>> output_and_loss("binary")
    ('sigmoid', 'binary_crossentropy')
    """
    return _ENDS[kind]


def default_network(
    kind: str,
    inputs: int,
    outputs: int,
    compile_kwargs: dict[str, Any],
    units: int = 100,
    dtype: Any = None,
) -> Any:
    """The compiled network; ``model__units`` and ``model__dtype`` of the estimator reach it."""
    activation, loss = output_and_loss(kind)
    model = Sequential([Input((inputs,))])
    model.add(Dense(units, "relu", dtype=dtype))
    model.add(Dense(outputs, activation, dtype=dtype))
    model.compile(**{**compile_kwargs, "loss": compile_kwargs.get("loss") or loss})
    return model
