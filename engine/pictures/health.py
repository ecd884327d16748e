"""Signs of a training's health, epoch by epoch and layer by layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from engine.checks.shown import shown
from engine.pictures.canvas import (
    BLUE,
    DASHES,
    GREEN,
    MARKERS,
    ORANGE,
    PURPLE,
    VERMILION,
    axes_or_new,
    legend_beside,
)

if TYPE_CHECKING:
    from engine.study.health import Health

LABELS = {
    "update_ratio": "‖update‖ / ‖weights‖ of a layer",
    "gradient_norm": "‖gradient‖ of a layer",
    "dead": "dead units (share of the layer)",
    "saturated": "saturated activations (share)",
    "loss": "loss (mean per sample)",
}
RULE = 1e-3
_COLOURS = (BLUE, ORANGE, GREEN, VERMILION, PURPLE)


def plot_health(health: Health, quantity: str = "update_ratio", ax: Axes | None = None) -> Axes:
    """Draw one sign of a :class:`~engine.study.Health`, a line for each layer.

    Where a training diverged, its numbers are not finite any more: these epochs are hatched.

    Parameters
    ----------
    quantity
        "update_ratio" with the rule of thumb 10⁻³, "gradient_norm", "dead", "saturated", or "loss"
        with ln(classes), where a network that knows nothing begins.
    ax
        Axes to draw on; without it a new figure is made.

    Raises
    ------
    TypeError
        If `health` is not a Health.
    ValueError
        If there is no such quantity, if nothing was trained yet, or no layer has it: dead units are
        those of relu layers, saturated ones those of sigmoid and tanh.
    """
    if not isinstance(getattr(health, "values", None), dict):
        raise TypeError(f"Expected a Health of engine.study. Received: {shown(health)}")
    if quantity not in LABELS:
        raise ValueError(
            f"Expected quantity to be one of {', '.join(LABELS)}. Received: quantity={quantity!r}"
        )
    if not health.epochs:
        raise ValueError(
            "Expected a Health that has seen a fit: model.fit(…, callbacks=[health]). "
            "Received: one without epochs"
        )
    layers = health.values[quantity]
    if not layers:
        kind = "relu" if quantity == "dead" else "sigmoid or tanh"
        raise ValueError(
            f"Expected a layer with {kind}. Received: a Health with the layers "
            f"{', '.join(health.values['gradient_norm'])}, none of that kind"
        )
    own_figure = ax is None
    axes = axes_or_new(ax, 6.4, 3.8)
    for number, (layer, values) in enumerate(layers.items()):
        axes.plot(
            health.epochs, values, color=_COLOURS[number % len(_COLOURS)], linewidth=1.8,
            linestyle=DASHES[number % len(DASHES)], marker=MARKERS[number % len(MARKERS)],
            markersize=4.5, markevery=max(1, len(health.epochs) // 12), label=layer,
        )  # fmt: skip
    if quantity in ("update_ratio", "gradient_norm"):
        if any(0 < value < np.inf for values in layers.values() for value in values):
            axes.set_yscale("log")
        if quantity == "update_ratio":
            _mark(axes, RULE, "rule of thumb: 10⁻³")
    elif quantity == "loss":
        if health.expected_loss is not None:
            classes = round(float(np.exp(health.expected_loss)))
            told = (
                f"ln {classes} = {health.expected_loss:.3f}: knowing nothing of {classes} classes"
            )
            _mark(axes, health.expected_loss, told)
    else:
        # Half a marker of room, so that the line of a share of 0 or 1 is whole.
        axes.set_ylim(-0.05, 1.05)
    _mark_diverged(axes, health.epochs, layers)
    axes.set_xlabel("epoch (0: before the training)")
    axes.set_ylabel(LABELS[quantity])
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(True, color="0.92")
    axes.set_axisbelow(True)
    if quantity != "loss":
        if len(layers) > 4:
            legend_beside(axes, own_figure, handlelength=3.5)
        else:
            axes.legend(frameon=False, fontsize=9, loc="best", handlelength=3.5)
    return axes


def _mark_diverged(axes: Axes, epochs: list[int], layers: dict[str, list[float]]) -> None:
    """Hatch the epochs since when a layer has no finite value any more, and say so above."""
    firsts = []
    for values in layers.values():
        finite = np.flatnonzero(np.isfinite(values))
        # A single gap is not the end: the ratio of weights that are all 0 is not a number either.
        first = int(finite[-1]) + 1 if len(finite) else 0
        if first < len(values):
            firsts.append(epochs[first])
    if firsts:
        axes.axvspan(min(firsts) - 0.5, epochs[-1] + 0.5, facecolor="0.95", edgecolor="0.75",
                     hatch="///", linewidth=0, zorder=0)  # fmt: skip
        axes.set_title(f"not finite from epoch {min(firsts)}: the training diverged", fontsize=10)


def _mark(axes: Axes, value: float, told: str) -> None:
    """A thin line at a value, with words above its right end."""
    axes.axhline(value, color="0.35", linewidth=1.0, linestyle=(0, (1, 2)))
    low, high = axes.get_ylim()
    room = (high / low) ** 0.1 if axes.get_yscale() == "log" else 0.1 * (high - low)
    axes.set_ylim(top=max(high, value * room if axes.get_yscale() == "log" else value + room))
    axes.annotate(told, (1.0, value), xycoords=("axes fraction", "data"), xytext=(-3, 3),
                  textcoords="offset points", ha="right", fontsize=9, color="0.25")  # fmt: skip
