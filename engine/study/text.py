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
from engine.study.trace import Trace

if TYPE_CHECKING:
    from rich.table import Table

MOST = 8
"""The most rows and columns of a tensor that is shown whole."""


_FORMULAS = {
    "SGD": "SGD: −α·gradient, or from the momentum",
    "Adam": "Adam: −αₜ·momentum/(√velocity + ε)",
}


def cells(values: Array) -> list[list[str]]:
    """The numbers of a tensor as text, row by row; of a large one what they are like."""
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


def parts(trace: Trace) -> Iterator[tuple[str, list[tuple[str, str, Array]]]]:
    """The parts of a step: a title, and names, formulas and tensors."""
    for number, layer in enumerate(trace.layers, start=1):
        formula = "input·kernel" + ("" if layer.bias is None else " + bias")
        rows = [("z", formula, layer.z)]
        if layer.activation != "linear":
            rows.append(("a", f"{layer.activation}(z)", layer.a))
        yield f"Forward: layer {number}, {layer.name}", rows
    told = [("loss of each row", trace.loss_name, trace.sample_losses)]
    told += [("penalty", path, np.array([value])) for path, value in trace.penalties.items()]
    yield f"Loss: {shown_result(trace.loss)}", told
    for number, layer in reversed(list(enumerate(trace.layers, start=1))):
        rows = []
        last = number == len(trace.layers)
        if layer.da is not None:
            behind = "from the loss" if last else f"dz·kernelᵀ of layer {number + 1}"
            rows.append(("da", behind, layer.da))
        of_loss = "from the loss, which reads z" if layer.da is None else ""
        rows.append(("dz", of_loss or f"da·slope of {layer.activation}", layer.dz))
        rows.append(("dkernel", "inputᵀ·dz", layer.dkernel))
        if layer.dbias is not None:
            rows.append(("dbias", "Σ dz over the rows", layer.dbias))
        yield f"Backward: layer {number}, {layer.name}", rows
    for weight in trace.weights:
        rows = [("before", "", weight.value), ("gradient", "", weight.gradient)]
        if weight.penalty_gradient is not None:
            rows.append(("of it", "from the penalty", weight.penalty_gradient))
        for slot, values in weight.slots_before.items():
            if values.any():
                rows.append((slot, "before the step", values))
        rows += [(slot, "after the step", values) for slot, values in weight.slots_after.items()]
        rows += [
            ("update", _FORMULAS[trace.optimizer], weight.update),
            ("new", "before + update", weight.new),
        ]
        yield f"Update: {weight.name}", rows


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
