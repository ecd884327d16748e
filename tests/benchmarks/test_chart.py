"""The chart, the summary and the table for the docs say what the report says."""

import json
from pathlib import Path
from statistics import geometric_mean

import pytest
from matplotlib.colors import to_hex
from rich.console import Console

from benchmarks import chart, table
from benchmarks.peers import PEERS

ROOT = Path(chart.__file__).parent.parent


def report(**ratios):
    """Three workloads, the first two of about the same size."""
    works = []
    for number, (key, parameters, tutorial) in enumerate(
        [("small", 100, True), ("other", 120, True), ("wide", 90_000, False)]
    ):
        own = {"seconds": {"median": 2e-3}, "kernel": {"median": 1e-3}}
        own |= {"making": 0.1, "first": 0.2}
        peers = {"engine": own}
        for name, values in ratios.items():
            if values[number] is not None:
                seconds = {"median": 2e-3 * values[number]}
                ratio = dict.fromkeys(("quartile_1", "median", "quartile_3"), values[number])
                peers[name] = {"seconds": seconds, "ratio": ratio, "making": 1.0, "first": 1.0}
        works.append(
            {"key": key, "parameters": parameters, "batch": 10, "steps": 100, "tutorial": tutorial,
             "peers": peers, **({} if tutorial else {"floor": 8e-4})}
        )  # fmt: skip
    versions = {"machine": "a machine", "threads": "2"}
    return {"workloads": works, "versions": versions, "commit": "abc", "date": "2026-01-01"}


def test_points_are_steps_against_sizes():
    told = report(limit=[0.5, 0.25, None])
    assert chart.points(told, "limit") == [(1000.0, 1e-5), (1200.0, 5e-6)]
    assert chart.points(told, "kernel")[2] == (900_000.0, 1e-5)
    assert chart.points(told, "keras") == []
    assert chart.points(told, "floor") == [(900_000.0, 8e-6)]
    assert [text for _, text in chart.labels(told)] == ["small,\nother", "wide"]


def test_every_peer_has_a_line_that_is_told_apart():
    assert set(chart.STYLES) == {*PEERS, "kernel", "floor"}
    styles = {(to_hex(colour), line) for colour, line, _ in chart.STYLES.values()}
    assert len(styles) == len(chart.STYLES)
    figure = chart.chart(report(limit=[1, 1, 1], keras=[1000, 900, 3]))
    axes = figure.axes[0]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert len(axes.lines) == 5  # the engine twice, and the floor


def test_summary_of_the_tutorials():
    console = Console(width=120)
    with console.capture() as shown:
        console.print(table.summary(report(jax_fit=[2, 8, 1000], limit=[0.5, None, None])))
    rows = [line.split("│")[1:-1] for line in shown.get().splitlines() if "│" in line]
    found = {row[0].strip(): [cell.strip() for cell in row[1:]] for row in rows}
    assert found[PEERS["jax_fit"]] == ["2", "4", "2"]
    assert found[PEERS["limit"]] == ["0.5", "0.5", "1"]
    assert PEERS["keras"] not in found


def test_markdown():
    first, _, small, _, wide = table.markdown(report(keras=[1234.4, 2, 3])).splitlines()
    assert first.count("|") == small.count("|") == wide.count("|") == 6 + len(PEERS) - 1
    assert "| small | 2 ms | 20 µs | 10 µs | 1,234 × | – |" in small
    assert small.endswith("| – |") and wide.endswith("| 0.8 × |")


@pytest.mark.parametrize("name", ["two-cores", "two-cores-twice-the-peak"])
def test_the_docs_show_the_results(name):
    written = json.loads((ROOT / "benchmarks" / "results" / f"{name}.json").read_text("utf-8"))
    page = (ROOT / "docs" / "performance.md").read_text("utf-8")
    assert table.markdown(written) in page
    assert not written["commit"].endswith("dirty")


@pytest.mark.parametrize(
    ("name", "told"), [("two-cores", "7.7 on A"), ("two-cores-twice-the-peak", "7.8 on B")]
)
def test_what_the_bar_of_jax_would_take(name, told):
    """The docs' geometric mean if nothing were around the compiled call."""
    text = (ROOT / "benchmarks" / "results" / f"{name}.json").read_text(encoding="utf-8")
    ratios = []
    for work in json.loads(text)["workloads"]:
        if work["tutorial"]:
            ours, jax = work["peers"]["engine"], work["peers"]["jax_fit"]
            share = ours["seconds"]["median"] / ours["kernel"]["median"]
            ratios.append(jax["ratio"]["median"] * share)
    assert len(ratios) == 5
    assert told.startswith(f"{geometric_mean(ratios):.1f} ")
    docs = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    assert told in " ".join(docs.split())
