"""The list of what a file may name: module, class and every argument, as Keras 3.15.1 writes them.

Whatever is not on this list is refused before anything is made of the file.  Nothing is imported
and no attribute is looked up by a name from a file.
"""

from __future__ import annotations

from typing import Any

from engine.saving.allowed_parts import (
    FLOATS,
    INITIALIZERS,
    LOSSES,
    METRICS,
    OPTIMIZERS,
    REGULARIZERS,
    axes,
    dtype,
    named_or,
    one_loss_weight,
)
from engine.saving.allowed_sizes import check_counts
from engine.saving.checks import (
    Check,
    count,
    flag,
    integer,
    listing,
    number,
    one_of,
    only,
    optional,
    record,
    refuse,
    text,
)

MOST_AXES = 8
"""Of a row, and one for the rows."""
MOST_LAYERS = 4_000
"""Of a model; putting a chain together takes time that grows with the square of its length."""

ACTIVATIONS = ("linear", "relu", "leaky_relu", "elu", "sigmoid", "tanh", "softmax")


def shape(value: Any, where: str) -> None:
    """Pass the shape of any number of rows: [null, numbers in a row], or several axes."""
    sizes = value if isinstance(value, list) else []
    if not 2 <= len(sizes) <= MOST_AXES:
        refuse(where, "[null, features], rows in batches of any size", value)
    if sizes[0] is not None:  # a batch size, which is not held to
        count(sizes[0], f"{where}[0]")
    for axis, size in enumerate(sizes[1:], start=1):
        count(size, f"{where}[{axis}]")


def built_for(value: Any, where: str) -> None:
    """Pass a shape; an adapted layer says how many rows it saw."""
    if isinstance(value, list) and value and isinstance(value[0], int):
        count(value[0], f"{where}[0]")
        value = [None, *value[1:]]
    optional(shape)(value, where)


def numbers(value: Any, where: str) -> None:
    """Pass None, a number, or lists of numbers in lists."""
    if isinstance(value, list):
        listing(numbers)(value, where)
    elif value is not None:
        number(value, where)


def number_or_array(value: Any, where: str) -> None:
    """Pass a number, a list of numbers, or an array as Keras writes it."""
    if isinstance(value, list):
        listing(number_or_list)(value, where)
    else:
        (_ARRAY if isinstance(value, dict) else number)(value, where)


def number_or_list(value: Any, where: str) -> None:
    """Pass a number, or lists of numbers in lists."""
    (listing(number_or_list) if isinstance(value, list) else number)(value, where)


_ARRAY = record(
    {
        "class_name": only("__numpy__"),
        "config": record({"value": numbers, "dtype": only(*FLOATS, "int64")}, "value", "dtype"),
    },
    "class_name",
    "config",
)
_LAYER_OPTIONS: dict[str, Check] = {"name": text, "trainable": flag, "dtype": dtype}
_INITIALIZER = one_of(INITIALIZERS)
_REGULARIZER = optional(one_of(REGULARIZERS))

LAYERS = {
    ("keras.layers", "InputLayer"): record(
        {
            "batch_shape": shape,
            "dtype": dtype,
            "sparse": only(False),
            "ragged": only(False),
            "name": text,
            "optional": only(False),
        },
        "batch_shape",
        "name",
    ),
    ("keras.layers", "Dense"): record(
        {
            **_LAYER_OPTIONS,
            "units": count,
            "activation": only(*ACTIVATIONS),
            "use_bias": flag,
            "kernel_initializer": _INITIALIZER,
            "bias_initializer": _INITIALIZER,
            "kernel_regularizer": _REGULARIZER,
            "bias_regularizer": _REGULARIZER,
            "activity_regularizer": _REGULARIZER,
            "kernel_constraint": only(None),
            "bias_constraint": only(None),
            "quantization_config": only(None),
        },
        "name",
        "units",
    ),
    ("keras.layers", "Dropout"): record(
        {**_LAYER_OPTIONS, "rate": number, "seed": optional(integer), "noise_shape": only(None)},
        "name",
        "rate",
    ),
    ("keras.layers", "Flatten"): record(
        {**_LAYER_OPTIONS, "data_format": only("channels_last")}, "name"
    ),
    ("keras.layers", "Rescaling"): record(
        {**_LAYER_OPTIONS, "scale": number_or_array, "offset": number_or_array}, "name", "scale"
    ),
    ("keras.layers", "Normalization"): record(
        {
            **_LAYER_OPTIONS,
            "axis": axes,
            "invert": flag,
            "mean": numbers,
            "variance": numbers,
        },
        "name",
    ),
}


