"""KerasClassifier and KerasRegressor beside SciKeras's with Keras: the same seed, the same bits.

The seed is set from outside: SciKeras's random_state leaves TensorFlow's deterministic kernels on,
whose softmax crossentropy rounds in other places, for the rest of the process.
"""

import numpy as np
import pytest

import engine
from engine import wrappers
from tests.parity.promise import SAME_BITS

pytestmark = pytest.mark.keras

DRAW = np.random.default_rng(0)
X = DRAW.standard_normal((90, 4)).astype("float32")
Z = X[:, 0] + 0.5 * DRAW.standard_normal(90)
LEVEL = np.digitize(Z, [-0.5, 0.5])
BINARY = {"loss": "binary_crossentropy"}
SPARSE = {"loss": "sparse_categorical_crossentropy", "end": "softmax"}
CATEGORICAL = {"loss": "categorical_crossentropy", "end": "softmax"}
WORD = np.where(Z > 0, "yes", "no")
SEVERAL = (X[:, :3] + 0.3 * DRAW.standard_normal((90, 3)) > 0).astype(int)

CLASSIFIERS = {
    "binary": (WORD, BINARY | {"metrics": ["accuracy"]}),
    "multiclass": (np.array(["a", "b", "c"])[LEVEL], SPARSE),
    "multiclass, categorical": (np.array(["a", "b", "c"])[LEVEL], CATEGORICAL),
    "one-hot": (np.eye(3, dtype=int)[LEVEL], CATEGORICAL),
    "multilabel": (SEVERAL, BINARY),
    "balanced": (np.where(Z > 1, "yes", "no"), BINARY | {"class_weight": "balanced"}),
    "class weights": (WORD, BINARY | {"class_weight": {"yes": 3.0, "no": 1.0}}),
    "validation": (WORD, BINARY | {"validation_split": 0.25, "class_weight": "balanced"}),
    "sample weights": (WORD, BINARY | {"weights": DRAW.integers(0, 3, 90).astype(float)}),
    "routed": (WORD, BINARY | {"fit__shuffle": False, "fit__epochs": 2, "optimizer": "sgd",
                               "optimizer__momentum": 0.9}),
    "warm": (WORD, BINARY | {"warm_start": True, "again": True}),
    "partial": (WORD, BINARY | {"partial": True}),
}  # fmt: skip


def maker(keras, end):
    """A model function of either engine."""

    def network(meta, units=3):
        outputs = meta["n_outputs_"]
        if end:
            outputs = 1 if meta["target_type_"] == "binary" else meta["n_classes_"]
        return keras.Sequential(
            [
                keras.Input((meta["n_features_in_"],)),
                keras.layers.Dense(units, "relu"),
                keras.layers.Dense(outputs, end),
            ]
        )

    return network


def trained(wrapper, keras, y, end="sigmoid", weights=None, again=False, partial=False, **options):
    plain = {"epochs": 4, "batch_size": 16, "verbose": 0, "optimizer": "adam", "model__units": 6}
    options = {"optimizer__learning_rate": 0.02, **plain, **options}
    keras.utils.set_random_seed(3)
    estimator = wrapper(maker(keras, end), **options)
    if partial:
        for _ in range(3):
            estimator.partial_fit(X, y)
        return estimator
    estimator.fit(X, y, sample_weight=weights)
    return estimator.fit(X, y) if again else estimator


def same(a, b):
    assert a.shape == b.shape and a.dtype == b.dtype
    if SAME_BITS:
        np.testing.assert_array_equal(a, b)
    else:
        np.testing.assert_allclose(a, b, atol=1e-5)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_classifiers(name, keras):
    scikeras = pytest.importorskip("scikeras.wrappers")
    y, options = CLASSIFIERS[name]
    ours = trained(wrappers.KerasClassifier, engine, y, **options)
    theirs = trained(scikeras.KerasClassifier, keras, y, **options)
    same(ours.predict_proba(X), theirs.predict_proba(X))
    assert np.array_equal(ours.predict(X), theirs.predict(X))
    assert ours.predict(X).dtype == theirs.predict(X).dtype
    assert ours.score(X, y) == theirs.score(X, y)
    assert ours.history_.keys() == theirs.history_.keys()
    for key, values in ours.history_.items():
        same(np.array(values), np.array(theirs.history_[key]))
    assert ours.current_epoch == theirs.current_epoch
    for meta in ("n_classes_", "n_outputs_", "n_outputs_expected_", "target_type_", "X_shape_"):
        assert getattr(ours, meta) == getattr(theirs, meta)
    if name != "warm":  # where SciKeras forgets them
        assert np.array_equal(ours.classes_, theirs.classes_)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("y", [Z, np.c_[Z, X[:, 1]], Z.astype("float32")])
def test_regressors(y, keras):
    scikeras = pytest.importorskip("scikeras.wrappers")
    options = {"end": None, "loss": "mse"}
    ours = trained(wrappers.KerasRegressor, engine, y, **options)
    theirs = trained(scikeras.KerasRegressor, keras, y, **options)
    same(ours.predict(X).astype("float32"), theirs.predict(X))
    assert ours.predict(X).dtype == y.dtype  # SciKeras's is float32 whatever y was
    assert ours.n_outputs_ == theirs.n_outputs_
    same(np.array(ours.loss_curve_), np.array(theirs.history_["loss"]))


@pytest.mark.filterwarnings("ignore")
def test_the_same_parameters(keras):
    scikeras = pytest.importorskip("scikeras.wrappers")
    for name in ("KerasClassifier", "KerasRegressor"):
        ours, theirs = getattr(wrappers, name)(), getattr(scikeras, name)()
        assert ours.get_params() == theirs.get_params()
    routed = {"model__units": 4, "optimizer__momentum": 0.5, "callbacks__0__patience": 2}
    a = wrappers.KerasClassifier(**routed).get_params()
    assert a == scikeras.KerasClassifier(**routed).get_params()
