"""The correlation heatmap: how the columns of a table go together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from engine.pictures.canvas import axes_or_new, ink_on

_MOST_COLUMNS_WITH_NUMBERS = 12


def plot_correlation(frame: Any, ax: Axes | None = None) -> Axes:
    """Draw Pearson's correlation r = cov(a, b) / (σₐ σ_b) of every two columns of `frame`.

    The scale runs from -1 to 1 and its lightness grows with r, so that the sign is also seen in
    black and white: dark blue is -1, grey is 0, yellow is 1.  Up to 12 columns r is written in
    the cells.  A column without variation has no correlation: its cells are white with a dash.

    Parameters
    ----------
    frame
        A DataFrame or an array of shape (samples, columns), all numbers.  A missing value leaves
        its row out of the pairs it belongs to, as in ``DataFrame.corr``.
    ax
        Axes to draw on; without it a new figure is made.

    Raises
    ------
    TypeError
        If a column is not numeric.
    ValueError
        If `frame` has not two dimensions, or fewer than two rows, or no column.

    Examples
    --------
    >>> axes = plot_correlation(pd.DataFrame({"a": [1, 2, 3], "b": [3, 2, 1]}))
    >>> [text.get_text() for text in axes.texts]
    ['1.00', '-1.00', '-1.00', '1.00']
    """
    if np.ndim(frame) != 2 or 0 in np.shape(frame) or np.shape(frame)[0] < 2:
        raise ValueError(
            "Expected a table of shape (samples, columns) with at least two samples. "
            f"Received: frame.shape={np.shape(frame)}"
        )
    table = pd.DataFrame(frame)
    for name, dtype in table.dtypes.items():
        if not pd.api.types.is_numeric_dtype(dtype):
            raise TypeError(
                "Expected numeric columns, as from frame.select_dtypes('number'). "
                f"Received: column {name!r} of dtype {dtype}"
            )
    correlation = table.corr(method="pearson")

    columns = len(correlation)
    side = min(max(0.62 * columns, 3.0), 9.0)
    ax = axes_or_new(ax, side + 2.6, side + 1.4)
    with_numbers = columns <= _MOST_COLUMNS_WITH_NUMBERS
    sns.heatmap(
        correlation,
        ax=ax,
        vmin=-1.0,
        vmax=1.0,
        cmap="cividis",
        square=True,
        annot=with_numbers,
        fmt=".2f",
        annot_kws={"fontsize": 9},
        linewidths=0.5 if with_numbers else 0.0,
        cbar_kws={
            "label": "Pearson correlation r (no unit, -1 … 1)",
            "ticks": [-1, -0.5, 0, 0.5, 1],
        },
    )
    # seaborn takes white on the grey of r = 0, which has the lower contrast.
    written = correlation.to_numpy()[correlation.notna()]
    for text, r in zip(ax.texts, written, strict=False):
        text.set_color(ink_on(ax.collections[0].to_rgba(r)))
    missing = np.argwhere(correlation.isna().to_numpy())
    for row, column in missing:
        ax.text(column + 0.5, row + 0.5, "–", ha="center", va="center", fontsize=9)
    told = "–: no correlation, as a column does not vary" if len(missing) else ""
    ax.set_xlabel(told, fontsize=9)
    ax.set_ylabel("")
    long = max(len(str(name)) for name in correlation.columns) > 4
    ax.tick_params(axis="y", rotation=0)
    ax.tick_params(axis="x", rotation=45 if long and with_numbers else 90 if long else 0)
    if long and with_numbers:
        for label in ax.get_xticklabels():
            label.set(ha="right", rotation_mode="anchor")
    return ax
