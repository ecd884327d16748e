"""A chain of layers as the kernels see it: flat buffers and lists of instructions.

All weights lie one after the other in one buffer, in the order of ``model.weights``, each matrix
row after row; gradients and the optimizer's slots have the same layout.  A weight's
:class:`~engine.variable.Variable` is a view into that buffer, so that nothing is copied before or
after a training.  If another model has taken a shared layer over in the meantime, the numbers are
fetched back when this program runs next.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.kernels import (
    activations,
    around,
    dense,
    fields,
    large,
    losses,
    one_row,
    penalties,
    stages,
    updates,
)
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
from engine.kernels.share import threads
from engine.kernels.three_gradients import from_behind_first
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
    trained: tuple[bool, bool]
    """Whether W and b are; of b False if there is none."""
    stages: list[Stage]
    """The layers without trained weights behind it."""
    output: int = 0
    """Of z, and of a where the activation is not kept apart; the gradients' place is the same."""


@dataclass
class Stage:
    """A layer without trained weights: what it does, and its places in the buffers."""

    layer: Any
    kind: str
    """One of those of :mod:`engine.kernels.stages`, or "dropout"."""
    units: int
    constants: int
    seeds: int = 0
    """Which pair of seeds it draws from."""
    output: int = 0
    draws: int = 0
    """Where among the outputs the numbers are kept that a dropout has drawn."""

    @property
    def width(self) -> int:
        """How many pairs of constants there are: one, or one for each number of a row."""
        return 1 if self.kind == "dropout" else self.units


@dataclass
class Penalty:
    """A weight with a regularizer: its place and size, and which sums are formed."""

    place: int
    size: int
    sums: int


@dataclass
class ActivityPenalty:
    """A layer whose activations have a regularizer, and which sums are formed."""

    layer: Layer
    sums: int
    order: int = penalties.ADDED
    """How its gradient is added to the one from behind."""


@dataclass
class Extras:
    """What an optimizer does besides its step."""

    clipping: str | None = None
    """"clipvalue", "clipnorm" or "global_clipnorm"."""
    decays: Callable[[Variable], bool] = lambda weight: False
    averages: bool = False
    overwrites_every: int = 0


