"""The benchmark's command line: it compares like with like and writes what it shows."""

import json

import numpy as np
import pytest

from benchmarks import peers
from benchmarks.__main__ import main
from benchmarks.table import shown_ratio


def test_counts_and_figures(tmp_path, capsys):
    file = tmp_path / "new" / "results.json"
    chosen = ["--peers", "limit", "sklearn_mlp", "--rounds", "2", "--json", str(file)]
    assert main(["pima-sgd", "penguins", *chosen]) == 0
    shown = capsys.readouterr().out
    written = json.loads(file.read_text())
    assert {w["key"]: w["steps"] for w in written["workloads"]} == {
        "pima-sgd": 514 * 4,
        "penguins": 9 * 100,
    }
    for work in written["workloads"]:
        assert set(work["peers"]) == {"engine", "limit", "sklearn_mlp"}
        ours = work["peers"]["engine"]
        for name, row in work["peers"].items():
            times = row["seconds"]
            assert 0 < times["quartile_1"] <= times["median"] <= times["quartile_3"]
            assert times["median"] == pytest.approx(np.median(row["rounds"]))
            assert row["loss"] == pytest.approx(ours["loss"], rel=0.01)
            if name == "sklearn_mlp":
                ratios = np.divide(row["rounds"], ours["rounds"])
                assert row["ratio"]["median"] == pytest.approx(np.median(ratios))
                assert shown_ratio(row["ratio"]["median"]) in shown
        assert ours["kernel"]["median"] < ours["seconds"]["median"]
    assert {"commit", "date", "versions", "rates"} <= set(written)
    assert not any("floor" in work for work in written["workloads"])
    assert f"{written['rates']['peak'] / 1e9:.0f}·10⁹ multiply-adds per second" in shown
    assert {"machine", "cores", "threads", "numpy", "numba"} <= set(written["versions"])


def test_a_missing_peer_is_named_and_skipped(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(peers, "_found", lambda need: need == "numba")
    file = tmp_path / "results.json"
    assert main(["pima-sgd", "--rounds", "1", "--json", str(file)]) == 0
    notes = capsys.readouterr().err
    for name in ("JAX, the fit in one jit, which needs jax", "PyTorch, which needs torch"):
        assert f"Skipped: {name}" in notes
    assert list(json.loads(file.read_text())["workloads"][0]["peers"]) == ["engine"]


@pytest.mark.parametrize(
    ("arguments", "received"),
    [
        (["--rounds", "0"], "Received: --rounds 0"),
        (["mnist"], "Received: mnist"),
        (["--peers", "tensorflow"], "Received: tensorflow"),
    ],
)
def test_wrong_arguments(arguments, received, capsys):
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert received in capsys.readouterr().err
