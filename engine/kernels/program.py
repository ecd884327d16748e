"""A chain of Dense layers as the kernels see it: flat buffers and a table of layers.

All weights lie one after the other in one buffer, in the order of ``model.weights``, each matrix
row after row; gradients and the optimizer's slots have the same layout.  A weight's
:class:`~engine.variable.Variable` is a view into that buffer, so that nothing is copied before or
after a training.  If another model has taken a shared layer over in the meantime, the numbers are
fetched back when this program runs next.

The kernels read whole registers, also beyond the end of a tensor; every buffer has room for that.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from engine.kernels import activations, penalties, train
from engine.variable import Variable

Array = npt.NDArray[Any]

REGISTER = 64
"""The most numbers that a kernel reads in one go."""


def padded(values: Array, dtype: str, rows: int) -> Array:
    """`values` row after row, with room for `rows` more rows and a register."""
    width = values.shape[1] if values.ndim > 1 else 1
    flat = np.zeros(values.size + rows * width + REGISTER, dtype)
    flat[: values.size] = values.reshape(-1)
    return flat


class Program:
    """The buffers of one model.

    Parameters
    ----------
    layers
        The model's Dense layers, built, in order.
    """

    def __init__(self, layers: list[Any]) -> None:
        self.dtype: str = layers[0].dtype
        self.variables: list[Variable] = [v for layer in layers for v in layer.weights]
        self.size = sum(v.array.size for v in self.variables)
        widest = max(max(layer.kernel.shape) for layer in layers)
        # dx = dz·Wᵀ reads W in blocks of 16 × 16, which may hang over the last row by 15 rows.
        self.allocated = -(-self.size // 16) * 16 + 16 * widest + REGISTER
        self.parameters = np.zeros(self.allocated, self.dtype)
        self.gradients = np.zeros(self.allocated, self.dtype)
        self.views: list[Array] = []
        penalized: list[tuple[int, int, Any]] = []
        self.table = np.zeros((len(layers), train.LAYER_COLUMNS), np.int64)
        place = 0
        for row, layer in zip(self.table, layers, strict=True):
            inputs, units = layer.kernel.shape
            row[train.INPUTS], row[train.UNITS] = inputs, units
            row[train.ACTIVATION] = activations.CODES[layer.activation.__name__]
            row[train.KERNEL], row[train.BIAS] = place, -1
            end = self._view(place, (inputs, units))
            penalized.append((place, end, layer.kernel_regularizer))
            place = end
            if layer.use_bias:
                row[train.BIAS] = place
                end = self._view(place, (units,))
                penalized.append((place, end, layer.bias_regularizer))
                place = end
        self._penalize([p for p in penalized if p[2] is not None])
        self._rows = 0
        self.adopt()

    def _view(self, place: int, shape: tuple[int, ...]) -> int:
        end = place + int(np.prod(shape))
        self.views.append(self.parameters[place:end].reshape(shape))
        return end

    def _penalize(self, penalized: list[tuple[int, int, Any]]) -> None:
        """Lay out the regularizers, each with the place and end of its weight."""
        self.penalties = np.zeros((len(penalized), penalties.TABLE_COLUMNS), np.int64)
        self.factors = np.zeros(3 * len(penalized) + 1 + penalties.ROOM, self.dtype)
        for r, (place, end, regularizer) in enumerate(penalized):
            l1, l2 = regularizer.factors
            row = self.penalties[r]
            row[penalties.PLACE], row[penalties.SIZE] = place, end - place
            row[penalties.SUMS] = (l1 is not None) * penalties.ABSOLUTE
            row[penalties.SUMS] += (l2 is not None) * penalties.SQUARED
            self.factors[2 * r : 2 * r + 2] = l1 or 0.0, l2 or 0.0

    def adopt(self) -> None:
        """Make the weights' numbers live in this program's buffer."""
        for variable, view in zip(self.variables, self.views, strict=True):
            if variable.array is not view:
                view[...] = variable.array
                variable.array = view

    @property
    def units(self) -> int:
        """How many numbers the model predicts for a row."""
        return int(self.table[-1, train.UNITS])

    @property
    def inputs(self) -> int:
        """How many numbers the model reads in a row."""
        return int(self.table[0, train.INPUTS])

    def make_room(self, rows: int) -> None:
        """Have buffers for batches of up to `rows` rows."""
        if rows <= self._rows:
            return
        self._rows = rows
        place = 0
        for row in self.table:
            row[train.OUTPUT] = row[train.DELTA] = place
            # Dots are formed for eight rows at once.
            place += (rows + 8) * int(row[train.UNITS]) + REGISTER
        self.predictions_place = place
        self.outputs = np.zeros(place + (rows + 8) * self.units + REGISTER, self.dtype)
        self.deltas = np.zeros(place, self.dtype)
        whole = [-(-int(n) // 16) * 16 for n in (*self.table[:, train.INPUTS], self.units)]
        transposed = max(a * b for a, b in zip(whole, whole[1:], strict=False))
        loss = rows * (5 * self.units + 4) + 4 * REGISTER
        self.buffer = np.zeros(loss + transposed + 4 * REGISTER, self.dtype)
