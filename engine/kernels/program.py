"""A chain of Dense layers as the kernels see it: flat buffers and lists of instructions.

All weights lie one after the other in one buffer, in the order of ``model.weights``, each matrix
row after row; gradients and the optimizer's slots have the same layout.  A weight's
:class:`~engine.variable.Variable` is a view into that buffer, so that nothing is copied before or
after a training.  If another model has taken a shared layer over in the meantime, the numbers are
fetched back when this program runs next.

The kernels read whole registers, also beyond the end of a tensor; every buffer has room for that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.kernels import activations, dense, fields, losses, one_row, penalties, updates
from engine.variable import Variable

Array = npt.NDArray[Any]
Instructions = list[tuple[Any, ...]]

REGISTER = 64
"""The most numbers that a kernel reads in one go."""

LINE = 64
"""Bytes in a line of the cache; registers that lie across two lines take longer to read."""

ROWS_BEYOND = 16
"""So many rows behind the last one may be read: kernels take rows sixteen at a time."""


def address(values: Array) -> int:
    """Where an array begins in memory."""
    return int(values.__array_interface__["data"][0])


def aligned(size: int, dtype: str) -> Array:
    """`size` zeros that begin where a line of the cache does."""
    item = np.dtype(dtype).itemsize
    room = np.zeros(size + LINE // item, dtype)
    start = -address(room) % LINE // item
    return room[start : start + size]


def whole(places: int) -> int:
    """The next multiple of a register of sixteen numbers."""
    return -(-places // 16) * 16


def padded(values: Array, dtype: str) -> Array:
    """`values` row after row, with room for what kernels read beyond them."""
    width = values.shape[1] if values.ndim > 1 else 1
    flat = aligned(values.size + ROWS_BEYOND * width + REGISTER, dtype)
    flat[: values.size] = values.reshape(-1)
    return flat


@dataclass
class Layer:
    """A Dense layer: sizes and places in the buffers."""

    inputs: int
    units: int
    activation: str
    kernel: int
    bias: int
    """−1: none."""
    output: int = 0
    """Of z, and of a where the activation is not kept apart; the gradients' place is the same."""


