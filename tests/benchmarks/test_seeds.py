"""Many seeds of the first tutorial: a picture, and what it shows."""

import pytest

import datasets
import engine
from benchmarks import seeds
from benchmarks.workloads import workload


def test_scores_are_those_of_the_networks(tmp_path, capsys):
    file = tmp_path / "new" / "seeds.png"
    assert seeds.main(["--seeds", "4", "--picture", str(file)]) == 0
    assert file.stat().st_size > 10_000
    assert "4 networks trained in" in capsys.readouterr().out
    told, _, rows = seeds.scores(3)
    work = workload("pima-sgd")
    _, _, x, y = datasets.pima_sgd_split().arrays()
    engine.utils.set_random_seed(2)
    model = engine.Sequential(
        [
            engine.Input((8,)),
            *(engine.layers.Dense(8, activation="relu") for _ in range(2)),
            engine.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    model.fit(work.x, work.y, batch_size=1, epochs=4, verbose=0)
    assert float(told["accuracy"][2]) == model.evaluate(x, y, verbose=0)[1]
    assert rows == len(x)


def test_no_seeds(capsys):
    with pytest.raises(SystemExit):
        seeds.main(["--seeds", "0"])
    assert "Received: 0" in capsys.readouterr().err
