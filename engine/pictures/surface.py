"""A loss surface seen from above, with the paths that optimizers took on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from engine.checks.shown import shown
from engine.pictures.canvas import (
    BLACK,
    BLUE,
    DASHES,
    GREEN,
    MARKERS,
    ORANGE,
    VERMILION,
    axes_or_new,
    legend_beside,
)
from engine.pictures.inputs import checked_history

if TYPE_CHECKING:
    from engine.study.surface import LossSurface

LEVELS = 18
_COLOURS = (BLUE, ORANGE, GREEN, VERMILION)


def plot_loss_surface(surface: LossSurface, paths: Any = None, ax: Axes | None = None) -> Axes:
    """Draw lines of equal loss, darker where it is higher, and each path from its start.

    The levels stand closer where the loss is low: the k-th of n is at the share (k/n)² between the
    smallest and the largest loss.  Hatched is where the loss is not finite.

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
        If `surface` is not a LossSurface, or `paths` is something else.
    ValueError
        If the surface has no finite loss, or a path has seen no fit, or that of another model.
    """
    from engine.study.surface import LossSurface

    if not isinstance(surface, LossSurface):
        raise TypeError(
            "Expected a LossSurface, as engine.study.loss_surface(model, x, y) returns it. "
            f"Received: {shown(surface)}"
        )
    if not np.isfinite(surface.loss).any():
        raise ValueError("Expected a surface with finite losses. Received: none of them is finite")
    paths = _named(paths, [np.shape(w) for w in surface.origin])
    own_figure = ax is None
    axes = axes_or_new(ax, 6.6, 4.8)
    axes.set_xlim(surface.u[0], surface.u[-1])
    axes.set_ylim(surface.v[0], surface.v[-1])
    explained = _losses(axes, surface)
    for number, (name, path) in enumerate(paths.items()):
        _path(axes, surface.project(path.weights), number, str(name))
    if paths:
        explained += [_mark("start (white)", "white", 8), _mark("end (large)", "0.6", 9)]
    axes.set_xlabel(surface.names[0])
    axes.set_ylabel(surface.names[1])
    handles = [*axes.get_legend_handles_labels()[0], *explained]
    if handles and own_figure:
        long = sum(len(str(handle.get_label())) for handle in handles) > 60
        axes.legend(
            handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.13),
            ncols=2 if long else min(len(handles), 3), fontsize=9, frameon=False,
        )  # fmt: skip
    elif handles:
        legend_beside(axes, own_figure, handles=handles)
    return axes


def _named(paths: Any, shapes: list[tuple[int, ...]]) -> dict[Any, Any]:
    named = {} if paths is None else {"path": paths}
    if isinstance(paths, Mapping):
        named = dict(paths)
    for name, path in named.items():
        if not hasattr(path, "weights"):
            raise TypeError(
                "Expected paths to be a WeightHistory or a dict of them. "
                f"Received: {name!r}: {shown(path)}"
            )
        checked_history(f"the path {name!r}", path, shapes)
    return named


def _losses(axes: Axes, surface: LossSurface) -> list[Any]:
    """Draw the losses; return what the legend explains of them."""
    finite = np.isfinite(surface.loss)
    loss = np.ma.array(surface.loss, mask=~finite)
    low, high = float(loss.min()), float(loss.max())
    explained = []
    if not finite.all():
        axes.patch.set(facecolor="white", edgecolor="0.7", hatch="///", linewidth=0)
        explained.append(Patch(facecolor="white", edgecolor="0.7", hatch="///", label="not finite"))
    # Lines of equal loss need two losses, and three finite corners of a cell.
    corners = finite[:-1, :-1] + 0 + finite[1:, :-1] + finite[:-1, 1:] + finite[1:, 1:]
    if high - low <= 1e-12 * max(abs(low), abs(high)) or not (corners >= 3).any():
        axes.pcolormesh(surface.u, surface.v, loss, cmap="Greys", vmin=low - 1, vmax=high + 3,
                        shading="nearest")  # fmt: skip
        told = f"the loss is {low:.4g} wherever it is finite" if not finite.all() else None
        if high - low > 1e-12 * max(abs(low), abs(high)):
            told = f"the loss is finite at {finite.sum()} places only: {low:.4g} … {high:.4g}"
        axes.set_title(told or f"the loss is {low:.4g} everywhere here", fontsize=10)
        return explained
    levels = low + (high - low) * np.linspace(0.0, 1.0, LEVELS) ** 2
    digits = _digits(levels)
    filled = axes.contourf(surface.u, surface.v, loss, levels=levels, cmap="Greys", vmin=low,
                           vmax=low + 1.6 * (high - low))  # fmt: skip
    axes.contour(surface.u, surface.v, loss, levels=levels, colors="0.45", linewidths=0.5)
    bar = axes.get_figure().colorbar(filled, ax=axes, format=f"%.{digits}g")  # type: ignore[union-attr]
    bar.set_label("loss (mean per sample)")
    j, i = np.unravel_index(int(loss.argmin()), loss.shape)
    inside = 0 < j < len(surface.v) - 1 and 0 < i < len(surface.u) - 1
    beyond = "" if inside else " (at the border)"
    axes.plot(surface.u[i], surface.v[j], "+", color=BLACK, markersize=12, markeredgewidth=2,
              linestyle="", clip_on=False, zorder=5,
              label=f"lowest here: {low:.{max(digits, 4)}g}{beyond}")  # fmt: skip
    return explained


def _digits(levels: Any) -> int:
    """As many significant digits as tell all levels apart, three at least."""
    for digits in range(3, 17):
        if len({f"{level:.{digits}g}" for level in levels}) == len(levels):
            break
    return digits


def _path(axes: Axes, places: Any, number: int, name: str) -> None:
    colour, marker = _COLOURS[number % len(_COLOURS)], MARKERS[number % len(MARKERS)]
    axes.plot(
        places[:, 0], places[:, 1], color=colour, linewidth=1.8, label=name,
        linestyle=DASHES[number % len(DASHES)], marker=marker, markersize=4.5,
        markeredgecolor="white", markeredgewidth=0.5, markevery=max(1, len(places) // 25),
    )  # fmt: skip
    axes.plot(*places[0], "o", color="white", markeredgecolor=BLACK, markersize=8, zorder=4)
    axes.plot(*places[-1], marker, color=colour, markersize=9, markeredgecolor=BLACK, zorder=4)


def _mark(label: str, colour: str, size: float) -> Line2D:
    return Line2D([], [], marker="o", linestyle="", color=colour, markeredgecolor=BLACK,
                  markersize=size, label=label)  # fmt: skip
