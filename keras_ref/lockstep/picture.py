"""How differences grow, as a picture: ulps of the weights over the epochs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from keras_ref.lockstep.compare import Growth

MARKS = "osD^v<>P"
DASHES: tuple[Any, ...] = ("-", (0, (5, 1)), (0, (4, 1, 1, 1)), (0, (1, 1)), (0, (7, 2)), "-.", ":")
SIDES = 1e9
"""Ulps from which a weight must lie on the other side of zero."""


def draw_growth(growth: Sequence[Growth], title: str, path: Path) -> None:
    """Write a plot of the largest and of the median distance of the weights, epoch by epoch.

    The vertical axis is linear from 0 to 1 ulp and logarithmic above, so that "the same bits" has
    its place at the bottom.
    """
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    names = list(dict.fromkeys(point.fit for point in growth))
    wide = len(names) > 1
    figure, both = pyplot.subplots(
        1, 2, figsize=(10, 5.5 if wide else 4), layout="constrained", sharex=True, sharey=True
    )
    for axes, kind in zip(both, ("max", "median"), strict=True):
        for number, name in enumerate(names):
            points = [point for point in growth if point.fit == name]
            epochs = [point.epoch for point in points]
            axes.plot(
                epochs,
                [getattr(point, f"{kind}_ulps") for point in points],
                label=name,
                color=str(0.6 * number / max(1, len(names) - 1)),
                linestyle=DASHES[number % len(DASHES)],
                marker=MARKS[number % len(MARKS)],
                markersize=5,
                markerfacecolor="white" if number % 2 else None,
                markevery=max(1, len(epochs) // 12),
                clip_on=False,
            )
        axes.set_title("the largest of all weights" if kind == "max" else "the median weight")
        axes.set_xlabel("epoch")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(alpha=0.3)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
    last = max((point.epoch for point in growth), default=1)
    if all(point.epoch == last for point in growth):
        both[0].set_xlim(last - 1, last + 1)
    farthest = max((point.max_ulps for point in growth), default=0.0)
    both[0].set_yscale("symlog", linthresh=1)
    both[0].set_ylim(0, max(100.0, 10 * min(farthest, 1e10)))
    both[0].set_ylabel("distance from Keras's weights, ulps")
    if farthest == 0:
        both[0].text(0.5, 0.5, "the same bits", transform=both[0].transAxes, ha="center")
    if SIDES < farthest:
        note = "2·10⁹ ulps: on either side of zero"
        both[0].text(0.02, 0.985, note, transform=both[0].transAxes, va="top", fontsize="small")
    figure.suptitle(title, x=0.01, ha="left")
    if wide:
        handles, labels = both[0].get_legend_handles_labels()
        figure.legend(
            handles, labels, frameon=False, loc="outside lower left", ncols=2, handlelength=4
        )
    figure.savefig(path, dpi=150)
    pyplot.close(figure)
