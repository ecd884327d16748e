"""What differs from member to member of :func:`engine.fit_many`: data, weights, seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.checks.numeric import numeric
from engine.checks.shown import shown
from engine.kernels.memory import Array, aligned, whole
from engine.kernels.program import Program
from engine.layers.dense import Dense
from engine.layers.dropout import Dropout
from engine.layers.input import InputLayer
from engine.models.model import Model
from engine.models.run import Rows
from engine.optimizers import Optimizer
from engine.optimizers.optimizer import checked_number
from engine.random import SeedGenerator, epoch_order, set_random_seed
from engine.random.seeds import seeded


@dataclass
class Member:
    """One of the networks: its weights, and on what and how it is trained."""

    parameters: Array
    """All weights one after the other, as a program keeps them."""
    slots: list[Array]
    average: Array | None
    """The moving average of the weights, if the optimizer keeps one."""
    draws: Array
    """Seed and count of each layer that draws: those of a program."""
    constants: Array
    """Those of the layers without trained weights: those of a program."""
    optimizer: Optimizer
    seed: int | None
    """Of the order of the rows."""
    rows: Rows | None = None
    taken: Array | None = None
    """The numbers of the rows to train on, if not all of them."""
    validation: Rows | None = None
    even: bool = False
    """Whether TensorFlow would know the shape of the batches."""
    history: Array | None = None
    """A row for each epoch, once it is trained."""

    def __len__(self) -> int:
        assert self.rows is not None
        return len(self.rows) if self.taken is None else len(self.taken)

    def order(self, shuffle: bool) -> Array:
        """The numbers of the rows in the order of every epoch."""
        order = epoch_order(len(self), self.seed) if shuffle else np.arange(len(self))
        return order if self.taken is None else self.taken[order]


def of_models(models: list[Model], seeds: Sequence[int | None]) -> list[Member]:
    """Members that are models: training them trains those."""
    members = []
    for model, seed in zip(models, seeds, strict=True):
        program, optimizer = model._program(), model.optimizer
        assert optimizer is not None
        optimizer.build(program.variables)
        state = program.parameters, optimizer.slots, optimizer.average
        members.append(Member(*state, program.seeds, program.constants, optimizer, seed))
    return members


def like_model(
    model: Model, seeds: Sequence[int | None], draw: bool, learning_rates: Sequence[float] | None
) -> list[Member]:
    """Members like a model that stays as it is, with initial weights of their own if `draw`."""
    program, optimizer, count = model._program(), model.optimizer, len(seeds)
    assert optimizer is not None
    places = whole(program.allocated)
    parameters = aligned(count * places, program.dtype).reshape(count, places)
    draws = np.repeat(program.seeds[np.newaxis], count, axis=0)
    if draw:
        _draw(model, program, seeds, parameters, draws)
    else:
        parameters[:, : program.allocated] = program.parameters
    names = optimizer.slot_names
    slots = aligned(count * (len(names) + 1) * places, program.dtype).reshape(count, -1, places)
    config, kind = optimizer.get_config(), type(optimizer)
    # The config has it in single precision.
    rates: list[Any] = [optimizer.schedule or optimizer.learning_rate] * count
    if learning_rates is not None:
        rates = list(learning_rates)
    made = {rate: kind.from_config({**config, "learning_rate": rate}) for rate in set(rates)}
    return [
        Member(
            own, list(own_slots[:-1]), own_slots[-1] if optimizer.use_ema else None, pairs,
            program.constants, made[rate], seed,
        )
        for own, own_slots, pairs, rate, seed in zip(
            parameters, slots, draws, rates, seeds, strict=True
        )
    ]  # fmt: skip


def checked_rates(values: Sequence[Any]) -> list[float]:
    """`values` as learning rates."""
    return [checked_number(f"learning_rates[{k}]", rate, 0.0) for k, rate in enumerate(values)]


def each(values: Any, dimensions: int) -> list[Any] | None:
    """`values` one for each member, if they are a list of arrays of so many dimensions or more.

    >>> each([[1, 2], [3, 4]], 2) is None
    True
    >>> len(each([np.ones((3, 2)), np.ones((4, 2))], 2))
    2
    """
    if not isinstance(values, list | tuple) or not values:
        return None
    shapes = [getattr(v, "shape", None) for v in values]
    return list(values) if all(s is not None and len(s) >= dimensions for s in shapes) else None


def each_of(x: Any, y: Any, weights: Any) -> list[list[Any] | None]:
    """Features, labels and weights of the rows, each as a list for the members if it is one.

    An array has an axis more if it holds those of all members; of labels, x tells: its members and
    rows are the first two axes.
    """
    whole = isinstance(x, np.ndarray) and x.ndim == 3
    xs = list(x) if whole else each(x, 2)
    others: list[list[Any] | None] = []
    for values in (y, weights):
        axes = values.shape[:2] if isinstance(values, np.ndarray) else ()
        own = xs is not None and axes == (len(xs), len(xs[0]))
        others.append(list(values) if own else each(values, 1))
    return [xs, *others]


def how_many(**lists: Any) -> int:
    """How many members there are: the lists are all of one length."""
    given = {name: values for name, values in lists.items() if values is not None}
    for name, values in given.items():
        if not isinstance(values, Sequence | np.ndarray) or getattr(values, "ndim", 1) == 0:
            raise TypeError(
                f"Expected {name} to be a list, a range or an array, with an entry for each "
                f"member. Received: {name}={shown(values)}"
            )
    lengths = {name: len(values) for name, values in given.items()}
    if not lengths:
        raise ValueError(
            f"Expected one of {', '.join(lists)} to be a list, with an entry for each member. "
            "Received: none"
        )
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{n} of {name}" for name, n in lengths.items())
        raise ValueError(
            f"Expected lists of one length, an entry for each member. Received: {told}"
        )
    (count,) = set(lengths.values())
    if count == 0:
        told = ", ".join(f"{name}={shown(values)}" for name, values in given.items())
        raise ValueError(f"Expected at least one member. Received: {told}")
    return count


def side_by_side(*pairs: tuple[list[Any] | None, Any]) -> list[tuple[Any, ...]]:
    """A tuple for each member, or one for all, from pairs of a list or None, and a value.

    >>> side_by_side(([1, 2], None), (None, 3))
    [(1, 3), (2, 3)]
    """
    most = max((len(values) for values, _ in pairs if values is not None), default=1)
    return list(zip(*(values or [value] * most for values, value in pairs), strict=True))


def row_numbers(values: Any, count: int, name: str) -> Array:
    """`values` as numbers of `count` rows; a mask of booleans tells them, too."""
    array = numeric(values, name)
    if array.dtype == bool:
        if array.shape != (count,):
            raise ValueError(
                f"Expected the mask {name} to have {count} entries, one for each row. "
                f"Received: {name} of shape {array.shape}"
            )
        if not array.any():
            raise ValueError(f"Expected {name} to choose a row. Received: a mask without True")
        array = np.flatnonzero(array)
    if not array.size:
        raise ValueError(
            f"Expected {name} to choose a row. Received: {name} of shape {array.shape}"
        )
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise ValueError(
            f"Expected {name} to be a list of row numbers, or a mask. Received: {name} of shape "
            f"{array.shape} and type {array.dtype}"
        )
    if array.min() < 0 or array.max() >= count:
        raise ValueError(
            f"Expected the numbers in {name} to be in 0 … {count - 1}. "
            f"Received: {array.min()} … {array.max()}"
        )
    return np.ascontiguousarray(array, np.int64)


def _draw(
    model: Model, program: Program, seeds: Sequence[int | None], out: Array, draws: Array
) -> None:
    """Write the initial weights of the model made anew after each seed into a row of `out`.

    The seeds of its dropouts go into a row of `draws`.
    """
    ends = np.cumsum([view.size for view in program.views])
    shapes = [view.shape for view in program.views]
    with seeded(0):
        for seed, numbers, pairs in zip(seeds, out, draws, strict=True):
            assert seed is not None
            set_random_seed(seed)
            initializers = _made_anew(model, pairs)
            for make, shape, end in zip(initializers, shapes, ends, strict=True):
                values = np.asarray(make(shape, program.dtype))
                numbers[end - values.size : end] = values.reshape(-1)


def _made_anew(model: Model, pairs: Array) -> list[Any]:
    """The initializers of all weights, made anew in the order of the layers: each draws its seed.

    So does each dropout: seed and count go into `pairs`.
    """
    made: dict[int, Any] = {}
    used = []
    row = iter(pairs)
    for layer in model.layers:
        if isinstance(layer, Dropout) and layer.stage:
            next(row)[:] = SeedGenerator(layer.seed).state
        if not isinstance(layer, Dense):
            continue
        for initializer in (layer.kernel_initializer, layer.bias_initializer):
            if id(initializer) not in made:
                clone = getattr(initializer, "clone", lambda same=initializer: same)
                made[id(initializer)] = clone()
            used.append(made[id(initializer)])
        if not layer.use_bias:
            used.pop()
    return used


def check_alike(models: list[Model]) -> None:
    """Raise a ValueError unless the models differ in weights, seeds and learning rates only."""
    if len({id(model) for model in models}) < len(models):
        raise ValueError("Expected different models. Received: the same one twice")
    first = _architecture(models[0])
    for k, model in enumerate(models):
        if (other := _architecture(model)) != first:
            unlike = [key for key in first if other.get(key) != first[key]]
            raise ValueError(
                f"Expected models of one architecture. Received: model {k} with other "
                f"{' and '.join(unlike)}: {shown(other[unlike[0]])}, not {shown(first[unlike[0]])}"
            )


def _architecture(model: Model) -> dict[str, Any]:
    config = model.get_compile_config()
    ignored = "name", "seed", "kernel_initializer", "bias_initializer"
    layers = [
        {k: v for k, v in layer.get_config().items() if k not in ignored}
        for layer in model.layers
        if not isinstance(layer, InputLayer)
    ]
    options = config["optimizer"]["config"]
    fixed = "momentum", "nesterov", "amsgrad", "centered", "use_ema", "ema_overwrite_frequency"
    clips = "clipnorm", "global_clipnorm", "clipvalue", "weight_decay"
    chosen = [name for name in (*fixed, *clips) if options.get(name)]
    return {
        "layers": [model.input_shape, *layers],
        "optimizer": " ".join([config["optimizer"]["class_name"], *chosen]),
        "loss": config["loss"],
        "metrics": config["metrics"],
        "weighted metrics": config["weighted_metrics"],
        "type of numbers": model._dense_layers()[0].dtype,
    }
