"""The SKLearn estimators beside Keras's own: the same seed, the same bits, and what is mended."""

import inspect

import numpy as np
import pytest
from sklearn.base import clone

import engine
from engine import wrappers
from tests.parity.promise import SAME_BITS

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]

DRAW = np.random.default_rng(0)
X = DRAW.standard_normal((90, 4)).astype("float32")
Z = X[:, 0] + 0.5 * DRAW.standard_normal(90)
LEVEL = np.array(["a", "b", "c"])[np.digitize(Z, [-0.5, 0.5])]
KINDS = {
    "SKLearnClassifier": (LEVEL, "softmax", "categorical_crossentropy"),
    "SKLearnRegressor": (Z, None, "mse"),
    "SKLearnTransformer": (Z, "tanh", "mse"),
}
FIT = {"epochs": 4, "batch_size": 16, "verbose": 0}


def maker(keras):
    def network(X, y, end, loss, units=6):
        outputs = y.shape[1] if len(y.shape) > 1 else 1
        model = keras.Sequential(
            [
                keras.Input((X.shape[1],)),
                keras.layers.Dense(units, "relu"),
                keras.layers.Dense(outputs, end),
            ]
        )
        model.compile(keras.optimizers.Adam(0.02), loss)
        return model

    return network


def made(name, keras, room, **options):
    _, end, loss = KINDS[name]
    plain = {"model_kwargs": {"end": end, "loss": loss}, "fit_kwargs": dict(FIT)}
    return getattr(room, name)(maker(keras), **{**plain, **options})


def raw(estimator):
    for method in ("transform", "predict_proba", "decision_function", "predict"):
        if hasattr(estimator, method):
            return getattr(estimator, method)(X)


def same(a, b):
    if SAME_BITS:
        np.testing.assert_array_equal(a, b)
    else:
        np.testing.assert_allclose(a, b, atol=1e-5)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("from_model", [False, True])
def test_the_same_results(name, from_model, keras):
    y, end, loss = KINDS[name]
    fitted = []
    for one, room in ((engine, wrappers), (keras, keras.wrappers)):
        options = {}
        if from_model:
            outputs = np.zeros((90, 3 if name == "SKLearnClassifier" else 1))
            model = maker(one)(X, outputs, end, loss)
            estimator = getattr(room, name)(model, fit_kwargs=dict(FIT))
        else:
            estimator = made(name, one, room, **options)
        one.utils.set_random_seed(5)
        fitted.append(estimator.fit(X, y))
    ours, theirs = fitted
    same(raw(ours).astype("float32"), raw(theirs).astype("float32"))
    if name == "SKLearnClassifier":
        assert np.array_equal(ours.predict(X), theirs.predict(X))
        assert ours.score(X, y) == theirs.score(X, y)
        assert np.array_equal(ours.classes_, theirs.classes_)
    same(np.array(ours.loss_curve_), np.array(theirs.history_.history["loss"]))


@pytest.mark.parametrize("name", KINDS)
def test_the_same_signature_and_one_parameter_more(name, keras):
    ours, theirs = (
        inspect.signature(getattr(room, name).__init__).parameters
        for room in (wrappers, keras.wrappers)
    )
    assert list(ours) == [*theirs, "random_state"]
    for parameter in theirs:
        assert ours[parameter].default == theirs[parameter].default


@pytest.mark.parametrize("name", KINDS)
def test_what_keras_loses_is_kept(name, keras):
    """`fit_kwargs` through clone; if Keras's own keeps them one day, this says so."""
    theirs = clone(made(name, keras, keras.wrappers))
    assert theirs.fit_kwargs is None
    ours = clone(made(name, engine, wrappers, random_state=4))
    assert ours.fit_kwargs == FIT and ours.random_state == 4
    y = KINDS[name][0]
    assert len(ours.fit(X, y).loss_curve_) == 4
    assert len(theirs.fit(X, y, verbose=0).history_.history["loss"]) == 1


def test_what_keras_remembers_is_forgotten(keras):
    """What one fit is told does not change the next."""
    theirs = made("SKLearnRegressor", keras, keras.wrappers)
    ours = made("SKLearnRegressor", engine, wrappers)
    for estimator in (ours, theirs):
        estimator.fit(X, Z, epochs=2)
    assert ours.fit_kwargs["epochs"] == 4
    assert theirs.fit_kwargs["epochs"] == 2


def test_warm_start_goes_on_here(keras):
    theirs = made("SKLearnRegressor", keras, keras.wrappers, warm_start=True)
    ours = made("SKLearnRegressor", engine, wrappers, warm_start=True)
    curves = {}
    for name, estimator in {"ours": ours, "theirs": theirs}.items():
        models = [estimator.fit(X, Z).model_ for _ in range(2)]
        curves[name] = models[0] is models[1]
    assert curves == {"ours": True, "theirs": False}
