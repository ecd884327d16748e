"""Where in model.weights.h5 which array stands, and how large it must be.

    vars                         the model itself: no arrays
    layers/dense/vars/0, 1       kernel (inputs, units), bias (units,)
    layers/dense_1/vars/0, 1     the second Dense, whatever its name
    layers/input_layer/vars      an InputLayer, in functional models only: no arrays
    optimizer/vars/0, 1, …       iterations, learning rate, then the slots

Groups are numbered within a class, in the order of the layers; each "vars" has its object's name
as an attribute.  All sizes follow from config.json, so a file can be refused before a model of the
size that it claims is built.

Keras: ``keras.src.saving.saving_lib`` of Keras 3.15.1; ``add_optimizer_variables`` for the slots.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from math import prod
from typing import Any

from engine.naming import snake_case
from engine.saving.allowed import FUNCTIONAL
from engine.saving.checks import refuse

OPTIMIZER = "optimizer/vars"

Row = tuple[int, ...]
"""The shape of what a layer reads for one row."""

MOST_STATE = 8
"""How many numbers a file may hold for each weight: itself, and what an optimizer keeps."""


@dataclass(frozen=True)
class Place:
    """One array of the file: its shape, the names of the types it may have, and its own name."""

    shape: tuple[int, ...]
    dtypes: tuple[str, ...]
    name: str = field(default="", compare=False)
    trained: bool = field(default=False, compare=False)
    """Whether an optimizer keeps slots for it."""


@dataclass(frozen=True)
class Group:
    """The arrays 0, 1, 2 … of one object; `least` of them are enough, if it is given.

    An `optional` group may be missing altogether.  A state of `others` many arrays is that of an
    optimizer which was built while other layers were frozen: it is not read.
    """

    path: str
    name: str
    places: tuple[Place, ...] = ()
    least: int | None = None
    optional: bool = False
    others: range = range(0)


def layer_groups(saved: dict[str, Any]) -> list[Group]:
    """Return the groups of a checked config, the model's own first, then those of its layers.

    Raises
    ------
    ValueError
        If the sizes in the config contradict each other, or its layers are not a chain.
    """
    config = saved["config"]
    functional = (saved["module"], saved["class_name"]) == FUNCTIONAL
    chain = _functional_chain(config) if functional else _sequential_chain(config)
    groups = [Group("vars", config["name"])]
    numbers: Counter[str] = Counter()
    for entry, inputs in chain:
        if entry["class_name"] == "InputLayer" and not functional:
            continue
        kind = snake_case(entry["class_name"])
        number = numbers[kind]
        numbers[kind] += 1
        path = f"layers/{kind}_{number}/vars" if number else f"layers/{kind}/vars"
        groups.append(Group(path, entry["config"]["name"], _places(entry, inputs)))
    return groups


def most_bytes(groups: list[Group]) -> int:
    """Return the most bytes that a file of these groups may have, an optimizer's state included.

    HDF5 itself needs less than a megabyte, and two kilobytes for each array.
    """
    places = [place for group in groups if group.path != OPTIMIZER for place in group.places]
    numbers = sum(prod(place.shape) for place in places)
    return (1 << 20) + MOST_STATE * (8 * numbers + 2048 * (len(groups) + len(places)))


def _places(entry: dict[str, Any], inputs: Row | None) -> tuple[Place, ...]:
    """Return the arrays of a layer that reads rows of a shape; none while that is not known."""
    if inputs is None or entry["class_name"] not in ARRAYS:
        return ()
    config = entry["config"]
    policy = config.get("dtype", "float32")
    dtype = policy["config"]["name"] if isinstance(policy, dict) else policy
    return tuple(ARRAYS[entry["class_name"]](config, inputs, dtype))


def _dense(config: dict[str, Any], inputs: Row, dtype: str) -> list[Place]:
    if len(inputs) != 1:
        refuse("config.json.config.layers", "a Dense that reads rows of numbers", list(inputs))
    trained = config.get("trainable", True)
    arrays = [
        Place((inputs[0], config["units"]), (dtype,), "kernel", trained),
        Place((config["units"],), (dtype,), "bias", trained),
    ]
    return arrays if config.get("use_bias", True) else arrays[:1]


def _normalization(config: dict[str, Any], inputs: Row, dtype: str) -> list[Place]:
    if config.get("mean") is not None:
        return []
    axes = config.get("axis", -1)
    axes = [] if axes is None else axes if isinstance(axes, list) else [axes]
    count = len(inputs) + 1
    if any(not -count <= axis < count or axis % count == 0 for axis in axes):
        refuse("config.json.config.layers", f"axes of rows of {len(inputs)} axes", axes)
    shape = tuple(inputs[axis - 1] for axis in sorted(axis % count for axis in axes))
    floats = [Place(shape, (dtype,), name) for name in ("mean", "variance")]
    return [*floats, Place((), ("int64", "int32"), "count")]


ARRAYS = {"Dense": _dense, "Normalization": _normalization}
"""A layer's class → its arrays; classes without any need no line."""


def row_of(entry: dict[str, Any], before: Row | None = None) -> Row | None:
    """Return the shape of what a layer gives for a row of the shape `before`: that, if no other."""
    config = entry["config"]
    if "batch_shape" in config:
        return tuple(int(size) for size in config["batch_shape"][1:])
    if entry["class_name"] == "Flatten" and before is not None:
        return (prod(before),)
    return (int(config["units"]),) if "units" in config else before


