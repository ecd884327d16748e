"""What all metrics share: a state that batches add to, and a result that is read off it.

    state ← state + what the rows add        (compiled, for each batch)
    result = formula of the state            (NumPy, when somebody asks)

The state is a fixed number of float32 numbers: total and count of a mean, true and false positives
of a precision.  During a training the states of all metrics stand side by side, and an epoch's
states are kept; the results of all epochs, or of all fits of :func:`engine.fit_many`, are then one
formula on arrays.

Keras: ``keras.metrics.Metric``; the numbers are its variables, in its order.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from engine.checks.from_config import from_config
from engine.checks.shown import shown
from engine.kernels import one_batch
from engine.kernels.memory import REGISTER
from engine.kernels.metrics import Reading
from engine.losses.loss import as_float, same_shape
from engine.naming import automatic_name

Array = npt.NDArray[Any]


class Metric:
    """Base of all metrics."""

    _direction: str | None = None
    """"up" or "down": which values are better."""

    of_several = False
    """Whether it tells classes apart by their outputs, so that of a single one it is always 1."""

    vector_is_a_row = True
    """Whether labels without a second axis are one row; otherwise each of them is a row."""

    def __init__(self, name: str | None = None, dtype: str | None = None) -> None:
        if name is not None and not isinstance(name, str):
            raise TypeError(f"Expected name to be a text. Received: name={shown(name)}")
        self.name = name if name is not None else automatic_name(type(self).__name__)
        self.dtype = dtype or "float32"
        self._state: Array | None = None

    # --- what each metric has of its own ------------------------------------------------------

    def size(self, units: int) -> int:
        """How many numbers the state has, for predictions of so many units."""
        raise NotImplementedError

    def result_of(self, state: Array) -> Any:
        """The result of a state; of many, stacked along the first axes, all results."""
        raise NotImplementedError

    def instructions(self, reading: Reading) -> list[tuple[Any, ...]]:
        """What the kernels run to add the rows of a batch to the state."""
        raise NotImplementedError

    def fits(self, label_width: int, units: int) -> bool:
        """Whether labels and predictions of these widths can be compared."""
        return label_width == units

    def numbers(self, units: int, dtype: str) -> Array:
        """What the instructions need besides: thresholds and the like."""
        return np.zeros(0, dtype)

    def aside(self, rows: int, units: int) -> int:
        """How many numbers the instructions put aside for batches of so many rows."""
        return 0

    def reads_logits(self, activation: str) -> bool:
        """Whether the metric reads what stands before the output's activation."""
        return False

    # --- what they share ----------------------------------------------------------------------

    def check(self, label_width: int, units: int) -> None:
        """Raise a ValueError if such labels or predictions do not fit."""
        if not self.fits(label_width, units):
            raise ValueError(
                f"Expected labels that fit the metric {self.name!r}. Received: labels of width "
                f"{label_width} for {units} output{'s' if units > 1 else ''}"
            )

    def rows_of(self, y_true: Any, y_pred: Any) -> tuple[Array, Array]:
        """Labels and predictions, each as an array of rows."""
        y, p = as_float(y_true, "y_true"), as_float(y_pred, "y_pred")
        if y.ndim == p.ndim + 1 and y.shape[-1] == 1:
            p = p[..., np.newaxis]
        y, p = same_shape(y, p)
        if p.ndim == 1:
            shape = (1, -1) if self.vector_is_a_row else (-1, 1)
            return y.reshape(shape), p.reshape(shape)
        if p.ndim != 2:
            raise ValueError(
                f"Expected y_pred of shape (rows, units). Received: y_pred.shape={p.shape}"
            )
        return y, p

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count more rows in."""
        y, p = self.rows_of(y_true, y_pred)
        rows, units = p.shape
        self.check(y.shape[1], units)
        weights = None
        if sample_weight is not None:
            weights = as_float(sample_weight, "sample_weight")
            if weights.shape not in ((rows,), (rows, 1)):
                raise ValueError(
                    f"Expected one sample_weight for each of {rows} rows. "
                    f"Received: sample_weight.shape={weights.shape}"
                )
            weights = weights.reshape(-1)
        state = np.zeros(self.size(units) + REGISTER, p.dtype)
        if self._state is not None:
            if self._state.size != self.size(units):
                raise ValueError(
                    f"Expected predictions as wide as those before in {self.name!r}; reset_state() "
                    f"forgets them. Received: y_pred.shape={p.shape}"
                )
            state[: self._state.size] = self._state
        reading = Reading(0, 0, units, 0, 0, weights is not None, activation="")
        one_batch.run(
            self.instructions(reading),
            y,
            p,
            weights,
            state,
            self.numbers(units, p.dtype.name),
            self.aside(rows, units),
        )
        self._state = state[: self.size(units)]

    def result(self) -> Any:
        """The result so far, a float; an array where there are several.

        Before any row was seen, what a state of zeros gives.
        """
        state = np.zeros(self.size(1), self.dtype) if self._state is None else self._state
        return plain(self.result_of(state))

    def reset_state(self) -> None:
        """Forget all rows."""
        self._state = None

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Count more rows in and return the result so far."""
        self.update_state(y_true, y_pred, sample_weight)
        return self.result()

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a metric."""
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """A metric from what :meth:`get_config` returned."""
        return from_config(cls, config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"


def plain(result: Any) -> Any:
    """A result as Keras's History has it: a number is a float, an array stays one."""
    return result if np.ndim(result) else float(result)


def quotient(a: Any, b: Any) -> Any:
    """a/b, 0 where b is 0; a and b are of one shape."""
    if a.ndim == 0:  # single numbers are divided ten times as fast
        return a[()] / b[()] if b else a.dtype.type(0)
    if b.all():
        return a / b
    return np.divide(a, b, out=np.zeros(np.shape(a), a.dtype), where=b != 0)
