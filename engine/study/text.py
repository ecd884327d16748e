"""A trace as text, drawn with rich: the layers forward, the loss, the layers backward, the update.

Tensors of up to `MOST` numbers in each direction are shown whole, of others the shape and where
their numbers lie.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.kernels.memory import Array
from engine.study.expressions import shown, shown_result
from engine.study.needed import needed
from engine.study.trace import ClippingTrace, LayerTrace, Trace, WeightTrace

if TYPE_CHECKING:
    from rich.table import Table

MOST = 8
"""The most rows and columns of a tensor that is shown whole."""


_STEPS = {
    "SGD": "SGD: −α·gradient, or from the momentum",
    "Adam": "Adam: −αₜ·momentum/(√velocity + ε)",
    "AdamW": "AdamW: −αₜ·momentum/(√velocity + ε)",
    "RMSprop": "RMSprop: −α·gradient/√(velocity + ε), or from the momentum",
}

_STAGES = {
    "dropout": ("input·scale where u ≥ rate, else 0", "doutput·scale where u ≥ rate, else 0"),
    "scaling": ("input·scale + offset", "doutput·scale"),
    "normalization": ("(input − mean)/spread", "doutput/spread"),
    "inverse": ("mean + input·spread", "doutput·spread"),
    "unchanged": ("the numbers as they are", "as it is"),
}
"""What a layer without trained weights does, forward and backward."""

_CLIPPED = {
    "clipvalue": "max(min(gradient, c), −c)",
    "clipnorm": "gradient·c/max(norm, c)",
    "global_clipnorm": "gradient·scale",
}

_NONE = np.zeros(0)

Row = tuple[str, str, Array]
"""The name of a tensor, its formula, and it."""


def cells(values: Array) -> list[list[str]]:
    """The numbers of a tensor as text, row by row; of a large one what they are like."""
    if not values.size:
        return [[]]
    rows = np.atleast_2d(values)
    if max(rows.shape) <= MOST:
        return [[shown(float(v)) for v in row] for row in rows]
    finite = rows[np.isfinite(rows)].astype("float64")
    shape = " × ".join(map(str, values.shape))
    if not finite.size:
        return [[f"{shape}, none of them finite"]]
    low, middle, high = (shown(float(v), 4) for v in (finite.min(), finite.mean(), finite.max()))
    told = f"{shape}: {low} … {high}, mean {middle}"
    return [[told + (f", {rows.size - finite.size} not finite" if finite.size < rows.size else "")]]


def matrix(values: Array) -> Table:
    """A tensor as a grid."""
    from rich.table import Table

    rows = cells(values)
    grid = Table.grid(padding=(0, 2))
    for _ in rows[0]:
        # In a narrow terminal a number goes on in the next line: cut off, it would be another one.
        grid.add_column(justify="right" if len(rows[0]) > 1 else "left", overflow="fold")
    for row in rows:
        grid.add_row(*row)
    return grid


def parts(trace: Trace) -> Iterator[tuple[str, list[Row]]]:
    """The parts of a step: a title, and names, formulas and tensors."""
    yield from _forward_of(trace, -1)
    for number, layer in enumerate(trace.layers):
        formula = "input·kernel" + ("" if layer.bias is None else " + bias")
        rows: list[Row] = [("z", formula, layer.z)]
        if layer.activation != "linear":
            rows.append(("a", f"{layer.activation}(z)", layer.a))
        yield f"Forward: layer {number + 1}, {layer.name}", rows
        yield from _forward_of(trace, number)
    yield f"Loss: {shown_result(trace.loss)}", _loss(trace)
    for number, layer in reversed(list(enumerate(trace.layers))):
        yield from _backward_of(trace, number)
        yield f"Backward: layer {number + 1}, {layer.name}", _backward(trace, number)
    if trace.clipping is not None:
        yield _clipping(trace.clipping)
    yield _size_of_step(trace)
    for weight in trace.weights:
        frozen = "" if weight.trained else ", frozen"
        yield f"Update: {weight.name}{frozen}", _update(trace, weight)


def _forward_of(trace: Trace, layer: int) -> Iterator[tuple[str, list[Row]]]:
    """The layers without trained weights behind a Dense layer."""
    for stage in trace.behind(layer):
        rows: list[Row] = [(name, "", v) for name, v in stage.constants.items()]
        if stage.draws is not None:
            rows.append(("u", "drawn in [0, 1)", stage.draws))
        rows.append(("output", _STAGES[stage.kind][0], stage.output))
        yield f"Forward: {stage.name}", rows


def _backward_of(trace: Trace, layer: int) -> Iterator[tuple[str, list[Row]]]:
    """The way back through them."""
    origin = "from the loss"
    if layer < len(trace.layers) - 1:
        origin = f"dz·kernelᵀ of layer {layer + 2}"
    for stage in reversed(trace.behind(layer)):
        if stage.doutput is None or stage.dinput is None:
            return
        rows = [
            ("doutput", origin, stage.doutput),
            ("dinput", _STAGES[stage.kind][1], stage.dinput),
        ]
        origin = f"dinput of {stage.name}"
        yield f"Backward: {stage.name}", rows


def _loss(trace: Trace) -> list[Row]:
    rows: list[Row] = []
    if trace.targets is not trace.y:
        rows.append(("targets", f"label_smoothing = {trace.label_smoothing:g}", trace.targets))
    rows.append(("loss of each row", trace.loss_name, trace.sample_losses))
    if trace.reduction != "mean":
        formula = "reduction of the loss: what the sum is divided by"
        rows.append((trace.reduction, formula, np.array([trace.divisor])))
    return rows + [("penalty", path, np.array([v])) for path, v in trace.penalties.items()]


def _backward(trace: Trace, number: int) -> list[Row]:
    layer, last = trace.layers[number], number == len(trace.layers) - 1
    if layer.dz is None:
        return [("–", "no gradient is formed: nothing from here to the input is trained", _NONE)]
    rows: list[Row] = []
    if layer.activity_gradient is not None:
        rows.append(("dactivity", "of the penalty on a", layer.activity_gradient))
    extra = " + dactivity" if rows else ""
    if layer.da is not None:
        stages = trace.behind(number)
        behind = "from the loss" if last else f"dz·kernelᵀ of layer {number + 2}"
        rows.append(("da", (f"dinput of {stages[0].name}" if stages else behind) + extra, layer.da))
    of_loss = ""
    if layer.da is None:
        of_loss = "from the loss, which reads z" + (extra and " + dactivity·slope")
    rows.append(("dz", of_loss or f"da·slope of {layer.activation}", layer.dz))
    if layer.dkernel is not None:
        rows.append(("dkernel", "inputᵀ·dz" + _penalty(trace, layer, "kernel"), layer.dkernel))
    if layer.dbias is not None:
        formula = "Σ dz over the rows" + _penalty(trace, layer, "bias")
        rows.append(("dbias", formula, layer.dbias))
    return rows


def _penalty(trace: Trace, layer: LayerTrace, kind: str) -> str:
    """What the gradient of a regularized weight holds besides."""
    told = {weight.name: weight.penalty_gradient for weight in trace.weights}
    return "" if told.get(f"{layer.name}/{kind}") is None else " + dpenalty"


def _clipping(clipping: ClippingTrace) -> tuple[str, list[Row]]:
    rows: list[Row] = [("c", "the bound", np.array([clipping.bound]))]
    if clipping.norm is not None and clipping.scale is not None:
        rows.append(("norm", "√Σ g² over all trained weights", np.array([clipping.norm])))
        rows.append(("scale", "c·min(1/norm, 1/c)", np.array([clipping.scale])))
    return f"Clipping: {clipping.name}", rows


def _size_of_step(trace: Trace) -> tuple[str, list[Row]]:
    """The learning rate, and what Adam makes of it."""
    schedule = "" if trace.schedule is None else f"{trace.schedule[0]} at s = {trace.step - 1}"
    rows: list[Row] = [("α", schedule, np.array([trace.settings["learning_rate"]]))]
    if trace.optimizer in ("Adam", "AdamW"):
        rows.append(("αₜ", "α·√(1 − β₂ᵗ)/(1 − β₁ᵗ)", np.array([trace.rate])))
    return f"The size of step t = {trace.step}", rows


def _update(trace: Trace, weight: WeightTrace) -> list[Row]:
    if weight.gradient is None or weight.update is None:
        return [("as it was", "frozen: no gradient, no update", weight.value)]
    rows: list[Row] = [("before", "", weight.value), ("gradient", "", weight.gradient)]
    if weight.penalty_gradient is not None:
        rows.append(("of it", "from the penalty", weight.penalty_gradient))
    if weight.squares is not None:
        rows.append(("norm", "√Σ gradient²", np.array([weight.squares**0.5])))
    clipping = trace.clipping
    if clipping is not None and weight.clipped is not None:
        rows.append(("clipped", _CLIPPED[clipping.name], weight.clipped))
    for slot, values in weight.slots_before.items():
        if values.any():
            rows.append((slot, "before the step", values))
    after = [(s, "after the step", v) for s, v in weight.slots_after.items() if s != "average"]
    step = _STEPS[trace.optimizer]
    if clipping is not None and weight.clipped is None:
        step += "; α shortened: scale·α"
    if weight.decay is not None:
        rows.append(("decay", "−before·(weight_decay·learning_rate)", weight.decay))
    decayed = "before + update" if weight.decay is None else "before + decay + update"
    rows += [*after, ("update", step, weight.update)]
    if "average" not in weight.slots_after:
        return [*rows, ("new", decayed, weight.new)]
    assert weight.moved is not None
    average = weight.slots_after["average"]
    every = trace.settings["ema_overwrite_frequency"]
    overwritten = bool(every) and trace.step % every == 0
    rows.append(("moved" if overwritten else "new", decayed, weight.moved))
    mu = "0, the first step" if trace.step == 1 else f"{trace.settings['ema_momentum']:g}"
    rows.append(("average", f"μₐ·average + (1 − μₐ)·weight, μₐ = {mu}", average))
    return [*rows, ("new", "the average, which overwrites it", weight.new)] if overwritten else rows


def render(trace: Trace) -> Any:
    """What rich prints."""
    needed("rich", "a trace as text")
    from rich.console import Group
    from rich.table import Table

    shown_parts: list[Any] = [repr(trace)]
    for title, rows in parts(trace):
        table = Table(
            title=title, title_justify="left", show_header=False, show_lines=True, min_width=60
        )
        for _ in range(3):
            table.add_column(vertical="middle")
        for name, formula, values in rows:
            table.add_row(name, formula, matrix(values))
        shown_parts.append(table)
    return Group(*shown_parts)


def as_text(trace: Trace, width: int = 180) -> str:
    """The same without a terminal: no escapes, and wide enough for `MOST` numbers in a row."""
    needed("rich", "a trace as text")
    from rich.console import Console

    written = StringIO()
    Console(
        file=written, width=width, color_system=None, force_terminal=False, force_jupyter=False,
        highlight=False,
    ).print(render(trace))  # fmt: skip
    return "\n".join(line.rstrip() for line in written.getvalue().splitlines()) + "\n"
