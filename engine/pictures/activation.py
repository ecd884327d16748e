"""An activation function and its derivative."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from engine import activations
from engine.checks.shown import shown
from engine.pictures.canvas import BLUE, ORANGE, axes_or_new
from engine.study.arithmetic import activate, d_activate

KINKED = ("relu", "leaky_relu")
"""Their derivative jumps at 0; the engine takes the value of the left side there, as Keras."""

POINTS = 801


def plot_activation(
    activation: Any, z: tuple[float, float] = (-5.0, 5.0), ax: Axes | None = None
) -> Axes:
    """Draw a = f(z) as a solid line and da/dz as a dashed one.

    Both are the engine's own: the derivative is what its backward pass multiplies by.  Of softmax,
    which has several units, the first of three is drawn while the others have z = 0.

    Parameters
    ----------
    activation
        A name, or a function of ``engine.activations``.
    z
        From where to where.
    ax
        Axes to draw on; without it a new figure is made.

    Raises
    ------
    ValueError, TypeError
        If the engine has no such activation, or `z` is not a range.

    Examples
    --------
    >>> axes = plot_activation("sigmoid")
    >>> [line.get_label() for line in axes.lines[2:]]
    ['a = sigmoid(z)', 'da/dz']
    >>> float(axes.lines[-1].get_ydata().max())
    0.25
    """
    name = activations.get(activation).__name__
    low, high = _range(z)
    points = np.linspace(low, high, POINTS)
    units = points[:, np.newaxis]
    if name == "softmax":
        units = units * [1.0, 0.0, 0.0]
    a = activate(name, units, behind_a_bias=False)
    da = np.zeros_like(a)
    da[:, 0] = 1.0
    slope = d_activate(name, a, da)[:, 0]
    first, axes = a[:, 0], axes_or_new(ax, 5.0, 3.4)
    title = "softmax(z, 0, 0), the first of three" if name == "softmax" else f"{name}(z)"
    axes.axhline(0.0, color="0.6", linewidth=0.8)
    axes.axvline(0.0, color="0.6", linewidth=0.8)
    axes.plot(points, first, color=BLUE, linewidth=2.2, label=f"a = {title}")
    if name in KINKED and low < 0 < high:
        # A gap at the jump, and a dot for the value that the engine takes at 0 itself.
        axes.plot(0.0, slope[points <= 0][-1], "o", color=ORANGE, markersize=5, zorder=3)
        cut = int(np.searchsorted(points, 0.0, side="right"))
        points, slope = np.insert(points, cut, np.nan), np.insert(slope, cut, np.nan)
    axes.plot(points, slope, color=ORANGE, linewidth=2.0, linestyle="--", label="da/dz")
    axes.set_xlabel("z")
    axes.set_ylabel("a, and its slope da/dz")
    axes.set_xlim(low, high)
    axes.legend(frameon=False, fontsize=9, loc="best")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return axes


def _range(z: Any) -> tuple[float, float]:
    ends = np.asarray(z, dtype=object)
    if ends.shape == (2,) and all(isinstance(end, int | float | np.number) for end in z):
        low, high = float(z[0]), float(z[1])
        if np.isfinite([low, high]).all() and low < high:
            return low, high
    raise ValueError(f"Expected z to be two numbers, the smaller first. Received: z={shown(z)}")
