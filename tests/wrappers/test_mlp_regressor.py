"""MLPRegressor."""

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from engine.wrappers import MLPRegressor

pytestmark = pytest.mark.filterwarnings(
    f"ignore::{ConvergenceWarning.__module__}.ConvergenceWarning"
)
DRAW = np.random.default_rng(1)
X = DRAW.standard_normal((120, 3))
ONE = X[:, 0] ** 2 + X[:, 1]
TWO = np.c_[ONE, X[:, 2]]


def mlp(**options):
    plain = {"hidden_layer_sizes": (20,), "learning_rate_init": 0.02, "random_state": 1}
    return MLPRegressor(**{**plain, "max_iter": 500, **options})


@pytest.mark.parametrize("y", [ONE, ONE[:, np.newaxis], TWO, ONE.astype("float32")])
def test_one_output_and_several(y):
    fitted = mlp().fit(X, y)
    assert fitted.predict(X).shape == y.shape and fitted.predict(X).dtype == y.dtype
    assert fitted.out_activation_ == "identity"
    assert fitted.score(X, y) > 0.95


def test_the_loss_is_half_the_squared_error():
    fitted = mlp(alpha=0.0, max_iter=1, learning_rate_init=0.0).fit(X, ONE)
    assert fitted.loss_ == pytest.approx(np.mean((fitted.predict(X) - ONE) ** 2) / 2, rel=1e-12)
    fitted = mlp(alpha=0.0, max_iter=1, learning_rate_init=0.0).fit(X, TWO)
    by_row = ((fitted.predict(X) - TWO) ** 2).sum(axis=1) / 2
    assert fitted.loss_ == pytest.approx(by_row.mean(), rel=1e-12)


def test_early_stopping_scores_r2():
    fitted = mlp(early_stopping=True, n_iter_no_change=5).fit(X, ONE)
    assert fitted.n_iter_ < 500 and fitted.best_validation_score_ == max(fitted.validation_scores_)
    assert fitted.best_validation_score_ <= 1


def test_partial_fit_and_weights():
    steps = mlp(shuffle=False, tol=0.0)
    for _ in range(4):
        steps.partial_fit(X, ONE)
    whole = mlp(shuffle=False, tol=0.0, max_iter=4).fit(X, ONE)
    np.testing.assert_array_equal(steps.predict(X), whole.predict(X))
    counts = DRAW.integers(0, 2, 120)
    options = {"alpha": 0.5, "shuffle": False, "max_iter": 40}
    weighted = mlp(**options).fit(X, TWO, sample_weight=counts)
    repeated = mlp(**options).fit(np.repeat(X, counts, axis=0), np.repeat(TWO, counts, axis=0))
    np.testing.assert_allclose(weighted.predict(X), repeated.predict(X), rtol=1e-8)
