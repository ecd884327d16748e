"""The sizes around which a team begins to win are tried, and nothing stays changed."""

from benchmarks import crossover
from engine.kernels import large
from engine.models import run


def test_a_small_run(monkeypatch, capsys):
    monkeypatch.setattr(crossover, "NETWORKS", (((20, 30, 3), 8),))
    monkeypatch.setattr(crossover, "BATCHES", 3)
    before = large.LARGE, run.WORK_FOR_A_TEAM
    assert crossover.main(["--rounds", "1"]) == 0
    assert "20-30-3" in capsys.readouterr().out
    assert (large.LARGE, run.WORK_FOR_A_TEAM) == before


def test_sizes_on_both_sides_of_the_border():
    counted = [crossover.multiplications(*network) for network in crossover.NETWORKS]
    assert min(counted) < large.LARGE / 2
    assert max(counted) > large.LARGE * 2
    for layers, batch in crossover.NETWORKS:
        worth = any(large.is_large(batch, a, b) for a, b in zip(layers, layers[1:], strict=False))
        assert worth == (crossover.multiplications(layers, batch) >= large.LARGE)
