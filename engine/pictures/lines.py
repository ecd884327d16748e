"""Where a network has no preference between two classes, as lines in a picture."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from engine.pictures.canvas import BLACK
from engine.pictures.decision import Decision


def outputs_on(model: Any, grid: Any) -> Any:
    """Return the outputs on the grid: ``(points, units)``."""
    dtype = model.weights[0].dtype
    return np.asarray(
        model.predict(grid.astype(dtype), batch_size=len(grid), verbose=0), np.float64
    )


def margins_of(outputs: Any, decision: Decision | None) -> list[Any]:
    """Return what is 0 on a boundary: a less the threshold, or less the largest other class's."""
    if decision is not None:
        return [outputs[:, 0] - decision.threshold]
    others = outputs.copy()
    margins = []
    for k in range(outputs.shape[1]):
        others[:, k] = -np.inf
        margins.append(outputs[:, k] - others.max(axis=1))
        others[:, k] = outputs[:, k]
    return margins


def draw_line(
    axes: Axes,
    u: Any,
    v: Any,
    margins: list[Any],
    label: str = "",
    along: float = 0.5,
    **style: Any,
) -> bool:
    """Draw the boundary, its label at a share of its length; False if it is not in the picture."""
    drawn = False
    # Of two classes both margins have the same line.
    for margin in margins[:1] if len(margins) == 2 else margins:
        if not margin.min() < 0 < margin.max():
            continue
        shade = margin.reshape(len(v), len(u))
        line = axes.contour(u, v, shade, levels=[0.0], colors=BLACK, **style)
        if label and not drawn:
            points = max((np.asarray(path.vertices) for path in line.get_paths()), key=len)
            place: Any = points[int(along * (len(points) - 1))]
            halo = [withStroke(linewidth=2.5, foreground="white")]
            for text in line.clabel(fmt={0.0: label}, fontsize=7, manual=[place]):
                text.set(path_effects=halo, zorder=4)
        drawn = True
    return drawn
