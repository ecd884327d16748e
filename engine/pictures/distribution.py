"""How results spread over many seeds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from engine.checks.shown import shown
from engine.pictures.canvas import BLUE, ORANGE, axes_or_new, legend_beside

FEW = 60
"""Up to so many different values each gets a bar of its own: accuracies on a small test set."""

CLOSE = 400
"""Bars nearer to each other than this part of the extent could not be told apart."""


def plot_distribution(
    values: Any, name: str = "value", published: float | None = None, ax: Axes | None = None
) -> Axes:
    """Draw how often each value occurs; of several groups a box and all points for each.

    One group: bars, the median as a line and the middle 95 % as a grey band.  Several: a box from
    the first quartile to the third with the median, whiskers over the middle 95 %, and a dot for
    each value.

    Parameters
    ----------
    values
        Numbers, one for each network, ``(networks,)``; or a dict of such by the groups' names.
    name
        What the numbers are, for the axis.
    published
        A value to compare with, drawn as a dashed line.
    ax
        Axes to draw on; without it a new figure is made.

    Raises
    ------
    ValueError, TypeError
        If there are no values, or they or `published` are not finite numbers.

    Examples
    --------
    >>> axes = plot_distribution([0.7, 0.72, 0.72, 0.74])
    >>> [float(bar.get_height()) for bar in axes.patches[:3]]
    [1.0, 2.0, 1.0]
    """
    line = None if published is None else _number(published)
    own_figure = ax is None
    explained: list[Any] = []
    if isinstance(values, Mapping):
        if not values:
            raise ValueError("Expected at least one group. Received: values={}")
        groups = {str(key): _numbers(group, str(key)) for key, group in values.items()}
        axes = axes_or_new(ax, 8.0, 1.4 + 0.55 * len(groups))
        explained = _boxes(axes, groups)
        if not own_figure:
            # A free part below the groups, for the legend.
            axes.set_ylim(1.8 * len(groups) + 0.5, 0.5)
    else:
        axes = axes_or_new(ax, 8.0, 3.8)
        _bars(axes, _numbers(values, "values"))
    if line is not None:
        axes.axvline(line, color=ORANGE, linewidth=2, linestyle="--",
                     label=f"published {published}")  # fmt: skip
    axes.set_xlabel(name)
    legend_beside(axes, own_figure, handles=[*explained, *axes.get_legend_handles_labels()[0]])
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return axes


def _number(published: Any) -> float:
    if not isinstance(published, int | float | np.number) or isinstance(published, bool):
        raise TypeError(f"Expected published to be a number. Received: {shown(published)}")
    if not np.isfinite(published):
        raise ValueError(f"Expected published to be finite. Received: published={published}")
    return float(published)


def _numbers(values: Any, name: str) -> Any:
    try:
        found = np.asarray(values, np.float64)
    except (TypeError, ValueError):
        raise TypeError(f"Expected {name} to be numbers. Received: {shown(values)}") from None
    if found.ndim != 1 or not found.size:
        raise ValueError(f"Expected {name} of shape (networks,). Received: shape={found.shape}")
    if not np.isfinite(found).all():
        raise ValueError(
            f"Expected {name} to be finite. Received: {np.count_nonzero(~np.isfinite(found))} "
            f"of {found.size} are not"
        )
    return found


def _bars(axes: Axes, values: Any) -> None:
    there, counts = np.unique(values, return_counts=True)
    extent = float(np.ptp(values))
    if extent <= 1e-9 * np.abs(values).max():
        # All equal, but for rounding: a bar with as much room beside it as five others would have.
        step = 0.1 * abs(there[0]) or 0.1
        axes.bar(there[0], len(values), width=0.8 * step, color=BLUE)
        axes.set_xlim(there[0] - 5 * step, there[0] + 5 * step)
    elif len(there) <= FEW and (step := np.diff(there).min()) > extent / CLOSE:
        axes.bar(there, counts, width=0.8 * step, color=BLUE)
    else:
        axes.hist(values, bins="auto", color=BLUE, edgecolor="white", linewidth=0.5)
    low, middle, high = (float(np.quantile(values, q)) for q in (0.025, 0.5, 0.975))
    axes.axvspan(low, high, color="0.9", zorder=0, label=f"95 % of them: {low:.3g} – {high:.3g}")
    axes.axvline(middle, color="black", linewidth=1.5, label=f"median {middle:.3g}")
    axes.set_ylabel("networks")
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_title(f"{len(values):,} network{'' if len(values) == 1 else 's'}", fontsize=10)


def _boxes(axes: Axes, groups: dict[str, Any]) -> list[Any]:
    """Draw the groups; return what the legend explains."""
    names = ("whislo", "q1", "med", "q3", "whishi")
    shares = (0.025, 0.25, 0.5, 0.75, 0.975)
    # Not `boxplot`: its whiskers end at values, and of a few none is beyond the box.
    axes.bxp(
        [dict(zip(names, np.quantile(values, shares), strict=True)) for values in groups.values()],
        orientation="horizontal", showfliers=False, widths=0.5,
        medianprops={"color": "black", "linewidth": 2.0},
    )  # fmt: skip
    for number, values in enumerate(groups.values(), start=1):
        # Dots beside each other where values are equal: by their rank among them, not by chance.
        there, which = np.unique(values, return_inverse=True)
        rank = np.zeros(len(values))
        for k in range(len(there)):
            same = np.flatnonzero(which == k)
            rank[same] = np.arange(len(same)) - (len(same) - 1) / 2
        offset = 0.4 * rank / max(np.abs(rank).max(), 4.0)
        axes.plot(values, number + offset, "o", color=BLUE, markersize=4, alpha=0.7, zorder=3,
                  markeredgewidth=0)  # fmt: skip
    ticks = [f"{name}\n({len(values):,})" for name, values in groups.items()]
    axes.set_yticks(np.arange(1, len(groups) + 1), ticks, parse_math=False)
    axes.invert_yaxis()
    return [
        Line2D([], [], color=BLUE, marker="o", markersize=4, linestyle="", label="one network"),
        Line2D([], [], color="black", linewidth=2.0, label="median"),
        Patch(facecolor="white", edgecolor="black", label="box: the middle 50 %"),
        Line2D([], [], color="black", linewidth=1.0, label="whiskers: the middle 95 %"),
    ]