def _tensor_of(value: Any, where: str) -> None:
    """Pass [layer's name, 0, 0], the output of a layer that is used once."""
    if not isinstance(value, list) or len(value) != 3:
        refuse(where, "[name of a layer, 0, 0]", value)
    text(value[0], f"{where}[0]")
    only(0)(value[1], f"{where}[1]")
    only(0)(value[2], f"{where}[2]")


def _one_tensor(value: Any, where: str) -> None:
    """Pass one tensor, by itself or in a list: the engine's models are chains."""
    if isinstance(value, dict):
        refuse(where, "one tensor by itself: what a model returns is one array", value)
    if isinstance(value, list) and len(value) == 1:
        _tensor_of(value[0], f"{where}[0]")
    else:
        _tensor_of(value, where)


def _one_input(value: Any, where: str) -> None:
    """Pass one tensor, which may have a name of its own."""
    if isinstance(value, dict) and len(value) == 1:
        ((name, value),) = value.items()
        text(name, where)
    _one_tensor(value, where)


def _nodes(value: Any, where: str) -> None:
    """Pass one use of a layer, or none, as for the input."""
    listing(_NODE)(value, where)
    if len(value) > 1:
        refuse(where, "a single use of the layer: models are chains of layers", value)


def _source(value: Any, where: str) -> None:
    """Pass the one tensor that a layer reads, in a list."""
    listing(_TENSOR)(value, where)
    if len(value) != 1:
        refuse(where, "one input: models are chains of layers", value)


_TENSOR = record(
    {
        "class_name": only("__keras_tensor__"),
        "config": record(
            {"shape": shape, "dtype": only(*FLOATS), "keras_history": _tensor_of},
            "shape",
            "keras_history",
        ),
    },
    "class_name",
    "config",
)
_NODE = record({"args": _source, "kwargs": record({"training": only(False, None)})}, "args")
_BUILD = record({"input_shape": built_for})
_MODEL: dict[str, Check] = {"name": text, "trainable": flag, "dtype": dtype}
_LAYER = one_of(LAYERS, build_config=_BUILD)
_NODE_LAYER = one_of(LAYERS, build_config=_BUILD, name=text, inbound_nodes=_nodes)

SEQUENTIAL = ("keras", "Sequential")
FUNCTIONAL = ("keras.src.models.functional", "Functional")
MODELS = {
    SEQUENTIAL: record(
        {**_MODEL, "layers": listing(_LAYER, MOST_LAYERS), "build_input_shape": shape},
        "name",
        "layers",
    ),
    FUNCTIONAL: record(
        {
            **_MODEL,
            "layers": listing(_NODE_LAYER, MOST_LAYERS),
            "input_layers": _one_input,
            "output_layers": _one_tensor,
        },
        "name",
        "layers",
        "input_layers",
        "output_layers",
    ),
}


_COMPILE = {
    "optimizer": one_of(OPTIMIZERS),
    "loss": named_or(LOSSES, by_output=True),
    "loss_weights": one_loss_weight,
    "metrics": named_or(METRICS, by_output=True),
    "weighted_metrics": named_or(METRICS, by_output=True),
    "run_eagerly": flag,
    "steps_per_execution": count,
    "jit_compile": flag,
}


def _compile_config(value: Any, where: str) -> None:
    """Pass what compile() was given, or an empty dict before it was called."""
    if value not in (None, {}):
        record(_COMPILE, "optimizer")(value, where)
        check_counts(value, where)


check_model = one_of(MODELS, build_config=_BUILD, compile_config=_compile_config)
"""The check of a whole config.json."""
