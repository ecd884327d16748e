"""The benchmark's command line: it compares like with like and writes what it shows."""

import json

import numpy as np
import pytest

from benchmarks import peers
from benchmarks.__main__ import main
from benchmarks.commands import STOPPED, stoppable
from benchmarks.table import shown_ratio
from benchmarks.workloads import MAKERS, workload


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
    notes = " ".join(notes.split())
    for name, needs in (
        ("JAX, the fit in one jit", "jax (pip install '.[peers]')"),
        ("PyTorch", "torch (pip install '.[peers]')"),
        ("C, sizes fixed", "a C compiler, cc"),
    ):
        assert f"Skipped: {name}, which needs {needs}." in notes
    assert list(json.loads(file.read_text())["workloads"][0]["peers"]) == ["engine"]


@pytest.mark.parametrize(
    ("arguments", "received"),
    [
        (["--rounds", "0"], "argument --rounds: Expected a whole number ≥ 1. Received: 0"),
        (["--rounds", "1.5"], "Received: 1.5"),
        (["mnist"], "Received: mnist"),
        (["pima-sdg"], "Received: pima-sdg; did you mean pima-sgd?"),
        (["--peers", "tensorflow"], "argument --peers: Expected one of keras, keras_best, jax_fit"),
        (["--json", "figures.png"], "Expected a file name that ends in .json"),
        (["--json", "results.json/x.json"], "Expected a file that can be written"),
    ],
)
def test_wrong_arguments(arguments, received, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results.json").touch()
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert received in capsys.readouterr().err


def test_none_of_the_peers_is_there(capsys, monkeypatch):
    monkeypatch.setattr(peers, "_found", lambda need: False)
    with pytest.raises(SystemExit) as exit_:
        main(["pima-sgd", "--peers", "jax_fit"])
    assert exit_.value.code == 2
    assert "Expected a peer that is installed" in capsys.readouterr().err


def test_the_limit_is_one_of_small_networks():
    suited = {key for key in MAKERS if peers.suits("limit", workload(key))}
    assert suited == {"pima-sgd", "sherlock-neuron", "pima-adam", "penguins", "sonar-cv"}
    assert all(peers.suits("jax_fit", workload(key)) for key in MAKERS)


def test_ctrl_c(capsys):
    def interrupted():
        raise KeyboardInterrupt

    assert stoppable(interrupted) == STOPPED
    assert capsys.readouterr().err == "stopped\n"
    assert stoppable(lambda: 1) == 1
