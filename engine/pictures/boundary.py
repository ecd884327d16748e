"""The decision boundary of a network with two features, and how it moved."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from engine.checks.shown import shown
from engine.pictures.canvas import BLACK, axes_or_new, legend_beside
from engine.pictures.classes import class_labels, class_mark, class_numbers
from engine.pictures.decision import decision_of
from engine.pictures.inputs import checked_history, checked_model
from engine.pictures.lines import draw_line, margins_of, outputs_on
from engine.pictures.paper import class_paper, paper_patch, shaded_paper

GRID = 161
"""So many points in each direction."""

MARGIN = 0.08
"""How far the picture reaches beyond the data, as a share of their extent."""

MOST_LINES = 6
"""So many earlier boundaries are drawn at most."""

_DASHES: tuple[Any, ...] = (":", (0, (1, 1)), "-.", (0, (3, 1)), "--", (0, (6, 1)))


def plot_decision_boundary(
    model: Any, x: Any, y: Any, history: Any = None, ax: Axes | None = None
) -> Axes:
    """Draw where the model decides for which class, with the data.

    With one output unit the paper shows its activation a, from light (the first class) to dark
    (the second).  The line is

    - where z = 0, with a loss that has ``from_logits=True``; the paper shows σ(z);
    - where a = 0.5, with a last layer of sigmoid, or binary crossentropy: a is a probability;
    - else (tanh, linear, … or a model that is not compiled) where a is the middle of the two
      labels; the paper is scaled between them.

    With several units the paper shows the class with the largest activation, and the lines are
    where the two largest are equal.

    Parameters
    ----------
    model
        A built model with two features.
    x
        ``(rows, 2)``; a frame's columns name the axes.
    y
        At most 20 different labels, text or whole numbers: ``(rows,)``, ``(rows, 1)`` or one-hot
        ``(rows, classes)``.  A class 0 … 19 has the same mark whichever others are there.
    history
        A :class:`~engine.study.WeightHistory` of the model's training: the boundary where it stood
        earlier is drawn as thin lines with their names, from dotted to dashed.
    ax
        Axes to draw on; without it a new figure is made, with a bar that tells the shades.

    Raises
    ------
    ValueError, TypeError
        If the model is not built, has not two features or has weights that are not finite, if `x`
        and `y` do not fit it, or `history` is unused or not one of this model.
    """
    checked_model(model)._require_built()
    if model.input_shape[-1] != 2:
        raise ValueError(
            "Expected a model with two features, which are the axes of this picture. "
            f"Received: a model with {model.input_shape[-1]}, model.input_shape={model.input_shape}"
        )
    stands = model.get_weights()
    if not all(np.isfinite(w).all() for w in stands):
        broken = [w.path for w in model.weights if not np.isfinite(w.numpy()).all()]
        raise ValueError(
            "Expected a model with finite weights: its training diverged. "
            f"Received: NaN or infinity in {', '.join(broken)}"
        )
    features, names = _features(x)
    classes = class_labels(y, len(features))
    there = np.unique(classes)
    numbers = _numbers(there, model.output_shape[-1])
    decision = decision_of(model, there) if model.output_shape[-1] == 1 else None
    kept = [] if history is None else _earlier(history, model)
    low, high = features.min(axis=0), features.max(axis=0)
    extent = np.where(high > low, high - low, 1.0) * MARGIN
    u, v = (np.linspace(low[k] - extent[k], high[k] + extent[k], GRID) for k in (0, 1))
    grid = np.stack(np.meshgrid(u, v), axis=-1).reshape(-1, 2)

    own_figure = ax is None
    axes = axes_or_new(ax, 5.6, 4.6)
    axes.set_xlim(u[0], u[-1])
    axes.set_ylim(v[0], v[-1])
    last = outputs_on(model, grid)
    if decision is None:
        winners = [margin.reshape(GRID, GRID) for margin in margins_of(last, None)]
        class_paper(axes, u, v, winners, last.argmax(axis=1).reshape(GRID, GRID))
    else:
        shade = decision.shade(last[:, 0]).reshape(GRID, GRID)
        shaded_paper(axes, u, v, shade, decision, bar=own_figure)
    lines = []
    try:
        for number, (label, weights) in enumerate(kept):
            model.set_weights(weights)
            look: dict[str, Any] = {
                "linewidths": 1.1,
                "linestyles": [_DASHES[number + len(_DASHES) - len(kept)]],
            }
            margins = margins_of(outputs_on(model, grid), decision)
            # Names at different shares of the lines' lengths, so that few lie upon each other.
            along = 0.08 + 0.84 * number / max(len(kept) - 1, 1)
            if draw_line(axes, u, v, margins, label, along, **look):
                lines.append(
                    Line2D([], [], color=BLACK, linewidth=1.1, label=label,
                           linestyle=look["linestyles"][0])
                )  # fmt: skip
    finally:
        model.set_weights(stands)
    if draw_line(axes, u, v, margins_of(last, decision), linewidths=2.2):
        name = "boundary" if not kept else "boundary, now"
        lines.append(Line2D([], [], color=BLACK, linewidth=2.2, label=name))
    dots = []
    for number, label in zip(numbers, there, strict=True):
        chosen, name = features[classes == label], f"class {label}"
        marks = axes.scatter(
            chosen[:, 0], chosen[:, 1], s=24, label=name, zorder=3, **class_mark(number)
        )
        dots.append((paper_patch(number, model.output_shape[-1]), marks))
    axes.set_xlabel(names[0])
    axes.set_ylabel(names[1])
    legend_beside(
        axes, own_figure, handles=[*dots, *lines], handlelength=3,
        labels=[f"class {label}" for label in there] + [str(line.get_label()) for line in lines],
    )  # fmt: skip
    return axes


def _features(x: Any) -> tuple[Any, tuple[str, str]]:
    names = [str(name) for name in getattr(x, "columns", ("x₁", "x₂"))]
    try:
        values = np.asarray(x, np.float64)
    except (TypeError, ValueError):
        raise TypeError(f"Expected x to be numbers, (rows, 2). Received: x={shown(x)}") from None
    if values.ndim != 2 or values.shape[1] != 2 or not len(values):
        raise ValueError(f"Expected x of shape (rows, 2). Received: x.shape={values.shape}")
    wrong = np.argwhere(~np.isfinite(values))
    if len(wrong):
        row, column = wrong[0]
        raise ValueError(
            f"Expected x of finite numbers. Received: {values[row, column]} in row {row}, column "
            f"{column}" + (f" ({names[column]})" if hasattr(x, "columns") else "")
        )
    return values, (names[0], names[1])


def _numbers(there: Any, units: int) -> list[int]:
    """The number of each class, which with several units is that of its unit."""
    if units == 1:
        return [0, 1] if len(there) == 2 else class_numbers(there)
    numbers = class_numbers(there) if there.dtype.kind == "U" else there.tolist()
    if min(numbers) < 0 or max(numbers) >= units:
        raise ValueError(
            f"Expected labels of {units} classes, as the model has {units} output units. "
            f"Received: y with the labels {shown(there.tolist())}"
        )
    return numbers


def _earlier(history: Any, model: Any) -> list[tuple[str, Any]]:
    """At most `MOST_LINES` of the kept weights before the last, closer together at the start."""
    checked_history("history", history, [tuple(w.shape) for w in model.weights])
    count = len(history.weights) - 1
    if count < 1:
        return []
    chosen = np.unique(np.geomspace(1, count, MOST_LINES).round().astype(int)) - 1
    return [(history.labels[k], history.weights[k]) for k in chosen]
