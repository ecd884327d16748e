"""The study over workers: a small run, the formula by hand, and the picture."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import workers
from benchmarks.estimate import LINE, Costs, costs
from benchmarks.workers_pictures import draw

MEASURED = Path(__file__).parents[2] / "docs" / "measured" / "workers.json"
ONE = Costs(t=0.1, w=0.05, s=0.01, r=0.0001, b=1000, F=3.0)


@pytest.mark.slow
def test_a_small_run(tmp_path, capsys):
    file, picture = tmp_path / "new" / "w.json", tmp_path / "w.png"
    options = ["--fits", "4", "--rounds", "1", "--tiny", "16", "32"]
    assert workers.main([*options, "--json", str(file), "--picture", str(picture)]) == 0
    report = json.loads(file.read_text(encoding="utf-8"))
    assert list(report["ways"]) == list(workers.WAYS)
    assert report["ways"]["1 thread"]["speed"]["median"] == 1
    assert all(way["seconds"]["median"] > 0 for way in report["ways"].values())
    assert set(report["costs"]) == {"client", "scheduler", "worker", "dask", "loky"}
    # 60-60-1 in single precision, and what its epochs tell.
    assert 4 * 3721 < report["bytes"]["result"] < 4 * 3721 + 4000
    assert report["bytes"]["chunk"] < 2000 < report["bytes"]["common"]
    assert picture.stat().st_size > 10_000
    assert "Dask, 2 workers" in capsys.readouterr().out


def test_seconds():
    """100 fits in chunks of 10 on 5 workers: two chunks each, 1.05 s long."""
    assert ONE.seconds(100, 10, 5) == pytest.approx(3 + 2 * 1.05)
    assert ONE.seconds(101, 10, 5) == pytest.approx(3 + 3 * 1.05)
    assert ONE.efficiency(100, 10, 5) == pytest.approx(10 / 5 / 5.1)
    # The serial part counts where it is longer: 10 chunks of 1 s, 100 fits of 0.01 s.
    assert replace(ONE, s=1.0, r=0.01).seconds(100, 10, 5) == pytest.approx(3 + 10 + 1)
    # So does the line.
    assert replace(ONE, b=LINE).seconds(100, 10, 5) == pytest.approx(3 + 100)


@pytest.mark.parametrize("P", [10, 100, 900])
def test_the_smallest_chunk(P):
    """With it, work and serial take as long; with a smaller one workers wait."""
    free = replace(ONE, F=0.0, b=0.0)
    m = free.smallest_chunk(P)
    if m > 1:
        assert m * free.t + free.w == pytest.approx(P * (free.s + m * free.r))
    small, large = max(1, int(m / 3)), int(3 * m) + 1
    parts = [free.efficiency(20 * chunk * P, chunk, P) for chunk in (small, large)]
    assert parts[0] < parts[1] <= 1
    assert ONE.most_workers() == pytest.approx(1000)
    assert ONE.smallest_chunk(1001) == float("inf")


def test_the_picture_shows_what_was_measured():
    report = json.loads(MEASURED.read_text(encoding="utf-8"))
    left = draw(report)
    right = left.figure.axes[1]
    texts = [text.get_text() for text in left.get_legend().get_texts()]
    assert texts == ["as many times", "threads of one process", "joblib's pool", "Dask"]
    ideal, *lines = right.lines
    assert len(lines) == 3
    for line in lines:
        assert (line.get_ydata() <= ideal.get_ydata() + 1e-9).all()
    assert costs(report, seconds=5.0).t == 5.0


@pytest.mark.parametrize(
    ("arguments", "received"), [(["--fits", "0"], "0"), (["--json", "a"], "a")]
)
def test_wrong_arguments(arguments, received, capsys):
    with pytest.raises(SystemExit):
        workers.main(arguments)
    assert "Received: " in (told := capsys.readouterr().err) and received in told
