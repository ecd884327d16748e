"""Loss and metric curves: one or several trainings on one axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from engine.checks.shown import shown
from engine.pictures.canvas import BLUE, MARKERS, ORANGE, axes_or_new, legend_beside

_WIDE_BELOW: dict[str, Any] = {"linewidth": 6.0, "alpha": 0.4, "solid_capstyle": "round"}
_ALONE: dict[str, Any] = {"linewidth": 2.0}
_DASHES: tuple[Any, ...] = ("--", ":", "-.", (0, (6, 2, 1, 2, 1, 2)), (0, (1, 3)))


def plot_history(
    histories: Any,
    metric: str = "loss",
    ax: Axes | None = None,
    labels: Sequence[str] | None = None,
) -> Axes:
    """Draw the curve of `metric` over the epochs, training and validation, for each history.

    The first of several histories is a wide pale line and the others are thin, dashed and marked:
    two equal curves are both seen, one on top of the other.  Training is blue (darker), with
    filled markers; validation is orange (lighter), with hollow ones.

    Parameters
    ----------
    histories
        A `History` (its `.history` and `.epoch` are read), a dict such as
        ``{"loss": [...], "val_loss": [...]}``, a list of these, or a dict of them by their labels:
        ``{"SGD": history, "Adam": other}``.
    metric
        A key of the histories without "val_"; "val_" + `metric` is drawn where it is there.
    ax
        Axes to draw on; without it a new figure is made.
    labels
        One name per history for the legend; without it a dict's keys, or "run 1", "run 2", …

    Raises
    ------
    TypeError
        If a history is neither a History nor a dict.
    ValueError
        If there is no history, `metric` is not in one of them, or lengths do not agree.

    Examples
    --------
    >>> ours = {"loss": [0.7, 0.5], "val_loss": [0.8, 0.6]}
    >>> axes = plot_history([ours, ours], labels=["engine", "Keras"])
    >>> [line.get_label() for line in axes.lines]
    ['engine, training', 'engine, validation', 'Keras, training', 'Keras, validation']
    """
    if _by_labels(histories):
        labels = [str(name) for name in histories] if labels is None else labels
        histories = list(histories.values())
    runs = list(histories) if isinstance(histories, (list, tuple)) else [histories]
    if not runs:
        raise ValueError("Expected at least one history. Received: histories=[]")
    if labels is not None and (isinstance(labels, str) or len(labels) != len(runs)):
        raise ValueError(
            f"Expected one label for each of {len(runs)} histories. Received: labels={labels!r}"
        )
    if labels is None:
        labels = [f"run {number}" for number in range(1, len(runs) + 1)]
    curves = [_curves(run, metric) for run in runs]

    own_figure = ax is None
    ax = axes_or_new(ax, 6.4, 4.0)
    for number, (label, (epochs, parts)) in enumerate(zip(labels, curves, strict=True)):
        for part, values in parts.items():
            colour = BLUE if part == "training" else ORANGE
            style = _style(number, len(runs), part, epochs.size)
            name = part if len(runs) == 1 else f"{label}, {part}"
            ax.plot(epochs, values, color=colour, label=name, **style)
    ax.set_xlabel("epoch (passes over the training data)")
    ax.set_ylabel(_with_unit(metric))
    first, last = (
        min(epochs[0] for epochs, _ in curves),
        max(epochs[-1] for epochs, _ in curves),
    )
    # There is no epoch 0, so that no tick may be there either.
    ax.set_xlim(first - 0.5, last + 0.5 + 0.02 * (last - first))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1, steps=[1, 2, 5, 10]))
    ax.grid(True, color="0.9")
    ax.set_axisbelow(True)
    # Long curves are easily hidden by a legend: four entries still fit, more go beside the axes.
    if len(ax.lines) > 4:
        legend_beside(ax, own_figure, handlelength=3.5)
    else:
        ax.legend(loc="best", handlelength=3.5)
    return ax


def _by_labels(histories: Any) -> bool:
    """Whether this is a dict of histories, and not one history's dict of lists."""
    if not isinstance(histories, Mapping):
        return False
    runs = [isinstance(run, Mapping) or hasattr(run, "history") for run in histories.values()]
    if any(runs) and not all(runs):
        name, other = next(
            item for item, run in zip(histories.items(), runs, strict=True) if not run
        )
        raise TypeError(
            "Expected a dict of histories or a dict of lists, not both in one. "
            f"Received: {name!r}: {shown(other)}"
        )
    return any(runs)


def _curves(run: Any, metric: str) -> tuple[Any, dict[str, Any]]:
    """Return the epochs, counted from 1, and the values of the parts that are there."""
    values = run if isinstance(run, Mapping) else getattr(run, "history", None)
    if not isinstance(values, Mapping):
        raise TypeError(f"Expected a History or a dict of lists. Received: {type(run).__name__}")
    if not values:
        raise ValueError("Expected a history with at least one metric. Received: {}")
    if metric not in values or metric.startswith("val_"):
        there = sorted(name for name in values if not name.startswith("val_"))
        raise ValueError(f"Expected metric to be one of {there}. Received: metric={metric!r}")
    parts = {"training": values[metric]}
    if "val_" + metric in values:
        parts["validation"] = values["val_" + metric]
    epoch = getattr(run, "epoch", None)
    epochs = np.arange(len(values[metric])) if epoch is None else np.asarray(epoch)
    if epochs.size == 0:
        raise ValueError(f"Expected at least one epoch. Received: no values of {metric!r}")
    for part, numbers in parts.items():
        if len(numbers) != epochs.size:
            raise ValueError(
                f"Expected one {part} value of {metric!r} for each of {epochs.size} epochs. "
                f"Received: {len(numbers)} values"
            )
    return epochs + 1, {part: np.asarray(numbers, float) for part, numbers in parts.items()}


def _style(number: int, runs: int, part: str, epochs: int) -> dict[str, Any]:
    """Return how the line of run `number` (from 0) of `runs` is drawn."""
    marks: dict[str, Any] = {
        "marker": MARKERS[number % len(MARKERS)],
        "markersize": 5.0,
        # About 12 markers a line: 100 of them would be a thick line.
        "markevery": max(1, epochs // 12),
    }
    if part == "validation":
        marks["markerfacecolor"] = "white"
    if runs == 1:
        return {**_ALONE, **marks}
    if number == 0:
        # A single epoch is a point, and a line of one point is not seen.
        return {**_WIDE_BELOW, **({"marker": "o", "markersize": 12.0} if epochs == 1 else {})}
    return {"linewidth": 1.4, "linestyle": _DASHES[(number - 1) % len(_DASHES)], **marks}


def _with_unit(metric: str) -> str:
    if metric == "loss":
        return "loss (mean per sample)"
    if metric == "accuracy" or metric.endswith("_accuracy"):
        return f"{metric.replace('_', ' ')} (fraction of samples)"
    return metric.replace("_", " ")
