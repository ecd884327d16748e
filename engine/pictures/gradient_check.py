"""The error of a gradient check against the step of the differences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from engine.checks.shown import shown
from engine.pictures.canvas import BLACK, BLUE, axes_or_new

if TYPE_CHECKING:
    from engine.study.gradient_check import GradientCheck


def plot_gradient_check(check: GradientCheck, ax: Axes | None = None) -> Axes:
    """Draw the largest relative error for each step h.

    A right gradient gives a valley: to the right the error is that of the difference, ∝ h²; to the
    left that of rounding, ∝ 1/h.  A wrong one gives a plateau.

    Raises
    ------
    TypeError
        If `check` is not a GradientCheck, as ``engine.study.gradient_check`` returns it.
    """
    from engine.study.gradient_check import LIMIT, GradientCheck

    if not isinstance(check, GradientCheck):
        raise TypeError(
            "Expected a GradientCheck, as engine.study.gradient_check(model, x, y) returns it. "
            f"Received: {shown(check)}"
        )

    axes = axes_or_new(ax, 6.4, 4.2)
    steps = np.array(sorted(check.curve))
    errors = np.array([max(check.curve[s], 1e-17) for s in steps])
    axes.loglog(steps, errors, color=BLUE, marker="o", linewidth=2, label="largest relative error")
    lowest = int(errors.argmin())
    for power, style, label in ((2, "--", "∝ h²: the difference"), (-1, ":", "∝ 1/h: rounding")):
        line = errors[lowest] * (steps / steps[lowest]) ** power
        side = steps >= steps[lowest] if power > 0 else steps <= steps[lowest]
        axes.loglog(steps[side], line[side], color=BLACK, linestyle=style, linewidth=1, label=label)
    axes.axhline(LIMIT, color="0.5", linewidth=1)
    axes.annotate(f"allowed: {LIMIT:g}", (steps[0], LIMIT), xytext=(0, -12),
                  textcoords="offset points", ha="left", fontsize=9, color="0.3")  # fmt: skip
    axes.set_xlabel("step h")
    axes.set_ylabel("relative error of the gradient")
    axes.set_title(f"Gradient check of {check.model!r}", fontsize=11)
    axes.legend(frameon=False, fontsize=9)
    for side_ in ("top", "right"):
        axes.spines[side_].set_visible(False)
    return axes
