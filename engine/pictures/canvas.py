"""Where a picture is drawn: on the caller's axes or on a new figure, and never through pyplot."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from engine.checks.shown import shown

# Okabe & Ito (2008), "Color universal design": told apart by colour-blind readers.
# The first two also differ in lightness (L* 46 and 71), so they differ in black and white.
BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY, YELLOW, BLACK = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#CC79A7",
    "#56B4E9",
    "#F0E442",
    "#000000",
)
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", ">")
DASHES: tuple[Any, ...] = ("-", "--", ":", "-.")

POINTS_PER_INCH = 72.0


def axes_or_new(ax: Axes | None, width: float, height: float) -> Axes:
    """Return `ax`, or the axes of a new figure of `width` × `height` inches.

    Raises
    ------
    TypeError
        If `ax` is not one Axes: a Figure, or what ``plt.subplots(2, 2)`` returns second.
    """
    if ax is not None:
        return _one_axes(ax)
    return Figure(figsize=(width, height), layout="constrained").add_subplot()


def drawing_axes(ax: Axes | None, width: float, height: float) -> tuple[Axes, float]:
    """Return axes without ticks whose data unit is one point, y downwards, and their scale.

    A new figure is `width` × `height` points (1/72 inch).  On the caller's axes the drawing is
    fitted in; multiply font sizes and line widths by the scale to shrink them with it.

    Raises
    ------
    TypeError
        As `axes_or_new`.
    """
    if ax is not None:
        ax = _one_axes(ax)
    else:
        figure = Figure(figsize=(width / POINTS_PER_INCH, height / POINTS_PER_INCH))
        ax = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    points_per_pixel = POINTS_PER_INCH / ax.get_figure(root=True).dpi  # type: ignore[union-attr]
    room = ax.bbox
    scale = points_per_pixel * min(room.width / width, room.height / height)
    ax.set_axis_off()
    ax.set_xlim(0.0, width)
    ax.set_ylim(height, 0.0)
    ax.set_aspect("equal")
    return ax, float(scale)


def _one_axes(ax: Any) -> Axes:
    if not isinstance(ax, Axes):
        raise TypeError(
            f"Expected one Axes, such as axes[0, 0] of plt.subplots(2, 2). Received: ax={shown(ax)}"
        )
    return ax


def legend_beside(axes: Axes, own_figure: bool, **style: Any) -> None:
    """Draw the legend to the right of a picture with a figure of its own.

    The caller's axes may have no room beside them, so that it would be cut off: there it stands
    inside, small and on white, where it covers least.
    """
    if own_figure:
        place = {"loc": "upper left", "bbox_to_anchor": (1.01, 1.0), "frameon": False}
        axes.legend(**{"fontsize": 9, **place, **style})
    else:
        axes.legend(**style, loc="best", fontsize=7, frameon=True, framealpha=0.85)


def ink_on(paper: Any) -> str:
    """Return "black" or "white", whichever has the greater contrast on the colour `paper`.

    Contrast is (L₁ + 0.05) / (L₂ + 0.05) with the relative luminance L of sRGB; both inks are
    equal at L = √(1.05 · 0.05) - 0.05 = 0.179.  Source: W3C, WCAG 2.1, definitions of "contrast
    ratio" and "relative luminance".
    """
    rgb = np.asarray(to_rgb(paper))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return "black" if linear @ (0.2126, 0.7152, 0.0722) > 0.179 else "white"


def text_width(text: str, size: float, weight: str = "normal") -> float:
    """Return the width of one line of `text` in points, in matplotlib's own font."""
    if not text.strip():
        return 0.0
    font = FontProperties(size=size, weight=weight)
    return float(TextPath((0.0, 0.0), text.replace("$", r"\$"), prop=font).get_extents().width)
