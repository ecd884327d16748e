"""One layer as a box: a black head with its name and class, and white cells with facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from engine.pictures.canvas import text_width

_HEAD, _BODY = 13.0, 11.0  # font sizes in points
ROW, _PAD = 30.0, 12.0  # points
_DARK_GREEN, _DARK_RED = "#00573F", "#8C2D04"


@dataclass
class Cell:
    """A piece of a box: `plain` and `bold` text side by side."""

    plain: str
    bold: str
    paper: str = "white"
    bold_first: bool = False

    @property
    def size(self) -> float:
        """Font size in points."""
        return _HEAD if self.bold_first else _BODY

    @property
    def width(self) -> float:
        """Width in points, with the space left and right."""
        texts = text_width(self.plain, self.size) + text_width(self.bold, self.size, "bold")
        return texts + 4.0 + 2 * _PAD


Box = list[list[Cell]]


def activation_name(layer: Any) -> str | None:
    """Return the name of the layer's activation function; None where it has none."""
    activation = getattr(layer, "activation", None)
    if activation is None:
        return None
    return str(getattr(activation, "__name__", None) or getattr(activation, "name", activation))


def layer_box(
    layer: Any,
    show_shapes: bool,
    show_dtype: bool,
    show_layer_names: bool,
    show_layer_activations: bool,
    show_trainable: bool,
) -> Box:
    """Return the rows of the box of `layer`, as Keras's ``plot_model`` fills them."""
    kind = type(layer).__name__
    head = Cell(f"({kind})", layer.name, "black", bold_first=True)
    rows: Box = [[head if show_layer_names else Cell("", kind, "black", bold_first=True)]]
    activation = activation_name(layer)
    if show_layer_activations and activation is not None:
        rows.append([Cell("Activation:", activation)])
    facts: list[Cell] = []
    if show_shapes and kind != "InputLayer":
        facts.append(Cell("Input shape:", str(getattr(layer, "input_shape", "?"))))
    if show_shapes:
        facts.append(Cell("Output shape:", str(getattr(layer, "output_shape", "?"))))
    if show_dtype:
        facts.append(Cell("Output dtype:", str(getattr(layer, "dtype", "?"))))
    if show_trainable and layer.count_params() > 0:
        word, paper = (
            ("Trainable", _DARK_GREEN) if layer.trainable else ("Non-trainable", _DARK_RED)
        )
        facts.append(Cell("", word, paper))
    return [*rows, facts] if facts else rows


def box_width(box: Box) -> float:
    """Return the width in points that the widest row of `box` needs."""
    return max(sum(cell.width for cell in row) for row in box)


def draw_box(ax: Axes, scale: float, box: Box, x: float, y: float, width: float) -> None:
    """Draw `box` with its upper left corner at (x, y); a row shares out the spare width."""
    for row in box:
        spare = (width - sum(cell.width for cell in row)) / len(row)
        left = x
        for cell in row:
            ax.add_patch(
                Rectangle(
                    (left, y), cell.width + spare, ROW, facecolor=cell.paper, ec="black", lw=scale
                )
            )
            _draw_texts(ax, scale, cell, left + (cell.width + spare) / 2, y + ROW / 2)
            left += cell.width + spare
        y += ROW


def _draw_texts(ax: Axes, scale: float, cell: Cell, x: float, y: float) -> None:
    """Write both texts around one seam, so that another font cannot make them overlap."""
    plain, bold = text_width(cell.plain, cell.size), text_width(cell.bold, cell.size, "bold")
    texts = [(cell.plain, plain, "normal"), (cell.bold, bold, "bold")]
    if cell.bold_first:
        texts.reverse()
    ink = "black" if cell.paper == "white" else "white"
    style: dict[str, Any] = {"va": "center_baseline", "color": ink, "parse_math": False}
    style["fontsize"] = cell.size * scale
    if not cell.plain:
        ax.text(x, y, cell.bold, ha="center", weight="bold", **style)
        return
    (left, left_width, left_weight), (right, right_width, right_weight) = texts
    seam = x + (left_width - right_width) / 2
    ax.text(seam - 2.0, y, left, ha="right", weight=left_weight, **style)
    ax.text(seam + 2.0, y, right, ha="left", weight=right_weight, **style)
