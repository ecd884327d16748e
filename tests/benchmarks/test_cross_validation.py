"""The estimator goes through the same folds as the tutorial."""

import pytest

import engine
from benchmarks import cross_validation
from datasets import sonar_folds
from keras_ref.tutorials import sonar_cv


def test_the_tutorials_scores():
    found = cross_validation.by_estimator(epochs=3)
    assert list(found) == [name for name, _, _ in sonar_cv.CONFIGURATIONS]
    for name, hidden, standardise in sonar_cv.CONFIGURATIONS:
        for score, fold in zip(found[name], sonar_folds(), strict=True):
            split = fold.standardised() if standardise else fold
            x, y, x_test, y_test = split.arrays()
            engine.utils.set_random_seed(cross_validation.SEED)
            model = cross_validation.network(hidden)
            model.fit(x, y, epochs=3, batch_size=5, verbose=0)
            assert score == pytest.approx(model.evaluate(x_test, y_test, verbose=0)[1], abs=1e-6)


def test_no_rounds(capsys):
    with pytest.raises(SystemExit):
        cross_validation.main(["--rounds", "0"])
    assert "Received: 0" in capsys.readouterr().err
