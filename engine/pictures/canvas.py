"""Where a picture is drawn: on the caller's axes or on a new figure, and never through pyplot."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

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

POINTS_PER_INCH = 72.0


def axes_or_new(ax: Axes | None, width: float, height: float) -> Axes:
    """Return `ax`, or the axes of a new figure of `width` × `height` inches."""
    if ax is not None:
        return ax
    return Figure(figsize=(width, height), layout="constrained").add_subplot()


def drawing_axes(ax: Axes | None, width: float, height: float) -> tuple[Axes, float]:
    """Return axes without ticks whose data unit is one point, y downwards, and their scale.

    A new figure is `width` × `height` points (1/72 inch).  On the caller's axes the drawing is
    fitted in; multiply font sizes and line widths by the scale to shrink them with it.
    """
    if ax is None:
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