@dataclass
class Penalty:
    """A weight with a regularizer: its place and size, and which sums are formed."""

    place: int
    size: int
    sums: int


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
        self.parameters = aligned(self.allocated, self.dtype)
        self.gradients = aligned(self.allocated, self.dtype)
        self.views: list[Array] = []
        self.layers: list[Layer] = []
        penalized: list[tuple[int, int, Any]] = []
        place = 0
        for layer in layers:
            inputs, units = layer.kernel.shape
            kernel, bias = place, -1
            place = self._view(place, (inputs, units))
            penalized.append((kernel, place, layer.kernel_regularizer))
            if layer.use_bias:
                bias = place
                place = self._view(place, (units,))
                penalized.append((bias, place, layer.bias_regularizer))
            name = layer.activation.__name__
            self.layers.append(Layer(inputs, units, name, kernel, bias))
        self._penalize([p for p in penalized if p[2] is not None])
        self.room = 0
        """Rows of the largest batch that the buffers are laid out for."""
        self.addresses = np.zeros(fields.PLAN_LENGTH, np.int64)
        """The fields of a plan that belong to the model."""
        self.adopt()

    def _view(self, place: int, shape: tuple[int, ...]) -> int:
        end = place + int(np.prod(shape))
        self.views.append(self.parameters[place:end].reshape(shape))
        return end

    def _penalize(self, penalized: list[tuple[int, int, Any]]) -> None:
        """Lay out the regularizers, each with the place and end of its weight."""
        self.penalties: list[Penalty] = []
        # Two factors for each, then the loss and the penalties.
        self.factors = np.zeros(3 * len(penalized) + 1 + REGISTER, self.dtype)
        for r, (place, end, regularizer) in enumerate(penalized):
            l1, l2 = regularizer.factors
            sums = (l1 is not None) * penalties.ABSOLUTE + (l2 is not None) * penalties.SQUARED
            self.penalties.append(Penalty(place, end - place, sums))
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
        return self.layers[-1].units

    @property
    def inputs(self) -> int:
        """How many numbers the model reads in a row."""
        return self.layers[0].inputs

    def make_room(self, rows: int) -> None:
        """Have buffers for batches of up to `rows` rows."""
        if rows <= self.room:
            return
        self.room = rows
        place = 0
        for layer in self.layers:
            layer.output = place
            place += whole((rows + ROWS_BEYOND) * layer.units + REGISTER)
        self.predictions = place
        """The place of the last layer's activation among the outputs, if it has one."""
        self.outputs = aligned(place + (rows + ROWS_BEYOND) * self.units + REGISTER, self.dtype)
        self.deltas = aligned(place, self.dtype)
        widths = [whole(n) for n in (self.inputs, *(layer.units for layer in self.layers))]
        pairs = list(zip(widths, widths[1:], strict=False))
        turned = max(dense.scratch_needed(rows, a, b) for a, b in pairs)
        of_activations = activations.scratch_needed(max(widths))
        scratch = max(losses.scratch_needed(rows, self.units), of_activations, turned)
        scale, values = whole(rows * self.units + REGISTER), whole(rows + REGISTER)
        strip = 32 * dense.BLOCK + REGISTER
        self.buffer = aligned(scale + values + strip + scratch + REGISTER, self.dtype)
        size, plan = self.buffer.itemsize, self.addresses
        plan[fields.INPUTS] = self.inputs
        plan[fields.WEIGHTS] = address(self.parameters)
        plan[fields.GRADIENTS] = address(self.gradients)
        plan[fields.OUTPUTS], plan[fields.DELTAS] = address(self.outputs), address(self.deltas)
        plan[fields.SCALE] = address(self.buffer)
        plan[fields.VALUES] = plan[fields.SCALE] + size * scale
        plan[fields.STRIP] = plan[fields.VALUES] + size * values
        plan[fields.SCRATCH] = plan[fields.STRIP] + size * strip
        plan[fields.FACTORS] = address(self.factors)
        for field, function in dense.STRIPS.items():
            plan[field] = function.address(self.dtype)

    # --- instructions -------------------------------------------------------------------------

    def _source(self, index: int) -> tuple[int, int]:
        """The frame's field and the place of what layer `index` reads."""
        return (fields.X, 0) if index == 0 else (fields.OUTPUTS, self.layers[index - 1].output)

    def forward(self, single: bool = False) -> Instructions:
        """All layers, for `single` rows; every layer but the last applies its activation."""
        steps: Instructions = []
        function = one_row.forward_row if single else dense.forward_layer
        for index, layer in enumerate(self.layers):
            hidden = layer is not self.layers[-1]
            # Behind a bias the product rectifies.
            rectified = hidden and layer.activation == "relu" and layer.bias >= 0
            steps.append(
                (function, *self._source(index), layer.kernel, layer.bias, layer.output,
                 layer.inputs, layer.units, rectified)
            )  # fmt: skip
            if hidden and not rectified and layer.activation != "linear":
                plain, fused = activations.FORWARD[layer.activation]
                activation = fused if layer.bias >= 0 else plain
                steps.append((activation, layer.output, layer.output, layer.units))
        return steps

    def activate_output(self, fused: bool) -> Instructions:
        """The last layer's activation, beside its z."""
        last = self.layers[-1]
        if last.activation == "linear":
            return []
        function = activations.FORWARD[last.activation][fused and last.bias >= 0]
        return [(function, last.output, self.predictions, last.units)]

    def left_at(self, z: bool = False) -> int:
        """Where the outputs are, or the last layer's `z`."""
        last = self.layers[-1]
        return last.output if z or last.activation == "linear" else self.predictions

    def d_output(self) -> Instructions:
        """From the gradient of the predictions to that of the last layer's z."""
        last = self.layers[-1]
        if last.activation == "linear":
            return []
        function = activations.BACKWARD[last.activation]
        return [(function, self.predictions, last.output, last.units)]

    def _d_activation(self, layer: Layer) -> Instructions:
        """From the gradient of what a hidden layer passed on to that of its z."""
        if layer.activation == "linear":
            return []
        function = activations.BACKWARD[layer.activation]
        return [(function, layer.output, layer.output, layer.units)]

    def backward(self) -> Instructions:
        """All gradients, from the last layer to the first."""
        steps: Instructions = []
        for index in range(len(self.layers) - 1, -1, -1):
            layer = self.layers[index]
            sizes = layer.inputs, layer.units
            if index > 0:
                below = self.layers[index - 1]
                steps.append((dense.d_input, layer.output, below.output, layer.kernel, *sizes))
                steps += self._d_activation(below)
            weights = layer.output, layer.kernel, layer.bias, *sizes
            steps.append((dense.d_weights, *self._source(index), *weights))
        return steps

    def descend(self) -> Instructions:
        """The same with plain descent on a single row."""
        steps: Instructions = []
        for index in range(len(self.layers) - 1, -1, -1):
            layer, below = self.layers[index], self.layers[max(index - 1, 0)]
            rectified = below.activation == "relu"
            steps.append(
                (one_row.backward_row, *self._source(index), layer.output, layer.kernel,
                 layer.bias, layer.inputs, layer.units, below.output if index > 0 else -1,
                 rectified)
            )  # fmt: skip
            if index > 0 and not rectified:
                steps += self._d_activation(below)
        return steps

    def each_penalty(self, function: Any) -> Instructions:
        """A function of :mod:`engine.kernels.penalties` for each weight that is penalized."""
        terms = 2 * len(self.penalties)
        return [
            (function, p.place, p.size, p.sums, 2 * r, terms + 1 + r)
            for r, p in enumerate(self.penalties)
        ]

    def mean(self, loss_at: int) -> Instructions:
        """The batch's loss, which goes to the place `loss_at` of the sums."""
        if not self.penalties:
            return [(losses.mean, loss_at)]
        count = len(self.penalties)
        mean = (penalties.penalized_mean, loss_at, 2 * count, count)
        return [*self.each_penalty(penalties.penalty), mean]

    def update(self, optimizer: int, rows: int, watched: bool) -> Instructions:
        """From the gradient of z to new weights; `watched` gradients are kept."""
        if optimizer == updates.SGD and rows == 1 and not self.penalties and not watched:
            return self.descend()
        penalized = self.each_penalty(penalties.d_penalty)
        return [*self.backward(), *penalized, (updates.PARTS[optimizer], 0, self.size)]
