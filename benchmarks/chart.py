"""The results as a picture: the time of a step against the work in it, with the limit drawn in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from benchmarks.peers import PEERS
from benchmarks.table import FLOOR, shown_seconds
from engine.pictures.canvas import BLACK, BLUE, GREEN, MARKERS, ORANGE, PURPLE, SKY, VERMILION
from engine.pictures.saving import save_picture

STYLES = {
    "engine": (BLUE, "-", 2.2),
    "kernel": (BLUE, ":", 1.2),
    "limit": (BLACK, "--", 1.4),
    "floor": (BLACK, ":", 1.2),
    "jax_fit": (GREEN, "-", 1.0),
    "sklearn_mlp": (ORANGE, ":", 1.2),
    "torch_fit": (VERMILION, "-", 1.0),
    "torch_fused": (VERMILION, ":", 1.2),
    "keras_best": (PURPLE, "-.", 1.2),
    "keras": (SKY, "-", 1.0),
}
"""Colour, line and width of each, from fast to slow."""


NAMES = {**PEERS, "kernel": "the engine, inside of its compiled call", "floor": FLOOR}

ROOM = 1.6
"""Workloads whose sizes are nearer than this factor share a label."""


def points(report: dict[str, Any], peer: str) -> list[tuple[float, float]]:
    """(parameters × rows of a batch, median seconds of a step) of all workloads, smallest first."""
    found = []
    who, what = ("engine", "kernel") if peer == "kernel" else (peer, "seconds")
    for work in report["workloads"]:
        row = work["peers"].get(who, {})
        if peer == "floor" and "floor" in work:
            row = {what: {"median": work["floor"]}}
        if what in row:
            step = row[what]["median"] / work["steps"]
            found.append((float(work["parameters"] * work["batch"]), step))
    return sorted(found)


def labels(report: dict[str, Any]) -> list[tuple[float, str]]:
    """Where names stand, and the names: one for workloads of about the same size."""
    told: list[tuple[float, str]] = []
    places = [(float(w["parameters"] * w["batch"]), w["key"]) for w in report["workloads"]]
    for place, key in sorted(places):
        if told and place < ROOM * told[-1][0]:
            told[-1] = told[-1][0], f"{told[-1][1]},\n{key}"
        else:
            told.append((place, key))
    return told


def chart(report: dict[str, Any]) -> Figure:
    """Draw what :func:`points` tells, both axes logarithmic."""
    figure = Figure(figsize=(10.5, 5.8), layout="constrained")
    axes = figure.add_subplot()
    for (name, (colour, line, width)), marker in zip(STYLES.items(), MARKERS, strict=False):
        some = points(report, name)
        if some:
            x, y = zip(*some, strict=True)
            axes.plot(
                x, y, color=colour, linestyle=line, linewidth=width, marker=marker, markersize=5,
                label=NAMES[name],
            )  # fmt: skip
    axes.set_xscale("log")
    axes.set_yscale("log")
    names = axes.secondary_xaxis("top")
    names.minorticks_off()
    places, texts = zip(*labels(report), strict=True)
    names.set_xticks(places, texts, fontsize=8, rotation=20, ha="left", color="0.35")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda seconds, _: shown_seconds(seconds)))
    axes.set_xlabel("products in a forward pass of a batch (parameters × rows)")
    axes.set_ylabel("time of a training step (whole fit / steps)")
    axes.grid(True, which="major", color="0.9")
    figure.legend(
        *(entries[::-1] for entries in axes.get_legend_handles_labels()),
        fontsize=8,
        loc="outside right upper",
        frameon=False,
    )
    v = report["versions"]
    figure.supxlabel(
        f"{v['machine']}, {v['threads']} threads, commit {report['commit']}, {report['date']}",
        fontsize=8, color="0.35", x=0.01, ha="left",
    )  # fmt: skip
    return figure


def save_chart(report: dict[str, Any], file: Path) -> None:
    """Write the picture to a .png, .svg or .pdf file."""
    save_picture(chart(report), file, dpi=150)
