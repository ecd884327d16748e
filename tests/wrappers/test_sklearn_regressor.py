"""SKLearnRegressor and SKLearnTransformer in scikit-learn's hands."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline

import engine as keras
from engine.wrappers import SKLearnRegressor, SKLearnTransformer

DRAW = np.random.default_rng(1)
X = DRAW.standard_normal((80, 3))
ONE = X @ [1.0, -2.0, 0.5] + 3
TWO = np.c_[ONE, X[:, 0] - 1]


def line(X, y, rate=0.1):
    made = keras.Sequential([keras.Input((X.shape[1],)), keras.layers.Dense(y.shape[1])])
    made.compile(keras.optimizers.SGD(rate), "mse")
    return made


def estimator(kind=SKLearnRegressor, **model_kwargs):
    return kind(line, False, model_kwargs, {"epochs": 60, "verbose": 0}, random_state=0)


@pytest.mark.parametrize("y", [ONE, ONE[:, np.newaxis], TWO, ONE.astype("float32")])
def test_one_output_and_several(y):
    fitted = clone(estimator()).fit(X, y)
    assert fitted.predict(X).shape == y.shape and fitted.predict(X).dtype == y.dtype
    assert fitted.score(X, y) > 0.999
    assert len(fitted.loss_curve_) == fitted.epoch_ == 60


def test_partial_fit():
    steps = estimator()
    for _ in range(60):
        steps.partial_fit(X, ONE)
    np.testing.assert_array_equal(steps.predict(X), estimator().fit(X, ONE).predict(X))


def test_a_transformer_hands_its_outputs_on():
    step = estimator(SKLearnTransformer)
    pipe = make_pipeline(step, LinearRegression()).fit(X, TWO)
    assert pipe.score(X, TWO) > 0.99
    fitted = pipe[0]
    np.testing.assert_array_equal(fitted.transform(X), fitted.model_.predict(X, verbose=0))
    assert fitted.get_feature_names_out().tolist() == [
        "sklearntransformer0",
        "sklearntransformer1",
    ]
    frame = clone(step).set_output(transform="pandas").fit_transform(X, TWO)
    assert frame.columns.tolist() == fitted.get_feature_names_out().tolist()
    assert clone(step).partial_fit(X, ONE).transform(X).shape == (80, 1)


def test_a_transformer_needs_targets():
    with pytest.raises(ValueError, match="requires y to be passed, but the target y is None"):
        estimator(SKLearnTransformer).fit(X, None)
