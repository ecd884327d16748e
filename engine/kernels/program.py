"""A chain of Dense layers as the kernels see it: flat buffers and lists of instructions.

All weights lie one after the other in one buffer, in the order of ``model.weights``, each matrix
row after row; gradients and the optimizer's slots have the same layout.  A weight's
:class:`~engine.variable.Variable` is a view into that buffer, so that nothing is copied before or
after a training.  If another model has taken a shared layer over in the meantime, the numbers are
fetched back when this program runs next.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.kernels import activations, dense, fields, large, losses, one_row, penalties, updates
from engine.kernels.instructions import listed
from engine.kernels.machine import processors
from engine.kernels.memory import (
    REGISTER,
    ROWS_BEYOND,
    Array,
    address,
    aligned,
    rows_apart,
    whole,
)
from engine.variable import Variable

MOST_TABLES = 64
"""So many sizes of batches to predict are kept in mind."""

Instructions = list[tuple[Any, ...]]


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
        self.allocated = whole(self.size) + 16 * widest + REGISTER
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
        self.lock = threading.RLock()
        """Whoever runs a kernel on these buffers holds it: Python's threads may share a model."""
        self.room = 0
        """Rows of the largest batch that the buffers are laid out for."""
        self.team = 1
        """How many threads may share the work on such a batch."""
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
        if rows > self.room:
            with self.lock:
                self._lay_out(rows)

    def _lay_out(self, rows: int) -> None:
        self.room = rows
        self._predicting: dict[int, Array] = {}
        self.team = processors() if self.is_large(rows) else 1
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
        # What each member of the team has for itself.
        strip, packed, block = whole(large.GROUP * dense.BLOCK + REGISTER), 0, 0
        if self.is_large(rows):
            packed = whole(large.PACKED)
            block = whole(max(large.block_needed(layer.units) for layer in self.layers))
            scratch = max(scratch, *(large.scratch_needed(rows, a, b) for a, b in pairs))
            self.fetched = aligned((rows + ROWS_BEYOND) * self.inputs + REGISTER, self.dtype)
            self.addresses[fields.FETCHED] = address(self.fetched)
        own = strip + packed + block
        self.buffer = aligned(scale + values + self.team * own + scratch + REGISTER, self.dtype)
        size, plan = self.buffer.itemsize, self.addresses
        self._own = size * own
        plan[fields.INPUTS] = self.inputs
        plan[fields.WEIGHTS] = address(self.parameters)
        plan[fields.GRADIENTS] = address(self.gradients)
        plan[fields.OUTPUTS], plan[fields.DELTAS] = address(self.outputs), address(self.deltas)
        plan[fields.SCALE] = address(self.buffer)
        plan[fields.VALUES] = plan[fields.SCALE] + size * scale
        plan[fields.STRIP] = plan[fields.VALUES] + size * values
        plan[fields.PACKED] = plan[fields.STRIP] + size * strip
        plan[fields.BLOCK] = plan[fields.PACKED] + size * packed
        plan[fields.SCRATCH] = plan[fields.STRIP] + size * self.team * own
        plan[fields.TEAM] = 1
        plan[fields.FACTORS] = address(self.factors)
        sizes = [(layer.inputs, layer.units) for layer in self.layers]
        for field in dense.strips_needed(sizes, rows):
            plan[field] = dense.STRIPS[field].address(self.dtype)

    def is_large(self, rows: int) -> bool:
        """Whether a batch of `rows` rows is worth a team."""
        return any(large.is_large(rows, layer.inputs, layer.units) for layer in self.layers)

    def workspace(self, training: bool) -> tuple[Array, list[Array]]:
        """Another set of the buffers that a fit writes to: a plan with their fields, and they.

        Without `training` those of a prediction.
        """
        own, kept = np.zeros(fields.PLAN_LENGTH, np.int64), []
        parts = "SCALE", "VALUES", "STRIP", "PACKED", "BLOCK", "SCRATCH"
        buffers: list[tuple[Array, tuple[str, ...]]] = [
            (self.outputs, ("OUTPUTS",)),
            (self.buffer, parts),
        ]
        if training:
            buffers.append((self.gradients, ("GRADIENTS",)))
            buffers.append((self.deltas, ("DELTAS",)))
            buffers.append((self.factors, ("FACTORS",)))
            if self.is_large(self.room):
                buffers.append((self.fetched, ("FETCHED",)))
        for buffer, names in buffers:
            another = aligned(buffer.size, self.dtype)
            another[:] = buffer
            kept.append(another)
            places = [getattr(fields, name) for name in names]
            own[places] = self.addresses[places] + (address(another) - address(buffer))
        return own, kept

    def member_plans(self, plan: Array, board: Array) -> list[Array]:
        """Copies of `plan` for the members of a team."""
        plan[fields.TEAM], plan[fields.BOARD] = self.team, address(board)
        plans = rows_apart(self.team, fields.PLAN_LENGTH, "int64")
        plans[:, : fields.PLAN_LENGTH] = plan
        members = np.arange(self.team)
        plans[:, fields.MEMBER] = members
        for field in (fields.STRIP, fields.PACKED, fields.BLOCK):
            plans[:, field] += members * self._own
        return list(plans)

    # --- instructions -------------------------------------------------------------------------

    def _source(self, index: int) -> tuple[int, int]:
        """The frame's field and the place of what layer `index` reads."""
        return (fields.X, 0) if index == 0 else (fields.OUTPUTS, self.layers[index - 1].output)

    def fetch(self, training: bool) -> Instructions:
        """The features of a batch from where the user has them."""
        if training:
            return [(large.fetch_rows, fields.TRAIN_X, fields.ORDER)]
        return [(large.fetch_rows, fields.VALIDATION_X, -1)]

    def forward(self, rows: int) -> Instructions:
        """All layers, for batches of `rows` rows; all but the last apply their activations."""
        steps: Instructions = []
        for index, layer in enumerate(self.layers):
            function = one_row.forward_row if rows == 1 else dense.forward_layer
            if large.is_large(rows, layer.inputs, layer.units):
                function = large.forward_layer_shared
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

    def predicting(self, rows: int) -> Array:
        """The table of instructions that predicts `rows` rows.

        The activation is behind a bias for TensorFlow too, so all of it is oneDNN's.
        """
        known = self._predicting.get(rows)
        if known is None:
            if len(self._predicting) == MOST_TABLES:
                self._predicting.clear()
            steps = [*self.forward(rows), *self.activate_output(fused=True)]
            known = self._predicting[rows] = listed(steps, self.dtype)
        return known

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

    def backward(self, rows: int, update: int = 0) -> Instructions:
        """All gradients, from the last layer to the first.

        `update` is the address of an optimizer's instruction.  If it is given, each layer is
        updated when its gradient is known and the layer before has no more need of the old weights.
        """
        steps: Instructions = []
        for index in range(len(self.layers) - 1, -1, -1):
            layer = self.layers[index]
            sizes = layer.inputs, layer.units
            is_large = large.is_large(rows, *sizes)
            if index > 0:
                below = self.layers[index - 1]
                d_input = large.d_input_shared if is_large else dense.d_input
                steps.append((d_input, layer.output, below.output, layer.kernel, *sizes))
                steps += self._d_activation(below)
            weights = *self._source(index), layer.output, layer.kernel, layer.bias, *sizes
            if is_large:
                steps.append((large.d_weights_shared, *weights, update))
                continue
            steps.append((dense.d_weights, *weights))
            if update:
                size = (layer.inputs + (layer.bias >= 0)) * layer.units
                steps.append((large.update_shared, layer.kernel, size, update))
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
        plain, exact = updates.PARTS[optimizer]
        kept = watched or bool(self.penalties)
        if self.is_large(rows):
            address_of_exact = exact.address(self.dtype)
            if not kept:
                return self.backward(rows, address_of_exact)
            update: Instructions = [(large.update_shared, 0, self.size, address_of_exact)]
        elif optimizer == updates.SGD and rows == 1 and not kept:
            return self.descend()
        else:
            update = [(plain, 0, self.size)]
        return [*self.backward(rows), *self.each_penalty(penalties.d_penalty), *update]
