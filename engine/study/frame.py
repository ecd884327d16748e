"""A trace as a tidy pandas frame: a row for each number.

    layer   tensor   sample  input  unit  value

`sample`, `input` and `unit` are counted from 0 and empty where a tensor has no such axis.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.kernels.memory import Array
from engine.study.needed import needed
from engine.study.trace import Trace

AXES = {
    "input": ("sample", "input"),
    "kernel": ("input", "unit"),
    "bias": ("unit",),
    "z": ("sample", "unit"),
    "a": ("sample", "unit"),
    "da": ("sample", "unit"),
    "dz": ("sample", "unit"),
    "dkernel": ("input", "unit"),
    "dbias": ("unit",),
}
"""The tensors of a layer, in the order of the computation, and their axes."""


def frame(trace: Trace) -> Any:
    """Every number of a step: the batch, the layers forward, the loss, backward, the update."""
    pandas = needed("pandas", "a trace as a frame")

    parts: list[Any] = []

    def add(layer: str | None, tensor: str, values: Array | None, axes: tuple[str, ...]) -> None:
        if values is None:
            return
        numbers: Any = np.indices(values.shape).reshape(len(axes), -1) if axes else []
        columns: dict[str, Any] = {"layer": layer, "tensor": tensor}
        columns |= dict(zip(axes, numbers, strict=True))
        parts.append(pandas.DataFrame({**columns, "value": values.reshape(-1)}))

    add(None, "y", trace.y, ("sample", "unit"))
    if trace.targets is not trace.y:
        add(None, "target", trace.targets, ("sample", "unit"))
    add(None, "sample weight", trace.sample_weight, ("sample",))

    def add_stages(behind: int) -> None:
        for stage in trace.behind(behind):
            add(stage.name, "input", stage.input, ("sample", "unit"))
            for name, values in stage.constants.items():
                add(stage.name, name, values, ("unit",) if values.ndim else ())
            add(stage.name, "u", stage.draws, ("sample", "unit"))
            add(stage.name, "output", stage.output, ("sample", "unit"))

    add_stages(-1)
    for number, layer in enumerate(trace.layers):
        for name in ("input", "kernel", "bias", "z", "a"):
            add(layer.name, name, getattr(layer, name), AXES[name])
        add_stages(number)
    add(None, "loss", trace.sample_losses, ("sample",))
    for path, value in trace.penalties.items():
        add(path.rsplit("/", 1)[0], f"penalty of {path.rsplit('/', 1)[1]}", np.array([value]), ())
    add(None, "mean loss", np.array([trace.loss]), ())
    for number, layer in reversed(list(enumerate(trace.layers))):
        for stage in reversed(trace.behind(number)):
            add(stage.name, "doutput", stage.doutput, ("sample", "unit"))
            add(stage.name, "dinput", stage.dinput, ("sample", "unit"))
        add(layer.name, "dactivity", layer.activity_gradient, ("sample", "unit"))
        for name in ("da", "dz", "dkernel", "dbias"):
            add(layer.name, name, getattr(layer, name), AXES[name])
    add(None, "learning rate", np.array([trace.settings["learning_rate"]]), ())
    add(None, "step size", np.array([trace.rate]), ())
    if trace.clipping is not None:
        for name in ("bound", "norm", "scale"):
            if (figure := getattr(trace.clipping, name)) is not None:
                add(None, f"{trace.clipping.name}: {name}", np.array([figure]), ())
    for weight in trace.weights:
        layer_name, name = weight.name.rsplit("/", 1)
        axes = AXES[name]
        add(layer_name, f"penalty's gradient of {name}", weight.penalty_gradient, axes)
        if weight.squares is not None:
            add(layer_name, f"squared norm of d{name}", np.array([weight.squares]), ())
        add(layer_name, f"clipped d{name}", weight.clipped, axes)
        add(layer_name, f"decay of {name}", weight.decay, axes)
        for slot, values in weight.slots_before.items():
            add(layer_name, f"{slot} of {name}, before", values, axes)
        for slot, values in weight.slots_after.items():
            add(layer_name, f"{slot} of {name}, after", values, axes)
        add(layer_name, f"update of {name}", weight.update, axes)
        add(layer_name, f"new {name}", weight.new, axes)
    told = pandas.concat(parts, ignore_index=True)
    for axis in ("sample", "input", "unit"):
        if axis not in told:
            told[axis] = None
        told[axis] = told[axis].astype("Int64")
    return told[["layer", "tensor", "sample", "input", "unit", "value"]]
