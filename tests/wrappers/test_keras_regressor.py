"""KerasRegressor in scikit-learn's hands."""

import numpy as np
import pytest
import sklearn.model_selection
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

import engine as keras
from engine.wrappers import KerasRegressor, cross_val_score

DRAW = np.random.default_rng(1)
X = DRAW.standard_normal((80, 3))
ONE = X @ [1.0, -2.0, 0.5] + 3
TWO = np.c_[ONE, X[:, 0] - 1]


def line(meta, units=0):
    hidden = [keras.layers.Dense(units, "tanh")] if units else []
    end = keras.layers.Dense(meta["n_outputs_"])
    return keras.Sequential([keras.Input((meta["n_features_in_"],)), *hidden, end])


def regressor(**options):
    return KerasRegressor(
        line,
        loss="mse",
        optimizer="sgd",
        optimizer__learning_rate=0.1,
        epochs=60,
        verbose=0,
        random_state=2,
        **options,
    )


@pytest.mark.parametrize(
    "y", [ONE, ONE[:, np.newaxis], TWO, ONE.astype("float32"), TWO.astype("float32")]
)
def test_one_output_and_several(y):
    fitted = regressor().fit(X, y)
    found = fitted.predict(X)
    assert found.shape == y.shape and found.dtype == y.dtype
    assert fitted.score(X, y) > 0.999
    assert fitted.n_outputs_ == (2 if y.ndim == 2 and y.shape[1] == 2 else 1)
    assert len(fitted.loss_curve_) == 60


def test_whole_numbers_are_numbers():
    fitted = regressor().fit(X, np.round(ONE).astype(int))
    assert fitted.predict(X).dtype == "float64"
    assert fitted.score(X, ONE) > 0.9


def test_partial_fit_warm_start_and_clone():
    once, steps = regressor(shuffle=False).fit(X, ONE), regressor(shuffle=False)
    for _ in range(60):
        steps.partial_fit(X, ONE)
    np.testing.assert_array_equal(once.predict(X), steps.predict(X))
    warm = clone(regressor(warm_start=True, units=4)).fit(X, ONE)
    assert warm.fit(X, ONE).loss_curve_[0] < warm.initialize(X, ONE).fit(X, ONE).loss_curve_[0] * 2
    assert warm.get_params()["optimizer__learning_rate"] == 0.1


def test_weights_and_a_search():
    weights = np.where(X[:, 0] > 0, 1.0, 0.0)
    y = np.where(X[:, 0] > 0, ONE, 100.0)
    assert (
        regressor().fit(X, y, sample_weight=weights).score(X[X[:, 0] > 0], ONE[X[:, 0] > 0]) > 0.99
    )
    search = GridSearchCV(regressor(), {"optimizer__learning_rate": [1e-6, 0.1]}, cv=2).fit(X, ONE)
    assert search.best_params_ == {"optimizer__learning_rate": 0.1}


def test_folds_at_once():
    expected = sklearn.model_selection.cross_val_score(regressor(), X, ONE, cv=3)
    assert cross_val_score(regressor(), X, ONE, cv=3).tolist() == expected.tolist()


def test_the_default_network():
    fitted = KerasRegressor(epochs=200, verbose=0, random_state=0).fit(X, TWO)
    assert fitted.score(X, TWO) > 0.9


def test_wrong_targets():
    with pytest.raises(ValueError, match="Expected y of one dimension"):
        regressor().fit(X, ONE).partial_fit(X, TWO)
    with pytest.raises(TypeError, match="Expected numbers in y"):
        regressor().fit(X, np.repeat("a", 80))
