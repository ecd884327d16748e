"""The network as units and edges: one column of circles per layer."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Circle

from engine.pictures.box import activation_name
from engine.pictures.canvas import drawing_axes, text_width
from engine.pictures.layers import layers_of

MOST_UNITS = 12
_SHOWN_OF_MANY = 10  # five above the ellipsis and five below

_RADIUS, _STEP = 9.0, 26.0  # points
_ELLIPSIS = 2.5  # steps between the fifth unit and the fifth from the end
_TEXT, _LINE, _MARGIN = 9.0, 12.5, 14.0
_INPUT, _HIDDEN, _OUTPUT = "white", "#BFDCEE", "#E69F00"


@dataclass
class _Column:
    units: int
    text: list[str]
    paper: str
    parameters: int = 0

    @property
    def heights(self) -> Any:
        """Height of each drawn unit in points, 0 in the middle of the column."""
        if self.units <= MOST_UNITS:
            return _STEP * (np.arange(self.units) - (self.units - 1) / 2)
        half = (_ELLIPSIS / 2 + np.arange(_SHOWN_OF_MANY // 2)) * _STEP
        return np.concatenate([-half[::-1], half])


def plot_network(model: Any, ax: Axes | None = None) -> Axes:
    """Draw every unit of a Dense network as a circle and every weight as a line.

    Inputs are white, hidden units pale, outputs dark.  Of a layer with more than 12 units the
    first and last five are drawn, with their number between.  Below each column: the layer's
    name, type and activation, output shape and number of parameters; then the layers that change
    these numbers and not how many they are, as Dropout, Flatten and Normalization do.

    Raises
    ------
    TypeError
        If `model` is not a model, or a layer has no units and another number of outputs than of
        inputs.
    ValueError
        If `model` is not built or has no Dense layer.
    """
    columns = _columns(model)
    gap = 20.0
    widths = [max(text_width(line, _TEXT, "bold") for line in column.text) for column in columns]
    # Short labels would push tall columns so near that the edges could not be told apart.
    spans = [max(width + gap, 110.0) for width in widths]
    tallest = max(float(np.ptp(column.heights)) for column in columns)
    parameters = sum(column.parameters for column in columns)
    title = f"{model.name}: {parameters:,} parameters"
    width = max(sum(spans), text_width(title, 11.0, "bold")) + 2 * _MARGIN
    head, foot = 30.0, max(len(column.text) for column in columns) * _LINE + 12.0
    height = _MARGIN + head + tallest + 2 * _RADIUS + foot + _MARGIN

    ax, scale = drawing_axes(ax, width, height)
    middle = _MARGIN + head + _RADIUS + tallest / 2
    ax.text(
        width / 2,
        _MARGIN,
        title,
        ha="center",
        va="top",
        fontsize=11.0 * scale,
        weight="bold",
        parse_math=False,
    )
    left = (width - sum(spans)) / 2
    before: Any = None
    for column, span in zip(columns, spans, strict=True):
        x = left + span / 2
        points = np.column_stack([np.full(len(column.heights), x), middle + column.heights])
        if before is not None:
            _draw_edges(ax, scale, before, points)
        _draw_column(ax, scale, column, points, middle)
        top = middle + tallest / 2 + _RADIUS + 12.0
        for number, line in enumerate(column.text):
            ax.text(
                x,
                top + number * _LINE,
                line,
                ha="center",
                va="top",
                fontsize=_TEXT * scale,
                weight="bold" if number == 0 else "normal",
                parse_math=False,
            )
        before, left = points, left + span
    return ax


def _columns(model: Any) -> list[_Column]:
    layers = [layer for layer, _ in layers_of(model, expand_nested=True)]
    inputs = [layer for layer in layers if type(layer).__name__ == "InputLayer"]
    layers = [layer for layer in layers if layer not in inputs]
    if not any(hasattr(layer, "units") for layer in layers):
        raise ValueError(f"Expected a Dense layer. Received: model {model.name!r} with none")
    source = inputs[0].name if inputs else "input"
    width = math.prod(model.input_shape[1:])
    columns = [_Column(width, [source, str(model.input_shape)], _INPUT)]
    for layer in layers:
        kind, activation, count = type(layer).__name__, activation_name(layer), layer.count_params()
        if not hasattr(layer, "units"):
            if math.prod(layer.output_shape[1:]) != columns[-1].units:
                raise TypeError(
                    "Expected Dense layers, whose units can be drawn, and layers that change no "
                    f"number of units. Received: layer {layer.name!r} of class {kind}"
                )
            columns[-1].text.append(f"then {kind}")
            columns[-1].parameters += count
            continue
        text = [
            layer.name,
            kind if activation is None else f"{kind}, {activation}",
            str(layer.output_shape),
            f"{count:,} parameter{'' if count == 1 else 's'}",
        ]
        columns.append(_Column(layer.units, text, _HIDDEN, count))
    columns[-1].paper = _OUTPUT
    return columns


def _draw_edges(ax: Axes, scale: float, sources: Any, targets: Any) -> None:
    lines = [(source, target) for source in sources for target in targets]
    # 100 lines between two layers need thinner ink than 4.
    ink = float(np.clip(12.0 / len(lines), 0.35, 0.9))
    ax.add_collection(
        LineCollection(lines, colors="0.35", linewidths=ink * scale, alpha=0.75, zorder=1),
        autolim=False,
    )


def _draw_column(ax: Axes, scale: float, column: _Column, points: Any, middle: float) -> None:
    for point in points:
        ax.add_patch(
            Circle(tuple(point), _RADIUS, facecolor=column.paper, ec="black", lw=scale, zorder=2)
        )
    if column.units > MOST_UNITS:
        ax.text(
            points[0, 0],
            middle,
            f"⋮\n{column.units:,}\n⋮",
            ha="center",
            va="center",
            fontsize=10.0 * scale,
            linespacing=0.9,
            weight="bold",
            zorder=3,
            bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none"},
        )
