"""The colours behind the data of a decision boundary: which class, and how surely."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, ListedColormap
from matplotlib.patches import Patch

from engine.pictures.decision import Decision

# L* 94, 84, 74 and 64: they differ in black and white, and blue and orange differ for readers who
# are blind to a colour.  None is so dark that a dot on it would be lost.
_PAPERS = ("#E6EFF8", "#F3CE97", "#8FBBDC", "#CE8E4C")
_HATCHES = (None, "...", "//", "xx", "--")
_SHADES = LinearSegmentedColormap.from_list("paper", (_PAPERS[0], "#F1DFC6", _PAPERS[3]))


def shaded_paper(axes: Axes, u: Any, v: Any, shade: Any, decision: Decision, bar: bool) -> None:
    """Draw the activation of one unit from light (first class) to dark (second class)."""
    mesh = axes.pcolormesh(u, v, shade, cmap=_SHADES, vmin=decision.low, vmax=decision.high,
                           shading="nearest", rasterized=True, zorder=0)  # fmt: skip
    if bar:
        # Below the legend, which stands beside the upper part.
        place = axes.inset_axes((1.04, 0.02, 0.035, 0.34))
        ticks = [decision.low, (decision.low + decision.high) / 2, decision.high]
        drawn = axes.get_figure().colorbar(mesh, cax=place, ticks=ticks)  # type: ignore[union-attr]
        drawn.set_label("σ(z)" if decision.of_logits else "activation", fontsize=8)
        drawn.ax.tick_params(labelsize=8)


def class_paper(axes: Axes, u: Any, v: Any, margins: list[Any], winner: Any) -> None:
    """Draw the paper of the class that wins: four shades, then the same ones hatched."""
    classes = len(margins)
    colours = ListedColormap([_look(k, classes)[0] for k in range(classes)])
    axes.pcolormesh(u, v, winner, cmap=colours, vmin=-0.5, vmax=classes - 0.5, shading="nearest",
                    rasterized=True, zorder=0)  # fmt: skip
    for k, margin in enumerate(margins):
        hatch = _look(k, classes)[1]
        if hatch and margin.max() > 0:
            # Hatches have the colour of edges, which have no width here.
            axes.contourf(u, v, margin, levels=[0.0, np.inf], colors="none", hatches=[hatch],
                          zorder=0.5).set(edgecolor="0.45", linewidth=0)  # fmt: skip


def paper_patch(number: int, units: int) -> Patch:
    """Return a piece of a class's paper, for the legend."""
    colour, hatch = _look(number, units)
    return Patch(facecolor=colour, edgecolor="0.45", hatch=hatch, linewidth=0)


def _look(number: int, units: int) -> tuple[str, str | None]:
    """Colour and hatch of a class; of two classes the lightest and the darkest paper."""
    if units <= 2:
        return _PAPERS[-(number % 2)], None
    return _PAPERS[number % len(_PAPERS)], _HATCHES[number // len(_PAPERS) % len(_HATCHES)]
