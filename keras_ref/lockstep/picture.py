"""How differences grow, as a picture: ulps of the weights over the epochs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from keras_ref.lockstep.compare import Growth


def draw_growth(growth: Sequence[Growth], title: str, path: Path) -> None:
    """Write a plot with one pair of curves for each fit: the largest and the median distance.

    The vertical axis is linear from 0 to 1 ulp and logarithmic above, so that "the same bits" has
    its place at the bottom.
    """
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    fits = list(dict.fromkeys(point.fit for point in growth))
    figure, axes = pyplot.subplots(figsize=(7.5, 4.2), layout="constrained")
    shades = [str(0.75 * i / max(1, len(fits))) for i in range(len(fits))]
    for fit, shade in zip(fits, shades, strict=True):
        points = [point for point in growth if point.fit == fit]
        epochs = [point.epoch for point in points]
        name = f"{fit}: " if len(fits) > 1 else ""
        largest = [point.max_ulps for point in points]
        median = [point.median_ulps for point in points]
        axes.plot(epochs, largest, "o-", ms=3, color=shade, label=f"{name}largest")
        axes.plot(epochs, median, "s--", ms=3, color=shade, label=f"{name}median", mfc="white")
    axes.set_yscale("symlog", linthresh=1)
    axes.set_ylim(bottom=-0.2)
    axes.set_xlabel("epoch")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set_ylabel("|engine − Keras| of the weights, ulps")
    axes.set_title(title, loc="left")
    axes.grid(alpha=0.3)
    axes.legend(frameon=False, fontsize="small")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    figure.savefig(path, dpi=150)
    pyplot.close(figure)
