"""A loss surface seen from above, with the paths that optimizers took on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes

from engine.checks.shown import shown
from engine.pictures.canvas import BLACK, BLUE, GREEN, MARKERS, ORANGE, VERMILION, axes_or_new

if TYPE_CHECKING:
    from engine.study.surface import LossSurface

LEVELS = 18
_COLOURS = (BLUE, ORANGE, GREEN, VERMILION)
_DASHES: tuple[Any, ...] = ("-", "--", ":", "-.")


def plot_loss_surface(surface: LossSurface, paths: Any = None, ax: Axes | None = None) -> Axes:
    """Draw lines of equal loss, darker where it is higher, and each path from its start.

    The levels stand closer where the loss is low: the k-th of n is at the share (k/n)² between the
    smallest and the largest loss.

    Parameters
    ----------
    surface
        Of :func:`engine.study.loss_surface`.
    paths
        A :class:`~engine.study.WeightHistory`, or a dict of them with names for the legend:
        ``{"SGD": history, "Adam": other}``.
    ax
        Axes to draw on; without it a new figure is made.

    Raises
    ------
    TypeError
        If `paths` is something else.
    ValueError
        If the surface has no finite loss.
    """
    if not np.isfinite(surface.loss).any():
        raise ValueError("Expected a surface with finite losses. Received: none of them is finite")
    if paths is not None and not isinstance(paths, Mapping):
        paths = {"path": paths}
    for name, path in (paths or {}).items():
        if not hasattr(path, "weights"):
            raise TypeError(
                "Expected paths to be a WeightHistory or a dict of them. "
                f"Received: {name!r}: {shown(path)}"
            )
    axes = axes_or_new(ax, 6.6, 4.8)
    low, high = (
        float(np.nanmin(surface.loss)),
        float(np.nanmax(surface.loss[np.isfinite(surface.loss)])),
    )
    levels = low + (high - low) * np.linspace(0.0, 1.0, LEVELS) ** 2
    if high > low:
        filled = axes.contourf(surface.u, surface.v, surface.loss, levels=levels, cmap="Greys",
                               vmin=low, vmax=low + 1.6 * (high - low))  # fmt: skip
        axes.contour(
            surface.u, surface.v, surface.loss, levels=levels, colors="0.45", linewidths=0.5
        )
        bar = axes.get_figure().colorbar(filled, ax=axes, format="%.3g")  # type: ignore[union-attr]
        bar.set_label("loss (mean per sample)")
        j, i = np.unravel_index(np.nanargmin(surface.loss), surface.loss.shape)
        axes.plot(surface.u[i], surface.v[j], "+", color=BLACK, markersize=12, markeredgewidth=2,
                  label=f"lowest here: {low:.4g}")  # fmt: skip
    for number, (name, path) in enumerate((paths or {}).items()):
        places = surface.project(path.weights)
        colour = _COLOURS[number % len(_COLOURS)]
        axes.plot(
            places[:, 0], places[:, 1], color=colour, linewidth=1.8, label=str(name),
            linestyle=_DASHES[number % len(_DASHES)], marker=MARKERS[number % len(MARKERS)],
            markersize=4.5, markeredgecolor="white", markeredgewidth=0.5,
            markevery=max(1, len(places) // 25),
        )  # fmt: skip
        axes.plot(*places[0], "o", color="white", markeredgecolor=BLACK, markersize=8, zorder=4)
        axes.plot(*places[-1], MARKERS[number % len(MARKERS)], color=colour, markersize=9,
                  markeredgecolor=BLACK, zorder=4)  # fmt: skip
    axes.set_xlabel(surface.names[0])
    axes.set_ylabel(surface.names[1])
    axes.set_xlim(surface.u[0], surface.u[-1])
    axes.set_ylim(surface.v[0], surface.v[-1])
    labels = [line.get_label() for line in axes.lines if not str(line.get_label()).startswith("_")]
    if labels:
        long = sum(len(str(label)) for label in labels) > 50
        axes.legend(
            loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=1 if long else len(labels),
            fontsize=9, frameon=False,
        )  # fmt: skip
    return axes