def _sequential_chain(config: dict[str, Any]) -> list[tuple[dict[str, Any], Row | None]]:
    """Return each layer with the shape of the rows that it reads."""
    chain: list[tuple[dict[str, Any], Row | None]] = []
    declared = config.get("build_input_shape")
    width: Row | None = tuple(declared[1:]) if declared else None
    for index, entry in enumerate(config["layers"]):
        where = f"config.json.config.layers[{index}]"
        if entry["class_name"] == "InputLayer":
            if index or width not in (None, row_of(entry)):
                refuse(where, "an input first of all, as wide as build_input_shape", entry)
            chain.append((entry, None))
            width = row_of(entry)
        else:
            _compare_width(entry, width, where)
            chain.append((entry, width))
            width = None if width is None else row_of(entry, width)
    return chain


def _functional_chain(config: dict[str, Any]) -> list[tuple[dict[str, Any], Row | None]]:
    """Return each layer with the shape of the rows that it reads: what the one before it gives."""
    entries = config["layers"]
    first, last = (_end(config[key]) for key in ("input_layers", "output_layers"))
    chain: list[tuple[dict[str, Any], Row | None]] = []
    names: set[str] = set()
    for index, entry in enumerate(entries):
        where = f"config.json.config.layers[{index}]"
        name = entry["config"]["name"]
        if entry.get("name", name) != name or name in names:
            refuse(where, "a layer with one name that no other has", entry.get("name"))
        names.add(name)
        nodes = entry.get("inbound_nodes", [])
        starts = entry["class_name"] == "InputLayer"
        if starts != (index == 0) or starts == bool(nodes) or (starts and name != first):
            refuse(where, "the input, followed by a chain of layers", entry)
        width = None
        if not starts:
            tensor = nodes[0]["args"][0]["config"]
            before = entries[index - 1]
            width = row_of(before, chain[-1][1])
            if tensor["keras_history"][0] != before["config"]["name"]:
                refuse(where, f"next to {before['config']['name']!r} in a chain", tensor)
            if tuple(tensor["shape"][1:]) != width:
                refuse(where, f"a layer that reads rows of shape {width}", tensor["shape"])
            _compare_width(entry, width, where)
        chain.append((entry, width))
    if not entries or entries[-1]["config"]["name"] != last:
        refuse("config.json.config.output_layers", "the end of the chain of layers", last)
    return chain


def _end(tensor: Any) -> Any:
    """Return the name of the layer in [name, 0, 0], [[name, 0, 0]] or {…: [name, 0, 0]}."""
    if isinstance(tensor, dict):
        (tensor,) = tensor.values()
    return tensor[0] if len(tensor) == 3 else tensor[0][0]


def _compare_width(entry: dict[str, Any], width: Row | None, where: str) -> None:
    """Refuse a layer that was built for another number of inputs."""
    built = entry.get("build_config", {}).get("input_shape")
    if built is not None and tuple(built[1:]) != width:
        refuse(f"{where}.build_config.input_shape", f"rows of shape {width}", built)


def optimizer_group(optimizer: Any, weights: list[Place]) -> Group:
    """Return the group of an optimizer for these weights, of which some are trained.

    Adam keeps m and v of one weight next to each other, and AMSGrad's v̂ of all weights behind.
    An optimizer that has not stepped yet may have no slots in the file.
    """
    trained = [place for place in weights if place.trained]
    slots = [trained[w] for w, _ in slot_order(optimizer, len(trained))]
    each = len(slot_order(optimizer, 1))
    head = [Place((), ("int64", "int32"))]
    if optimizer.schedule is None:  # else the learning rate follows from the step
        head.append(Place((), ("float32", "float64")))
    most = len(head) + each * len(weights)
    others = range(len(head), most + 1, each) if each else range(0)
    return Group(OPTIMIZER, optimizer.name, (*head, *slots), least=len(head), others=others)


def slot_order(optimizer: Any, weights: int) -> list[tuple[int, str]]:
    """Return (weight, name of the slot) for each array behind the learning rate, in Keras's order.

    >>> from engine.optimizers import Adam
    >>> slot_order(Adam(amsgrad=True), 2)[3:]
    [(1, 'velocity'), (0, 'velocity_hat'), (1, 'velocity_hat')]
    """
    groups = [["average"]] * optimizer.use_ema + optimizer.slot_groups
    return [(w, name) for group in groups for w in range(weights) for name in group]


def optimizer_array_names(optimizer: Any, paths: list[str]) -> list[str]:
    """Return the names of an optimizer's arrays in an .h5 file, for trained weights of these paths.

    >>> from engine.optimizers import SGD
    >>> optimizer_array_names(SGD(momentum=0.9, name="sgd"), ["dense/kernel"])
    ['sgd/iteration', 'sgd/learning_rate', 'sgd/dense_kernel_momentum']
    """
    slots = slot_order(optimizer, len(paths))
    own = [f"{paths[w].replace('/', '_')}_{name}" for w, name in slots]
    head = ["iteration"] if optimizer.schedule else ["iteration", "learning_rate"]
    return [f"{optimizer.name}/{name}" for name in (*head, *own)]
