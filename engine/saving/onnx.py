"""m.onnx: what `predict` computes, for other programs to run.

    Dense            Gemm (x·W + b), or MatMul without a bias; then its activation
    Activation       Relu, LeakyRelu, Elu, Sigmoid, Tanh, Softmax
    Flatten          Reshape
    Rescaling        Mul, Add
    Normalization    Sub, Div; or Mul, Add, if it is inverted
    Dropout          nothing: it acts in training only

The graph takes batches of any size.  Its input and its output have the names of the first and the
last layer, its nodes those of their layers.  Opset 18 unless another is asked for.

Keras: ``Model.export(filepath, format="onnx")`` of Keras 3.15.1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from engine.layers import Dense, InputLayer
from engine.saving.paths import ONNX_SUFFIX, Path, target
from engine.saving.replacing import replace_file

OPSET = 18
OLDEST_OPSET = 13
"""Softmax acts on the last axis from here on."""
FORMAT_VERSION = 8
"""The version of the file that came with opset 18; newer runtimes read it, too."""

ACTIVATIONS: dict[str, tuple[str, dict[str, Any]] | None] = {
    "linear": None,
    "relu": ("Relu", {}),
    "leaky_relu": ("LeakyRelu", {"alpha": 0.2}),
    "elu": ("Elu", {"alpha": 1.0}),
    "sigmoid": ("Sigmoid", {}),
    "tanh": ("Tanh", {}),
    "softmax": ("Softmax", {"axis": -1}),
}
"""Keras's name → ONNX's operator and its attributes."""


class Graph:
    """Nodes and constants, put together layer by layer; `last` is the result so far."""

    def __init__(self, onnx: Any, start: str) -> None:
        self.onnx, self.last = onnx, start
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, name: str, value: Any) -> str:
        """Add an array; return its name."""
        self.constants.append(self.onnx.numpy_helper.from_array(np.asarray(value), name))
        return name

    def node(self, operator: str, name: str, *more: str, **attributes: Any) -> None:
        """Add an operation on the result so far and on what has the names `more`."""
        make = self.onnx.helper.make_node
        self.nodes.append(make(operator, [self.last, *more], [name], name=name, **attributes))
        self.last = name


def export_onnx(
    model: Any, filepath: Path, verbose: bool | None = None, opset_version: int | None = None
) -> None:
    """Write a built model's predictions to an ONNX file.

    Parameters
    ----------
    model
        A built model of float32.
    filepath
        Ends in ``.onnx``; the file appears whole or not at all.
    verbose
        Whether to print where the file is; None prints, as Keras does.
    opset_version
        The version of ONNX's operators, 13 or newer; None is 18.

    Raises
    ------
    ValueError
        If the model is not built, or has a layer or an activation that no operator is known for.
    OSError
        If there is no room, or the file cannot be written; what was there is kept.
    ImportError
        If onnx is missing.
    """
    path = target(filepath, True, ONNX_SUFFIX)
    if verbose is not None and not isinstance(verbose, bool):
        raise TypeError(f"Expected verbose to be True, False or None. Received: {verbose!r}")
    data = onnx_model(model, opset_version).SerializeToString()
    replace_file(path, lambda file: file.write(data))
    if verbose is not False:
        print(f"Saved artifact at '{path}'.")


def export(
    model: Any,
    filepath: Path,
    format: str,
    verbose: bool | None,
    input_signature: Any,
    opset_version: int | None,
) -> None:
    """Export in Keras's words: of its formats the engine has ``onnx``."""
    if format != "onnx":
        raise ValueError(
            f'Expected format="onnx", the only one that the engine exports. Received: {format!r}'
        )
    if input_signature is not None:
        raise ValueError(
            "Expected input_signature=None: the graph takes the model's input in batches of any "
            f"size. Received: input_signature={input_signature!r}"
        )
    export_onnx(model, filepath, verbose, opset_version)


def onnx_model(model: Any, opset_version: int | None = None) -> Any:
    """Return the onnx.ModelProto of a built model; arguments as :func:`export_onnx`."""
    onnx = _import_onnx()
    opset = _checked_opset(onnx, opset_version)
    if not model.built or not model.weights:
        raise ValueError(
            f"Expected a built model with weights. Received: {model.name!r}, built={model.built}"
        )
    kinds = {layer.dtype for layer in model.layers}
    if kinds != {"float32"}:
        raise ValueError(f"Expected a model of float32. Received: {', '.join(sorted(kinds))}")
    layers = [layer for layer in model.layers if not isinstance(layer, InputLayer)]
    first, last = _input_name(model), layers[-1].name
    graph = Graph(onnx, first)
    for layer in layers:
        _add_layer(graph, layer)
    if graph.last != last:
        graph.node("Identity", last)
    made = onnx.helper.make_model(
        onnx.helper.make_graph(
            graph.nodes,
            model.name,
            [_tensor(onnx, first, model.input_shape)],
            [_tensor(onnx, last, model.output_shape)],
            graph.constants,
        ),
        opset_imports=[onnx.helper.make_opsetid("", opset)],
        ir_version=FORMAT_VERSION,
        producer_name="Glassnet",
        doc_string=f"{model.name}: {model.count_params():,} parameters",
    )
    onnx.helper.set_model_props(made, {"name": model.name, "input": first, "output": last})
    onnx.checker.check_model(made, full_check=True)
    return made


