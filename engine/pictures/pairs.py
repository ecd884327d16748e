"""The pair plot: every two columns of a table against each other."""

from __future__ import annotations

from typing import Any

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D

from engine.pictures.canvas import DASHES, MARKERS, axes_or_new

SIDE = 1.8
"""Inches of a cell."""

LEGEND = 0.2
"""The share of the caller's axes that the legend takes."""


def plot_pairs(frame: pd.DataFrame, hue: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw the numeric columns of `frame` against each other, and their histograms on the diagonal.

    Classes differ by colour and marker, on the diagonal by colour and dashes.  As in seaborn,
    columns that are not numeric are left out, and so are missing values.

    Parameters
    ----------
    frame
        A table with one sample per row; put units into the column names.
    hue
        The column that holds the class.
    ax
        Axes whose place the grid takes; without it a new figure is made.

    Returns
    -------
    Axes
        The grid's cells are its ``child_axes``, row by row.

    Raises
    ------
    TypeError
        If `frame` is not a DataFrame.
    ValueError
        If it has no rows or no numeric column to draw, or `hue` is not one of its columns.
    """
    if not isinstance(frame, pd.DataFrame):
        raise TypeError(f"Expected a pandas DataFrame. Received: {type(frame).__name__}")
    if hue is not None and hue not in frame.columns:
        raise ValueError(
            f"Expected hue to be one of the columns {list(frame.columns)}. Received: hue={hue!r}"
        )
    columns = [name for name in frame.select_dtypes("number").columns if name != hue]
    if frame.empty or not columns:
        raise ValueError(
            "Expected rows and at least one numeric column besides hue. "
            f"Received: frame.shape={frame.shape}, columns={list(frame.columns)}"
        )
    classes = [] if hue is None else sorted(frame[hue].dropna().unique())
    markers = [MARKERS[number % len(MARKERS)] for number in range(len(classes))]
    palette = sns.color_palette("colorblind", max(1, len(classes)))
    colours: dict[str, Any] = {"color": palette[0]}
    shapes: dict[str, Any] = {}
    if classes:
        colours = {"hue": hue, "hue_order": classes, "palette": palette, "legend": False}
        shapes = {"style": hue, "style_order": classes, "markers": markers}

    count = len(columns)
    # The caller's axes may have no room beside them: the legend then takes a part of their own.
    share = 1.0 if ax is None or not classes else 1.0 - LEGEND
    outside = ax is None
    ax = axes_or_new(ax, SIDE * count + 1.2, SIDE * count + 0.6)
    ax.set_axis_off()
    dashes = {to_hex(colour): DASHES[k % len(DASHES)] for k, colour in enumerate(palette)}
    for row, down in enumerate(columns):
        for column, across in enumerate(columns):
            cell = ax.inset_axes(
                (
                    share * (column + 0.04) / count,
                    1 - (row + 0.96) / count,
                    share * 0.92 / count,
                    0.92 / count,
                )
            )
            if row == column:
                sns.histplot(data=frame, x=across, element="step", fill=False, linewidth=1.6,
                             ax=cell, **colours)  # fmt: skip
                for line in cell.lines:
                    line.set_linestyle(dashes.get(to_hex(line.get_color()), "-"))
                # Its height counts samples and is no number of the column beside it.
                cell.set_yticks([])
            else:
                sns.scatterplot(data=frame, x=across, y=down, s=22, alpha=0.8, linewidth=0.3,
                                ax=cell, **colours, **shapes)  # fmt: skip
            cell.set_xlabel(str(across) if row == count - 1 else "", parse_math=False)
            cell.set_ylabel(str(down) if column == 0 else "", parse_math=False)
            cell.tick_params(labelbottom=row == count - 1, labelleft=column == 0, labelsize=8)
            cell.spines[["top", "right"]].set_visible(False)
    _share_limits(ax.child_axes, count)
    if classes:
        handles = [
            Line2D([], [], color=palette[k], marker=markers[k], label=str(name),
                   linestyle=DASHES[k % len(DASHES)])
            for k, name in enumerate(classes)
        ]  # fmt: skip
        place: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": (1.0, 1.0)}
        if not outside:
            place = {"loc": "upper right", "fontsize": 7, "title_fontsize": 7, "borderaxespad": 0.0}
        ax.legend(handles=handles, title=hue, frameon=False, handlelength=3, **place)
    ax.set_title("diagonal: histograms, height = number of samples per bin", fontsize=9)
    return ax


def _share_limits(cells: Any, count: int) -> None:
    """A column has one range below all its cells, and beside all cells of its row."""
    for k in range(count):
        limits = cells[k * count + k].get_xlim()
        for other in range(count):
            cells[other * count + k].set_xlim(limits)
            if other != k:
                cells[k * count + other].set_ylim(limits)
