"""The decision boundary of a network with two features, and how it moved."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.lines import Line2D

from engine.checks.shown import shown
from engine.pictures.canvas import BLACK, BLUE, MARKERS, axes_or_new

GRID = 161
"""So many points in each direction."""

MARGIN = 0.08
"""How far the picture reaches beyond the data, as a share of their extent."""

MOST_LINES = 6
"""So many earlier boundaries are drawn at most."""

_SHADES = ("#A9CCE3", "#FDEBD0", "#A3D9C5", "#F5B7B1", "#E8DAEF", "#D6EAF8")
_DASHES: tuple[Any, ...] = (":", (0, (1, 1)), "-.", (0, (3, 1)), "--", (0, (6, 1)))


def plot_decision_boundary(
    model: Any, x: Any, y: Any, history: Any = None, ax: Axes | None = None
) -> Axes:
    """Draw where the model decides for which class, with the data.

    With one output unit the paper shows its activation, from violet (0) to orange (1); the line is
    where it is 0.5; with several units the paper shows the class with the largest activation, and
    the lines are where the two largest are equal.

    Parameters
    ----------
    model
        A built model with two features.
    x
        ``(rows, 2)``; a frame's columns name the axes.
    y
        Labels: ``(rows,)``, ``(rows, 1)`` or one-hot ``(rows, classes)``.
    history
        A :class:`~engine.study.WeightHistory` of the model's training: the boundary where it stood
        earlier is drawn as thin lines, from dotted to dashed.
    ax
        Axes to draw on; without it a new figure is made.

    Raises
    ------
    ValueError, TypeError
        If the model is not built or has not two features, if `x` and `y` do not fit it, or
        `history` is not one of this model.
    """
    model._require_built()
    features, names = _features(x)
    classes = _classes(y, len(features))
    if model.input_shape[-1] != 2:
        raise ValueError(
            "Expected a model with two features, which are the axes. "
            f"Received: model.input_shape={model.input_shape}"
        )
    kept = [] if history is None else _earlier(history, model)
    low, high = features.min(axis=0), features.max(axis=0)
    extent = np.where(high > low, high - low, 1.0) * MARGIN
    u, v = (np.linspace(low[k] - extent[k], high[k] + extent[k], GRID) for k in (0, 1))
    grid = np.stack(np.meshgrid(u, v), axis=-1).reshape(-1, 2)

    axes = axes_or_new(ax, 5.6, 4.6)
    last = _decisions(model, grid)
    _paper(axes, u, v, last)
    lines = []
    stands = model.get_weights()
    try:
        for number, (label, weights) in enumerate(kept):
            model.set_weights(weights)
            style = _DASHES[number + len(_DASHES) - len(kept)]
            if _line(axes, u, v, _decisions(model, grid), linewidths=1.1, linestyles=[style]):
                lines.append(
                    Line2D([], [], color=BLACK, linewidth=1.1, linestyle=style, label=label)
                )
    finally:
        model.set_weights(stands)
    if _line(axes, u, v, last, linewidths=2.2):
        name = "boundary" if not kept else "boundary, now"
        lines.append(Line2D([], [], color=BLACK, linewidth=2.2, label=name))
    for number, label in enumerate(np.unique(classes)):
        chosen = features[classes == label]
        hollow = number % 2 == 1
        axes.scatter(
            chosen[:, 0], chosen[:, 1], s=22, marker=MARKERS[number % len(MARKERS)],
            facecolors="white" if hollow else BLUE, edgecolors="#B35900" if hollow else "white",
            linewidths=1.2 if hollow else 0.5, label=f"class {label}", zorder=3,
        )  # fmt: skip
    axes.set_xlabel(names[0])
    axes.set_ylabel(names[1])
    axes.set_xlim(u[0], u[-1])
    axes.set_ylim(v[0], v[-1])
    dots, _ = axes.get_legend_handles_labels()
    axes.legend(
        handles=[*dots, *lines], loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False,
        fontsize=9, handlelength=3,
    )  # fmt: skip
    return axes


def _features(x: Any) -> tuple[Any, tuple[str, str]]:
    names = [str(name) for name in getattr(x, "columns", ("x₁", "x₂"))]
    try:
        values = np.asarray(x, np.float64)
    except (TypeError, ValueError):
        raise TypeError(f"Expected x to be numbers, (rows, 2). Received: x={shown(x)}") from None
    if values.ndim != 2 or values.shape[1] != 2 or not len(values) or not np.isfinite(values).all():
        raise ValueError(
            f"Expected x of finite numbers, (rows, 2). Received: x.shape={values.shape}"
        )
    return values, (names[0], names[1])


def _classes(y: Any, rows: int) -> Any:
    labels = np.asarray(y)
    if labels.ndim == 2:
        labels = labels.argmax(axis=1) if labels.shape[1] > 1 else labels[:, 0]
    if labels.shape != (rows,):
        raise ValueError(
            f"Expected a label for each of {rows} rows. Received: y.shape={np.shape(y)}"
        )
    if labels.dtype.kind == "f" and (labels == np.floor(labels)).all():
        labels = labels.astype(np.int64)
    return labels


def _earlier(history: Any, model: Any) -> list[tuple[str, Any]]:
    """At most `MOST_LINES` of the kept weights before the last, closer together at the start."""
    if not hasattr(history, "weights") or not hasattr(history, "labels"):
        raise TypeError(f"Expected history to be a WeightHistory. Received: {shown(history)}")
    shapes = [tuple(w.shape) for w in model.weights]
    for weights in history.weights:
        if [w.shape for w in weights] != shapes:
            raise ValueError(
                f"Expected a history of weights with the shapes {shapes}. "
                f"Received: {[w.shape for w in weights]}"
            )
    count = len(history.weights) - 1
    if count < 1:
        return []
    chosen = np.unique(np.geomspace(1, count, MOST_LINES).round().astype(int)) - 1
    return [(history.labels[k], history.weights[k]) for k in chosen]


def _decisions(model: Any, grid: Any) -> Any:
    """The outputs on the grid: ``(points, units)``."""
    dtype = model.weights[0].dtype
    return np.asarray(
        model.predict(grid.astype(dtype), batch_size=len(grid), verbose=0), np.float64
    )


def _margins(outputs: Any) -> list[Any]:
    """What is 0 on a boundary: a − 0.5, or of each class its a less the largest other one."""
    if outputs.shape[1] == 1:
        return [outputs[:, 0] - 0.5]
    others = outputs.copy()
    margins = []
    for k in range(outputs.shape[1]):
        others[:, k] = -np.inf
        margins.append(outputs[:, k] - others.max(axis=1))
        others[:, k] = outputs[:, k]
    return margins[:1] if outputs.shape[1] == 2 else margins


def _line(axes: Axes, u: Any, v: Any, outputs: Any, **style: Any) -> bool:
    """Draw the boundary; False if it is not in the picture."""
    drawn = False
    for margin in _margins(outputs):
        if margin.min() < 0 < margin.max():
            axes.contour(u, v, margin.reshape(GRID, GRID), levels=[0.0], colors=BLACK, **style)
            drawn = True
    return drawn


def _paper(axes: Axes, u: Any, v: Any, outputs: Any) -> None:
    """The colours behind the data."""
    if outputs.shape[1] == 1:
        shade = outputs[:, 0].reshape(GRID, GRID)
        mesh = axes.pcolormesh(u, v, shade, cmap="PuOr_r", vmin=-0.35, vmax=1.35, alpha=0.55,
                               shading="nearest", rasterized=True)  # fmt: skip
        mesh.set_zorder(0)
        return
    classes = outputs.shape[1]
    colours = ListedColormap([_SHADES[k % len(_SHADES)] for k in range(classes)])
    axes.pcolormesh(u, v, outputs.argmax(axis=1).reshape(GRID, GRID), cmap=colours, vmin=-0.5,
                    vmax=classes - 0.5, shading="nearest", rasterized=True, zorder=0)  # fmt: skip
