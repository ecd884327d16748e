"""How results spread over many seeds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from engine.checks.shown import shown
from engine.pictures.canvas import BLUE, ORANGE, axes_or_new

FEW = 60
"""Up to so many different values each gets a bar of its own: accuracies on a small test set."""


def plot_distribution(
    values: Any, name: str = "accuracy", published: float | None = None, ax: Axes | None = None
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
        If there are no values, or they are not finite numbers.

    Examples
    --------
    >>> axes = plot_distribution([0.7, 0.72, 0.72, 0.74])
    >>> [float(bar.get_height()) for bar in axes.patches[:3]]
    [1.0, 2.0, 1.0]
    """
    if isinstance(values, Mapping):
        if not values:
            raise ValueError("Expected at least one group. Received: values={}")
        groups = {str(key): _numbers(group, str(key)) for key, group in values.items()}
        axes = axes_or_new(ax, 8.0, 1.4 + 0.55 * len(groups))
        _boxes(axes, groups)
    else:
        axes = axes_or_new(ax, 8.0, 3.8)
        _bars(axes, _numbers(values, "values"))
    if published is not None:
        axes.axvline(float(published), color=ORANGE, linewidth=2, linestyle="--",
                     label=f"published {published}")  # fmt: skip
    axes.set_xlabel(name)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False, fontsize=9)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return axes


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
    if len(there) <= FEW:
        step = np.diff(there).min() if len(there) > 1 else 1.0
        axes.bar(there, counts, width=0.8 * step, color=BLUE)
    else:
        axes.hist(values, bins="auto", color=BLUE, edgecolor="white", linewidth=0.5)
    low, middle, high = (float(np.quantile(values, q)) for q in (0.025, 0.5, 0.975))
    axes.axvspan(low, high, color="0.9", zorder=0, label=f"95 % of them: {low:.3g} – {high:.3g}")
    axes.axvline(middle, color="black", linewidth=1.5, label=f"median {middle:.3g}")
    axes.set_ylabel("networks")
    axes.set_title(f"{len(values):,} networks", fontsize=10)


def _boxes(axes: Axes, groups: dict[str, Any]) -> None:
    axes.boxplot(
        list(groups.values()), orientation="horizontal", whis=(2.5, 97.5), showfliers=False,
        widths=0.5, medianprops={"color": "black", "linewidth": 2.0},
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
    names = [f"{name}\n({len(values):,})" for name, values in groups.items()]
    axes.set_yticks(np.arange(1, len(groups) + 1), names, parse_math=False)
    axes.invert_yaxis()
