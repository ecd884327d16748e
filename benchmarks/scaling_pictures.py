"""The pictures of `python -m benchmarks.scaling`: measured times over the arithmetic's floor."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import EngFormatter, FixedLocator, FuncFormatter, LogLocator, NullFormatter

from engine.pictures.canvas import BLUE, axes_or_new

MOST_TICKS = 12
CALL = {"fit": "a whole call of fit", "step": "a step", "row": "a row"}
"""What the time is of.  That of a step or a row is the time in the compiled call."""


def draw(study: dict[str, Any], ax: Axes | None = None) -> Axes:
    """Draw a study of the report, log-log: medians with quartiles, and the floor.

    The floor is dashed; where it passes to more threads it is broken, and a dotted line says so.
    Arrows at the first and the last size tell how many times the floor the time is.

    Parameters
    ----------
    study
        One of the report's ``studies``.
    ax
        Axes to draw on; without it a new figure is made.
    """
    ax = axes_or_new(ax, 7.2, 4.6)
    points = study["points"]
    sizes = [point["size"] for point in points]
    medians = [point["seconds"]["median"] for point in points]
    spread = [
        [p["seconds"]["median"] - p["seconds"]["quartile_1"] for p in points],
        [p["seconds"]["quartile_3"] - p["seconds"]["median"] for p in points],
    ]
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.errorbar(
        sizes,
        medians,
        spread,
        color=BLUE,
        marker="o",
        markersize=5.0,
        linewidth=1.6,
        capsize=3.0,
        label="measured: median and quartiles",
    )
    _floor(ax, points)
    _how_far(ax, points[0], "left")
    if len(points) > 1:
        _how_far(ax, points[-1], "right")
    _axes(ax, study, sizes)
    return ax


def _floor(ax: Axes, points: list[dict[str, Any]]) -> None:
    """Draw the dashed line, in one part for each number of threads."""
    parts = [(t, list(some)) for t, some in groupby(points, lambda point: point["threads"])]
    for number, (threads, some) in enumerate(parts):
        ax.plot(
            [point["size"] for point in some],
            [point["floor"]["seconds"] for point in some],
            color="black",
            linestyle="--",
            marker="s",
            markersize=3.5,
            markerfacecolor="white",
            linewidth=1.3,
            label="the arithmetic's floor" if number == 0 else "_nolegend_",
        )
        if number > 0:
            before = parts[number - 1][1][-1]["size"]
            place = (before * some[0]["size"]) ** 0.5
            ax.axvline(place, color="0.4", linestyle=":", linewidth=1.2)
            ax.annotate(
                f" {threads} threads →",
                (place, 0.02),
                xycoords=("data", "axes fraction"),
                color="0.25",
                fontsize="small",
            )


def _how_far(ax: Axes, point: dict[str, Any], side: str) -> None:
    """Write to the `side` of a point how many times its floor it is, with an arrow between them."""
    time, floor, size = point["seconds"]["median"], point["floor"]["seconds"], point["size"]
    ax.annotate(
        "",
        (size, time),
        xytext=(size, floor),
        arrowprops={"arrowstyle": "<->", "color": "0.4", "shrinkA": 4.0, "shrinkB": 4.0},
    )
    ax.annotate(
        f"{time / floor:.2g}×" if time < 99.5 * floor else f"{time / floor:,.0f}×",
        (size, (time * floor) ** 0.5),
        xytext=(-5 if side == "left" else 5, 0),
        textcoords="offset points",
        ha="right" if side == "left" else "left",
        va="center",
        fontsize="small",
    )


def _axes(ax: Axes, study: dict[str, Any], sizes: list[int]) -> None:
    """Label the axes; ticks stand at measured sizes: powers of ten, or of two if there are few."""
    tens = [n for n in sizes if 10 ** (len(str(n)) - 1) == n]
    twos = [n for n in sizes if n & (n - 1) == 0]
    ticks = twos if len(twos) > len(tens) else tens
    ax.xaxis.set_major_locator(FixedLocator(ticks[:: -(-len(ticks) // MOST_TICKS)]))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda n, _: f"{n:,.0f}"))
    ax.xaxis.set_minor_locator(FixedLocator(sizes))
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.margins(x=0.09, y=0.12)
    low, high = ax.get_ylim()
    if high < 300 * low:  # ticks at powers of ten alone would be too few
        ax.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    ax.yaxis.set_major_formatter(EngFormatter("s"))
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.set_xlabel(study["axis"])
    ax.set_ylabel(f"time of {CALL[study['per']]}")
    ax.set_title(study["title"], loc="left", fontsize="medium")
    ax.grid(True, color="0.9")
    ax.set_axisbelow(True)
    falling = study["points"][0]["seconds"]["median"] > study["points"][-1]["seconds"]["median"]
    lines, labels = ax.get_legend_handles_labels()  # what was measured comes last: it has bars
    place = "upper right" if falling else "upper left"
    ax.legend(lines[::-1], labels[::-1], loc=place, handlelength=3.5)