def _add_layer(graph: Graph, layer: Any) -> None:
    """Add a layer, by the name of its class."""
    known = LAYERS.get(type(layer).__name__)
    if known is None:
        raise ValueError(
            f"Expected a layer among {', '.join(LAYERS)}. "
            f"Received: {layer.name!r}, a {type(layer).__name__}"
        )
    known(graph, layer)


def _dense(graph: Graph, layer: Dense) -> None:
    kind = _activation(layer)
    name = layer.name if kind is None else f"{layer.name}/z"
    kernel = graph.constant(f"{layer.name}/kernel", layer.weights[0].numpy())
    if layer.use_bias:
        bias = graph.constant(f"{layer.name}/bias", layer.weights[1].numpy())
        graph.node("Gemm", name, kernel, bias)
    else:
        graph.node("MatMul", name, kernel)
    if kind is not None:
        graph.node(kind[0], layer.name, **kind[1])


def _only_activation(graph: Graph, layer: Any) -> None:
    kind = _activation(layer)
    if kind is not None:
        graph.node(kind[0], layer.name, **kind[1])


def _flatten(graph: Graph, layer: Any) -> None:
    shape = graph.constant(f"{layer.name}/shape", np.array([0, layer.output_shape[-1]], np.int64))
    graph.node("Reshape", layer.name, shape)


def _rescaling(graph: Graph, layer: Any) -> None:
    scale = graph.constant(f"{layer.name}/scale", np.asarray(layer.scale, np.float32))
    graph.node("Mul", f"{layer.name}/scaled", scale)
    offset = graph.constant(f"{layer.name}/offset", np.asarray(layer.offset, np.float32))
    graph.node("Add", layer.name, offset)


def _normalization(graph: Graph, layer: Any) -> None:
    """Subtract the mean and divide by the spread; or the inverse."""
    mean, spread = layer.mean_and_spread()
    centre = graph.constant(f"{layer.name}/mean", mean)
    wide = graph.constant(f"{layer.name}/spread", spread)
    if layer.invert:
        graph.node("Mul", f"{layer.name}/spread_out", wide)
        graph.node("Add", layer.name, centre)
    else:
        graph.node("Sub", f"{layer.name}/centred", centre)
        graph.node("Div", layer.name, wide)


def _nothing(graph: Graph, layer: Any) -> None:
    """Leave the result as it is."""


LAYERS: dict[str, Callable[[Graph, Any], None]] = {
    "Dense": _dense,
    "Activation": _only_activation,
    "Flatten": _flatten,
    "Rescaling": _rescaling,
    "Normalization": _normalization,
    "Dropout": _nothing,
}
"""The name of a layer's class → the function that adds its operators."""


def _activation(layer: Any) -> tuple[str, dict[str, Any]] | None:
    """Return the operator of a layer's activation; none for the identity."""
    name = layer.get_config()["activation"]
    if name not in ACTIVATIONS:
        raise ValueError(
            f"Expected an activation among {', '.join(ACTIVATIONS)}. "
            f"Received: {name!r} of the layer {layer.name!r}"
        )
    return ACTIVATIONS[name]


def _input_name(model: Any) -> str:
    """Return the name of the model's Input, which build() makes if there is none."""
    return str(model.get_config()["layers"][0]["config"]["name"])


def _tensor(onnx: Any, name: str, shape: tuple[Any, ...]) -> Any:
    """Return the description of an input or output: rows are called batch."""
    extents = ["batch", *shape[1:]]
    return onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, extents)


def _checked_opset(onnx: Any, opset_version: int | None) -> int:
    newest = int(onnx.defs.onnx_opset_version())
    if opset_version is None:
        return min(OPSET, newest)
    if isinstance(opset_version, bool) or not isinstance(opset_version, int):
        raise TypeError(f"Expected opset_version to be a whole number. Received: {opset_version!r}")
    if not OLDEST_OPSET <= opset_version <= newest:
        raise ValueError(
            f"Expected opset_version from {OLDEST_OPSET} to {newest}. Received: {opset_version}"
        )
    return opset_version


def _import_onnx() -> Any:
    """Return the package onnx."""
    try:
        import onnx
        import onnx.checker
        import onnx.helper
        import onnx.numpy_helper
    except ImportError as error:
        raise ImportError(
            "Expected onnx, which writes the graph: pip install '.[export]' in Glassnet's folder"
        ) from error
    return onnx
