"""The pair plot: every two columns of a table against each other."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from engine.pictures.canvas import MARKERS

_LINES: tuple[Any, ...] = ("-", "--", ":", "-.")


def plot_pairs(frame: pd.DataFrame, hue: str | None = None) -> Figure:
    """Draw the numeric columns of `frame` against each other, and their histograms on the diagonal.

    Classes differ by colour and marker, on the diagonal by colour and dashes.  As in seaborn,
    columns that are not numeric are left out, and so are missing values.

    Parameters
    ----------
    frame
        A table with one sample per row; put units into the column names.
    hue
        The column that holds the class.

    Returns
    -------
    Figure
        The grid, already taken out of pyplot's list of open figures.

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
    options: dict[str, Any] = {}
    if classes:
        options = {"hue": hue, "hue_order": classes, "palette": palette, "markers": markers}
    # seaborn makes its grid with pyplot: no window may open, and nothing stays in its list.
    before = set(plt.get_fignums())
    with plt.ioff():
        try:
            grid = sns.pairplot(
                frame,
                vars=columns,
                height=2.1,
                diag_kind="hist",
                plot_kws={"s": 22, "alpha": 0.8, "linewidth": 0.3},
                diag_kws={"element": "step", "fill": False, "linewidth": 1.6},
                **options,
            )
        finally:
            for number in set(plt.get_fignums()) - before:
                plt.close(number)
    dashes = {to_hex(colour): _LINES[k % len(_LINES)] for k, colour in enumerate(palette)}
    for axes in grid.diag_axes:
        for line in axes.lines:
            line.set_linestyle(dashes.get(to_hex(line.get_color()), "-"))
    figure: Figure = grid.figure
    if grid.legend is not None:
        for k, handle in enumerate(grid.legend.legend_handles):
            handle.set_linestyle(_LINES[k % len(_LINES)])
    inch = 1.0 / figure.get_figheight()
    figure.subplots_adjust(top=1.0 - 0.4 * inch)
    figure.suptitle(
        "diagonal: histograms, height = number of samples per bin",
        y=1.0 - 0.1 * inch,
        va="top",
        fontsize=9,
    )
    return figure
