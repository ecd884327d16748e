"""What all losses share: how the values of the rows become one number, with sample weights.

    sum_over_batch_size, mean    loss = Σᵢ weightᵢ·valueᵢ / rows
    sum                          loss = Σᵢ weightᵢ·valueᵢ
    mean_with_sample_weight      loss = Σᵢ weightᵢ·valueᵢ / Σᵢ weightᵢ
    none                         the values themselves; nothing can be trained with them

By default the denominator is the number of rows, not the sum of the weights.

Keras: ``keras.losses.Loss`` and its `reduction`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from engine import config
from engine.checks.from_config import from_config
from engine.checks.numeric import numeric
from engine.checks.shown import shown

Array = npt.NDArray[Any]


def as_float(values: Any, name: str) -> Array:
    """`values` as an array of the current floating-point type."""
    return numeric(values, name).astype(config.floatx())


def same_shape(y_true: Any, y_pred: Any) -> tuple[Array, Array]:
    """Labels and predictions as arrays of one shape; a missing last axis of 1 is added."""
    y, p = as_float(y_true, "y_true"), as_float(y_pred, "y_pred")
    shapes = f"y_true.shape={y.shape}, y_pred.shape={p.shape}"
    if y.ndim == p.ndim - 1 and p.shape[-1] == 1:
        y = y[..., np.newaxis]
    if y.shape != p.shape or p.ndim == 0:
        raise ValueError(f"Expected y_true and y_pred of the same shape. Received: {shapes}")
    return y, p


def checked_smoothing(value: Any) -> float:
    """`value` as a label smoothing in [0, 1]."""
    expected = (
        "Expected label_smoothing to be a number in [0, 1]. "
        f"Received: label_smoothing={shown(value)}"
    )
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise TypeError(expected)
    if not 0 <= value <= 1:
        raise ValueError(expected)
    return float(value)


REDUCTIONS = "sum_over_batch_size", "mean", "sum", "mean_with_sample_weight", "none", None


class Loss:
    """Base of all losses."""

    forms: tuple[int, int] = (-1, -1)
    """The kernels' codes of the loss on logits and on predictions."""

    sparse = False
    """Whether the labels are class numbers."""

    def __init__(
        self,
        name: str,
        reduction: str | None = "sum_over_batch_size",
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
    ) -> None:
        if reduction not in REDUCTIONS:
            raise ValueError(
                f"Expected reduction to be one of {', '.join(map(str, REDUCTIONS))}. "
                f"Received: reduction={shown(reduction)}"
            )
        if axis != -1:
            raise ValueError(f"Expected axis=-1, the last one. Received: axis={shown(axis)}")
        if not isinstance(from_logits, bool):
            raise TypeError(
                "Expected from_logits to be True or False. "
                f"Received: from_logits={shown(from_logits)}"
            )
        if not isinstance(name, str):
            raise TypeError(f"Expected name to be a text. Received: name={shown(name)}")
        self.name = name
        self.reduction = reduction
        self.from_logits = from_logits
        self.label_smoothing = checked_smoothing(label_smoothing)

    def call(self, y_true: Any, y_pred: Any) -> Array:
        """The loss of each row; shapes ``(rows, units)`` → ``(rows,)``."""
        raise NotImplementedError

    def smooth(self, y: Array) -> Array:
        """The labels that the loss sees."""
        return y

    @property
    def reduction_form(self) -> str:
        """The reduction as the kernels know it: a mean, a sum, a mean over the weights.

        Raises
        ------
        ValueError
            If the loss of a batch is no single number.
        """
        if self.reduction in (None, "none"):
            raise ValueError(
                "Expected a loss that is one number for a batch: its reduction has to be one of "
                f"{', '.join(map(str, REDUCTIONS[:4]))}. Received: reduction={self.reduction!r}"
            )
        return "mean" if self.reduction == "sum_over_batch_size" else str(self.reduction)

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """The values of all rows, each times its weight, reduced."""
        values, weights = self.call(y_true, y_pred), None
        if sample_weight is not None:
            weights = as_float(sample_weight, "sample_weight").reshape(-1)
            if weights.shape != values.shape:
                raise ValueError(
                    f"Expected one sample_weight for each of {values.size} rows. "
                    f"Received: sample_weight.shape={np.shape(sample_weight)}"
                )
            values = values * weights
        if self.reduction in (None, "none"):
            return values
        if self.reduction == "sum":
            return np.sum(values)
        if self.reduction == "mean_with_sample_weight" and weights is not None:
            total = np.sum(weights)
            return np.sum(values) / total if total else total
        return np.mean(values)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a loss."""
        return {"name": self.name, "reduction": self.reduction}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """A loss from what :meth:`get_config` returned."""
        return from_config(cls, config)