class Program:
    """The buffers of one model.

    Parameters
    ----------
    layers
        The model's layers, built, in order.
    name
        The model's.
    """

    def __init__(self, layers: list[Any], name: str = "sequential") -> None:
        trained = [layer for layer in layers if layer.stage is None and layer.weights]
        self.dtype: str = trained[0].dtype
        self.variables: list[Variable] = [v for layer in trained for v in layer.weights]
        self.trainable = [v.trainable for v in self.variables]
        self.size = sum(v.array.size for v in self.variables)
        widest = max(max(layer.kernel.shape) for layer in trained)
        # dx = dz·Wᵀ reads W in blocks of 16 × 16, which may hang over the last row by 15 rows.
        self.allocated = whole(self.size) + 16 * widest + REGISTER
        self.parameters = aligned(self.allocated, self.dtype)
        self.gradients = aligned(self.allocated, self.dtype)
        self.views: list[Array] = []
        self.layers: list[Layer] = []
        self.first_stages: list[Stage] = []
        """The layers before the first Dense."""
        penalized: list[tuple[int, int, Any]] = []
        active: list[tuple[ActivityPenalty, Any]] = []
        place = constants = seeds = 0
        for layer in layers:
            if layer.stage is not None:
                units = int(np.prod(layer.input.shape[1:]))
                stage = Stage(layer, layer.stage, units, constants, seeds)
                (self.layers[-1].stages if self.layers else self.first_stages).append(stage)
                constants += 2 * stage.width + REGISTER
                seeds += stage.kind == "dropout"
            if layer not in trained:
                continue
            inputs, units = layer.kernel.shape
            kernel, bias = place, -1
            can = [w.trainable for w in layer.weights]
            place = self._view(place, (inputs, units))
            penalized.append((kernel, place, layer.kernel_regularizer if can[0] else None))
            if layer.use_bias:
                bias = place
                place = self._view(place, (units,))
                penalized.append((bias, place, layer.bias_regularizer if can[1] else None))
            activation = layer.activation.__name__
            both = can[0], layer.use_bias and can[-1]
            self.layers.append(Layer(inputs, units, activation, kernel, bias, both, []))
            if layer.activity_regularizer is not None:
                sums = penalties.sums_of(layer.activity_regularizer.factors)
                behind = sums == penalties.BOTH and from_behind_first(layers, layer, name)
                order = penalties.FROM_BEHIND_FIRST if behind else penalties.ADDED
                penalty = ActivityPenalty(self.layers[-1], sums, order)
                active.append((penalty, layer.activity_regularizer))
        self._penalize(active, [p for p in penalized if p[2] is not None])
        self.stages = [*self.first_stages, *(s for layer in self.layers for s in layer.stages)]
        self.constants = np.zeros(constants + REGISTER, self.dtype)
        self.seeds = np.zeros((seeds + 1, 2), np.int64)
        self.lock = threading.RLock()
        """Whoever runs a kernel on these buffers holds it: Python's threads may share a model."""
        self.read_stages()
        self.room = 0
        """Rows of the largest batch that the buffers are laid out for."""
        self.squares: Array | None = None
        self.team = 1
        """How many threads may share the work on such a batch."""
        self.addresses = np.zeros(fields.PLAN_LENGTH, np.int64)
        """The fields of a plan that belong to the model."""
        self.adopt()

    def _view(self, place: int, shape: tuple[int, ...]) -> int:
        end = place + int(np.prod(shape))
        self.views.append(self.parameters[place:end].reshape(shape))
        return end

    def _penalize(
        self, active: list[tuple[ActivityPenalty, Any]], penalized: list[tuple[int, int, Any]]
    ) -> None:
        """Lay out the regularizers of activations, and of weights with their place and end."""
        self.penalties: list[Penalty] = []
        self.activity_penalties = [penalty for penalty, _ in active]
        count = len(active) + len(penalized)
        # Two factors for each, then the loss and the penalties.
        self.factors = np.zeros(3 * count + 1 + REGISTER, self.dtype)
        for r, regularizer in enumerate([r for *_, r in active] + [r for *_, r in penalized]):
            l1, l2 = regularizer.factors
            if r >= len(active):
                place, end, _ = penalized[r - len(active)]
                self.penalties.append(Penalty(place, end - place, penalties.sums_of((l1, l2))))
            self.factors[2 * r : 2 * r + 2] = l1 or 0.0, l2 or 0.0

    def read_stages(self) -> None:
        """Take the constants of the layers without trained weights, and the seeds of their draws.

        Whoever has adapted a Normalization since sees it now.  A training in another thread is at
        the end of a slice then: what it has drawn, the layers know.
        """
        with self.lock:
            for stage in self.stages:
                end = stage.constants + 2 * stage.width
                pairs = self.constants[stage.constants : end].reshape(2, stage.width)
                pairs[0], pairs[1] = stage.layer.constants()
                if stage.kind == "dropout":
                    self.seeds[stage.seeds] = stage.layer.seed_generator.state

    def keep_seeds(self) -> None:
        """Tell the layers how often they have drawn."""
        for stage in self.stages:
            if stage.kind == "dropout":
                stage.layer.seed_generator.state = self.seeds[stage.seeds].copy()

    def take_average(self, parameters: Array, average: Array) -> None:
        """Let the trained weights among `parameters` be those of their moving average."""
        for place, size in self._stretches(self.trainable):
            parameters[place : place + size] = average[place : place + size]

    def adopt(self) -> None:
        """Make the weights' numbers live in this program's buffer."""
        for variable, view in zip(self.variables, self.views, strict=True):
            if variable.array is not view:
                view[...] = variable.array
                variable.array = view

    @property
    def units(self) -> int:
        """How many numbers the model predicts for a row."""
        return int(self.layers[-1].units)

    @property
    def inputs(self) -> int:
        """How many numbers the model reads in a row."""
        return self.layers[0].inputs

    @property
    def activation(self) -> str:
        """What the model ends in: an activation, or "" if layers follow that have none."""
        return "" if self.layers[-1].stages else self.layers[-1].activation

    def make_room(self, rows: int) -> None:
        """Have buffers for batches of up to `rows` rows."""
        if rows > self.room:
            with self.lock:
                self._lay_out(rows)

    def _lay_out(self, rows: int) -> None:
        self.room = rows
        self._predicting: dict[int, Array] = {}
        self.team = threads(processors()) if self.is_large(rows) else 1
        place = 0
        chain: list[Any] = [*self.first_stages]
        for layer in self.layers:
            chain += [layer, *layer.stages]
        for each in chain:
            each.output = place
            place += whole((rows + ROWS_BEYOND) * each.units + REGISTER)
            if isinstance(each, Stage) and each.kind == "dropout":
                each.draws = place
                place += whole((rows + ROWS_BEYOND) * each.units + REGISTER)
        self.predictions = place
        """The place of the last layer's activation among the outputs, if it has one."""
        self.outputs = aligned(place + (rows + ROWS_BEYOND) * self.units + REGISTER, self.dtype)
        self.deltas = aligned(self.outputs.size, self.dtype)
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
        plan[fields.CONSTANTS], plan[fields.SEEDS] = address(self.constants), address(self.seeds)
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
            if self.squares is not None:
                buffers.append((self.squares, ("SQUARES", "LENGTHS")))
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

    def _sources(self, training: bool) -> list[tuple[int, int]]:
        """The frame's field and the place of what each layer reads, and of what the model ends in.

        Dropouts do something in training only.
        """
        found: list[tuple[int, int]] = []
        groups = [(fields.X, 0, self.first_stages)]
        groups += [(fields.OUTPUTS, layer.output, layer.stages) for layer in self.layers]
        for field, place, group in groups:
            for stage in group:
                if training or stage.kind != "dropout":
                    field, place = fields.OUTPUTS, stage.output
            found.append((field, place))
        return found

    def _through(self, group: list[Stage], source: tuple[int, int], training: bool) -> Instructions:
        """Forward through layers without trained weights."""
        steps: Instructions = []
        for stage in group:
            if stage.kind != "dropout":
                function = stages.FORWARD[stage.kind]
                steps.append((function, *source, stage.output, stage.units, stage.constants))
            elif training:
                function, draws = stages.DROPOUT[self.dtype], stage.layer.rate < 1
                numbers = stage.output, stage.units, stage.constants, stage.seeds, stage.draws
                steps.append((function, *source, *numbers, draws))
            else:
                continue
            source = fields.OUTPUTS, stage.output
        return steps

    def _back_through(self, group: list[Stage], to: int) -> Instructions:
        """From the gradient of what a group of such layers leaves to that of what it reads."""
        steps: Instructions = []
        places = [to, *(stage.output for stage in group)]
        for stage, target in reversed(list(zip(group, places, strict=False))):
            if stage.kind == "dropout":
                numbers = stage.output, target, stage.units, stage.constants, stage.draws
                steps.append((stages.d_dropout, *numbers))
            else:
                numbers = fields.DELTAS, stage.output, target, stage.units, stage.constants
                steps.append((stages.BACKWARD[stage.kind], *numbers))
        return steps

    def fetch(self, training: bool) -> Instructions:
        """The features of a batch from where the user has them."""
        if training:
            return [(large.fetch_rows, fields.TRAIN_X, fields.ORDER)]
        return [(large.fetch_rows, fields.VALIDATION_X, -1)]

    def forward(self, rows: int, training: bool = False) -> Instructions:
        """All layers, for batches of `rows` rows; the last leaves z and applies no activation."""
        steps = self._through(self.first_stages, (fields.X, 0), training)
        for layer, source in zip(self.layers, self._sources(training), strict=False):
            function = one_row.forward_row if rows == 1 else dense.forward_layer
            if large.is_large(rows, layer.inputs, layer.units):
                function = large.forward_layer_shared
            in_place = layer is not self.layers[-1] or bool(layer.stages)
            # Behind a bias the product rectifies.
            rectified = in_place and layer.activation == "relu" and layer.bias >= 0
            steps.append(
                (function, *source, layer.kernel, layer.bias, layer.output,
                 layer.inputs, layer.units, rectified)
            )  # fmt: skip
            if in_place and not rectified and layer.activation != "linear":
                plain, fused = activations.FORWARD[layer.activation]
                activation = fused if layer.bias >= 0 else plain
                steps.append((activation, layer.output, layer.output, layer.units))
            steps += self._through(layer.stages, (fields.OUTPUTS, layer.output), training)
        return steps

    def activate_output(self, fused: bool) -> Instructions:
        """The last layer's activation, beside its z."""
        last = self.layers[-1]
        if self.activation in ("", "linear"):
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

    def left_at(self, z: bool = False, training: bool = False) -> int:
        """Where the outputs are, or the last layer's `z`."""
        last = self.layers[-1]
        if z:
            return last.output
        if last.stages:
            return self._sources(training)[-1][1]
        return last.output if last.activation == "linear" else self.predictions

    @property
    def gradient_at(self) -> int:
        """Where among the deltas the loss leaves its gradient."""
        last = self.layers[-1]
        return last.stages[-1].output if last.stages else last.output

    def d_output(self) -> Instructions:
        """From the gradient of the predictions to that of the last layer's z."""
        last = self.layers[-1]
        steps = self._back_through(last.stages, last.output)
        steps += self._d_activity(last, last.output)
        if last.activation == "linear":
            return steps
        function = activations.BACKWARD[last.activation]
        return [*steps, (function, self._activated(last), last.output, last.units)]

    def d_output_beside_logits(self) -> Instructions:
        """Add what a regularizer of the last layer's activations does to the gradient of its z."""
        last, aside = self.layers[-1], self.predictions
        if last.activation == "linear":
            return self._d_activity(last, last.output)
        steps = self._d_activity(last, aside, alone=True)
        if not steps:
            return []
        function = activations.BACKWARD[last.activation]
        return [
            *steps,
            (function, aside, aside, last.units),
            (penalties.join, aside, last.output, last.units),
        ]

    def _activated(self, layer: Layer) -> int:
        """Where the layer's a is."""
        apart = layer is self.layers[-1] and self.activation not in ("", "linear")
        return self.predictions if apart else layer.output

    def _d_activity(self, layer: Layer, at: int, alone: bool = False) -> Instructions:
        """Add the gradient of the penalty on a layer's activations; `alone`: put it there."""
        return [
            (penalties.d_activity, self._activated(layer), at, layer.units, p.sums, 2 * r,
             penalties.ALONE if alone else p.order)
            for r, p in enumerate(self.activity_penalties)
            if p.layer is layer
        ]  # fmt: skip

    def _to_z(self, layer: Layer) -> Instructions:
        """From the gradient of what a hidden layer and those behind it passed on to that of z."""
        steps = self._back_through(layer.stages, layer.output)
        steps += self._d_activity(layer, layer.output)
        if layer.activation != "linear":
            function = activations.BACKWARD[layer.activation]
            steps.append((function, layer.output, layer.output, layer.units))
        return steps

    def _passed_on(self, layer: Layer) -> int:
        """Where the gradient of what a layer and those behind it pass on is."""
        return layer.stages[-1].output if layer.stages else layer.output

    def backward(self, rows: int, update: int = 0) -> Instructions:
        """All gradients, from the last layer to the first whose weights are trained.

        `update` is the address of an optimizer's instruction.  If it is given, each layer is
        updated when its gradient is known and the layer before has no more need of the old weights.
        """
        steps: Instructions = []
        sources = self._sources(training=True)
        lowest = min(k for k, layer in enumerate(self.layers) if any(layer.trained))
        for index in range(len(self.layers) - 1, lowest - 1, -1):
            layer = self.layers[index]
            sizes = layer.inputs, layer.units
            is_large = large.is_large(rows, *sizes)
            if index > lowest:
                below = self.layers[index - 1]
                d_input = large.d_input_shared if is_large else dense.d_input
                steps.append((d_input, layer.output, self._passed_on(below), layer.kernel, *sizes))
                steps += self._to_z(below)
            if not any(layer.trained):
                continue
            weights = *sources[index], layer.output, layer.kernel, layer.bias, *sizes
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
        sources = self._sources(training=True)
        for index in range(len(self.layers) - 1, -1, -1):
            layer, below = self.layers[index], self.layers[max(index - 1, 0)]
            alone = not below.stages and not self.activity_penalties
            rectified = below.activation == "relu" and alone
            to = self._passed_on(below) if index > 0 else -1
            steps.append(
                (one_row.backward_row, *sources[index], layer.output, layer.kernel,
                 layer.bias, layer.inputs, layer.units, to, rectified)
            )  # fmt: skip
            if index > 0 and not rectified:
                steps += self._to_z(below)
        return steps

    def each_penalty(self, function: Any) -> Instructions:
        """A function of :mod:`engine.kernels.penalties` for each weight that is penalized."""
        before = len(self.activity_penalties)
        terms = 2 * (before + len(self.penalties))
        return [
            (function, p.place, p.size, p.sums, 2 * r, terms + 1 + r)
            for r, p in enumerate(self.penalties, before)
        ]

    @property
    def penalized(self) -> bool:
        """Whether the loss has penalties."""
        return bool(self.penalties or self.activity_penalties)

    def mean(self, loss_at: int, reduction: int) -> Instructions:
        """The batch's loss, which goes to the place `loss_at` of the sums."""
        if not self.penalized:
            return [(losses.reduce, loss_at, reduction, True)]
        before = len(self.activity_penalties)
        count = before + len(self.penalties)
        # So far only the loss has left a gradient, at the end of the model.
        aside = [
            self.predictions if p.layer.output == self.gradient_at else p.layer.output
            for p in self.activity_penalties
        ]
        of_activities = [
            (penalties.activity, self._activated(p.layer), p.layer.units, p.sums, 2 * r,
             2 * count + 1 + r, place)
            for r, (p, place) in enumerate(zip(self.activity_penalties, aside, strict=True))
        ]  # fmt: skip
        return [
            (losses.reduce, loss_at, reduction, False),
            *of_activities,
            *self.each_penalty(penalties.penalty),
            (penalties.joined, loss_at, 2 * count, count),
        ]

    def update(self, optimizer: int, rows: int, watched: bool, extras: Extras) -> Instructions:
        """From the gradient of z to new weights; `watched` gradients are kept."""
        plain, exact = updates.PARTS[optimizer]
        whole_model = all(self.trainable) and optimizer not in updates.BY_WEIGHT
        kept = watched or bool(self.penalties) or extras.clipping is not None or not whole_model
        decays = any(map(extras.decays, self.variables))
        alone = not (kept or decays or extras.averages)
        is_large = self.is_large(rows)
        of_exact = exact.address(self.dtype)
        if alone and is_large:
            return self.backward(rows, of_exact)
        if alone and optimizer == updates.SGD and rows == 1:
            return self.descend()

        def moved(stretches: list[tuple[int, int]]) -> Instructions:
            if is_large:
                return [(large.update_shared, *some, of_exact) for some in stretches]
            return [(exact, *some, fields.GRADIENTS, some[0]) for some in stretches]

        if extras.clipping == "global_clipnorm" and optimizer in updates.DESCENTS:
            count = sum(self.trainable)
            use = around.use_rate_shared if is_large else around.use_rate
            update = [(use, count), *moved(self._stretches(self._trained_of_many(True)))]
            ones = self._weights(self._trained_of_many(False))
            update += [(around.use_rate, count + 1)] * bool(ones)
            update += [(exact, *one, fields.SQUARES, k) for k, one in enumerate(ones)]
        elif optimizer in updates.BY_WEIGHT:
            update = moved(self._weights(self.trainable))
        elif is_large or not whole_model:
            update = moved(self._stretches(self.trainable))
        else:
            update = [(plain, 0, self.size)]
        steps = [*self.backward(rows), *self.each_penalty(penalties.d_penalty)]
        steps += self._clip(extras.clipping, optimizer in updates.DESCENTS)
        decaying = [
            can and extras.decays(v) for v, can in zip(self.variables, self.trainable, strict=True)
        ]
        steps += [(around.decay, *stretch) for stretch in self._stretches(decaying)]
        steps += update
        if extras.averages:
            every = extras.overwrites_every
            steps += [(around.average, *s, every) for s in self._stretches(self.trainable)]
        return steps

    def _trained_of_many(self, many: bool) -> list[bool]:
        """Which weights are trained and are several numbers, or one."""
        return [
            can and (v.size > 1) == many
            for v, can in zip(self.variables, self.trainable, strict=True)
        ]

    def _clip(self, clipping: str | None, descends: bool) -> Instructions:
        """Clip the gradients of the trained weights; where plain descent follows, its rate."""
        if clipping is None:
            return []
        if clipping == "clipvalue":
            return [(around.clip_value, *s) for s in self._stretches(self.trainable)]
        self._make_room_for_squares()
        each = self._weights(self.trainable)
        if clipping == "clipnorm":
            return [(around.clip_norm, *s) for s in each]
        steps: Instructions = [(around.square_norm, *s, k) for k, s in enumerate(each)]
        if not descends:
            trained = self._stretches(self.trainable)
            return [*steps, *((around.clip_all, *s, len(each)) for s in trained)]
        ones = self._weights(self._trained_of_many(False))
        steps += [(around.times_rate, place, k) for k, (place, _) in enumerate(ones)]
        return [*steps, (around.clip_rate, len(each))]

    def _make_room_for_squares(self) -> None:
        """Have a buffer for the squares of a gradient, and for the sums of them."""
        if self.squares is None:
            most = whole(max(v.size for v in self.variables) + len(self.variables) + REGISTER)
            self.squares = aligned(most + len(self.variables) + REGISTER, self.dtype)
            self.addresses[fields.SQUARES] = address(self.squares)
            self.addresses[fields.LENGTHS] = address(self.squares[most:])

    def _weights(self, chosen: list[bool]) -> list[tuple[int, int]]:
        """Place and size of each of the chosen weights."""
        ends = np.cumsum([v.size for v in self.variables]).tolist()
        every = zip(self.variables, ends, chosen, strict=True)
        return [(end - v.size, v.size) for v, end, taken in every if taken]

    def _stretches(self, chosen: list[bool]) -> list[tuple[int, int]]:
        """The same with neighbours together."""
        found: list[tuple[int, int]] = []
        for place, size in self._weights(chosen):
            if found and sum(found[-1]) == place:
                found[-1] = found[-1][0], found[-1][1] + size
            else:
                found.append((place, size))
        return found
