"""The results as a table on the terminal."""

from __future__ import annotations

from math import exp, log
from statistics import fmean
from typing import Any

from rich.table import Table

from benchmarks.peers import PEERS

FLOOR = "the arithmetic's floor"


def shown_seconds(seconds: float) -> str:
    """A duration with three digits and its unit."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def shown_ratio(ratio: float) -> str:
    """A ratio with three digits, thousands with a separator."""
    return f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.3g}"


def speed(rates: dict[str, Any]) -> str:
    """What the machine can do, in a line."""
    first, *_, memory = (entry["rate"] / 1e9 for entry in rates["bandwidth"])
    line = (
        f"One thread: {rates['peak'] / 1e9:.0f}·10⁹ multiply-adds per second, {first:.0f} GB/s in "
        f"the first cache, {memory:.0f} GB/s in memory"
    )
    if not rates["handovers"]:
        return line
    low, high = (shown_seconds(value(rates["handovers"])) for value in (min, max))
    return f"{line}. From thread to thread: {low} – {high}"


def table(report: dict[str, Any]) -> Table:
    """All workloads and peers."""
    view = Table(title="Whole fits, in the steady state", title_justify="left")
    for column in ("workload", "who"):
        view.add_column(column, no_wrap=True)
    for column in (
        "one fit",
        "one step",
        "times the\nengine's",
        "quartiles",
        "making",
        "first fit",
    ):
        view.add_column(column, justify="right")
    for work in report["workloads"]:
        rows = list(work["peers"].items())
        for number, (name, row) in enumerate(rows):
            median = row["seconds"]["median"]
            ratio = row.get("ratio")
            who = PEERS.get(name, "the engine, validating")
            view.add_row(
                work["key"] if number == 0 else "",
                who,
                shown_seconds(median),
                shown_seconds(median / work["steps"]),
                shown_ratio(ratio["median"]) if ratio else "",
                f"{shown_ratio(ratio['quartile_1'])} – {shown_ratio(ratio['quartile_3'])}"
                if ratio
                else "",
                shown_seconds(row["making"]),
                shown_seconds(row["first"]),
                end_section=number == len(rows) - 1 and "floor" not in work,
            )
        if "floor" in work:
            floor, ours = work["floor"], work["peers"]["engine"]["seconds"]["median"]
            view.add_row(
                "", FLOOR, shown_seconds(floor), shown_seconds(floor / work["steps"]),
                shown_ratio(floor / ours), end_section=True,
            )  # fmt: skip
    return view


def summary(report: dict[str, Any]) -> Table:
    """Over the tutorials: the least ratio of each peer, and the geometric mean."""
    view = Table(title="Times the engine's, over the tutorials", title_justify="left")
    view.add_column("who")
    for column in ("least", "geometric mean", "tutorials"):
        view.add_column(column, justify="right")
    for name, who in PEERS.items():
        ratios = [
            work["peers"][name]["ratio"]["median"]
            for work in report["workloads"]
            if work["tutorial"] and name in work["peers"] and name != "engine"
        ]
        if ratios:
            mean = fmean(map(log, ratios))
            view.add_row(who, shown_ratio(min(ratios)), shown_ratio(exp(mean)), str(len(ratios)))
    return view


def markdown(report: dict[str, Any]) -> str:
    """The engine's times, and how many times longer the peers take, as a table for the docs."""
    others = [name for name in PEERS if name != "engine"]
    titles = [
        "",
        "one fit",
        "one step",
        "compiled call, one step",
        *(PEERS[n] for n in others),
        FLOOR,
    ]
    lines = [" | ".join(titles), " | ".join(["---", *["--:"] * (len(titles) - 1)])]
    for work in report["workloads"]:
        ours = work["peers"]["engine"]
        seconds, kernel = ours["seconds"]["median"], ours["kernel"]["median"]
        steps = seconds / work["steps"], kernel / work["steps"]
        cells = [work["key"], *map(shown_seconds, (seconds, *steps))]
        for name in others:
            ratio = work["peers"].get(name, {}).get("ratio")
            cells.append(f"{shown_ratio(ratio['median'])} ×" if ratio else "–")
        cells.append(f"{shown_ratio(work['floor'] / kernel)} ×" if "floor" in work else "–")
        lines.append(" | ".join(cells))
    return "\n".join(f"| {line} |" for line in lines)
