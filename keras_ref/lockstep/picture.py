"""How differences grow, as a picture: ulps of the weights over the epochs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from keras_ref.lockstep.compare import Growth

MARKS = "osD^v<>P"


def draw_growth(growth: Sequence[Growth], title: str, path: Path, ylabel: str) -> None:
    """Write a plot with two curves for each name in `growth`: the largest and the median distance.

    The vertical axis is linear from 0 to 1 ulp and logarithmic above, so that "the same bits" has
    its place at the bottom.
    """
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    names = list(dict.fromkeys(point.fit for point in growth))
    wide = len(names) > 1
    figure, axes = pyplot.subplots(figsize=(10 if wide else 7.5, 4.5), layout="constrained")
    for number, name in enumerate(names):
        points = [point for point in growth if point.fit == name]
        epochs = [point.epoch for point in points]
        style: dict[str, Any] = {
            "color": str(0.7 * number / max(1, len(names) - 1)),
            "marker": MARKS[number % len(MARKS)],
            "markersize": 4,
            "markevery": max(1, len(epochs) // 12),
        }
        largest, median = [p.max_ulps for p in points], [p.median_ulps for p in points]
        axes.plot(epochs, largest, "-", label=name if wide else "largest", **style)
        axes.plot(epochs, median, ":", label=None if wide else "median", mfc="white", **style)
    axes.set_yscale("symlog", linthresh=1)
    axes.set_ylim(bottom=-0.2)
    axes.set_xlabel("epoch")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set_ylabel(ylabel)
    axes.set_title(title, loc="left")
    axes.grid(alpha=0.3)
    if wide:
        axes.plot([], [], ":", color="0.4", label="dotted: the median")
        figure.legend(frameon=False, fontsize="small", loc="outside right upper")
    else:
        axes.legend(frameon=False, fontsize="small")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    figure.savefig(path, dpi=150)
    pyplot.close(figure)
