"""The benchmark's command line: it counts steps truly and writes what it shows."""

import json

import pytest

from benchmarks.__main__ import main
from keras_ref.tutorials import penguins, pima_sgd


def test_counts_and_figures(tmp_path, capsys, monkeypatch):
    few = {module.KEY: module for module in (pima_sgd, penguins)}
    monkeypatch.setattr("benchmarks.__main__.TUTORIALS", few)
    file = tmp_path / "results.json"
    assert main(["--rounds", "2", "--json", str(file)]) == 0
    shown = capsys.readouterr().out
    written = json.loads(file.read_text())
    steps = {row["key"]: row["steps"] for row in written["results"]}
    assert steps == {"pima-sgd": 514 * 4, "penguins": 9 * 100}
    for row in written["results"]:
        times = row["seconds"]
        assert 0 < times["quartile_1"] <= times["median"] <= times["quartile_3"]
        assert row["microseconds_per_step"] == pytest.approx(1e6 * times["median"] / row["steps"])
        assert f"{row['microseconds_per_step']:.2f}" in shown
    assert written["machine"]["cores"] >= 1


def test_no_rounds_are_refused(capsys):
    with pytest.raises(SystemExit) as exit_:
        main(["--rounds", "0"])
    assert exit_.value.code == 2
    assert "Received: --rounds 0" in capsys.readouterr().err
