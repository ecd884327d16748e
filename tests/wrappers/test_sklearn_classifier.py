"""SKLearnClassifier in scikit-learn's hands."""

import copy
import pickle

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV

import engine as keras
from engine.wrappers import SKLearnClassifier

DRAW = np.random.default_rng(5)
X = DRAW.standard_normal((120, 2))
CORNER = np.argmax(X @ [[1, -1, 0], [0, 1, -1]], axis=1)
NAMES = np.array(["east", "north", "west"])[CORNER]
ABOVE = (X @ [[1, -1, 0], [0, 1, -1]] > 0).astype(int)
SHOWN = []


def network(X, y, end="softmax", loss="categorical_crossentropy", units=None, rate=0.1):
    SHOWN[:] = [y]
    made = keras.Sequential(
        [keras.Input((X.shape[1],)), keras.layers.Dense(units or y.shape[1], end)]
    )
    made.compile(keras.optimizers.Adam(rate), loss)
    return made


def classifier(*, fit_kwargs=(), random_state=3, warm_start=False, **model_kwargs):
    settings = {"epochs": 60, "verbose": 0} | dict(fit_kwargs)
    return SKLearnClassifier(network, warm_start, model_kwargs, settings, random_state=random_state)


@pytest.mark.parametrize(
    ("y", "end", "loss", "units"),
    [
        (NAMES, "softmax", "categorical_crossentropy", None),
        (CORNER * 10, "softmax", "sparse_categorical_crossentropy", None),
        (CORNER == 1, "softmax", "categorical_crossentropy", None),
        (CORNER == 1, "sigmoid", "binary_crossentropy", 1),
        (ABOVE, "sigmoid", "binary_crossentropy", None),
        (NAMES, None, keras.losses.CategoricalCrossentropy(from_logits=True), None),
    ],
)
def test_labels_of_any_kind(y, end, loss, units):
    fitted = classifier(end=end, loss=loss, units=units).fit(X, y)
    assert fitted.predict(X).dtype == y.dtype
    assert fitted.score(X, y) > (0.8 if y.dtype == bool else 0.9)
    assert fitted.predict_proba(X).shape == (120, len(fitted.classes_))
    one = y.dtype == bool
    assert fitted.decision_function(X).shape == ((120,) if one else (120, 3))


def test_the_function_sees_one_hot_labels():
    classifier().fit(X, NAMES)
    assert np.array_equal(SHOWN[0], np.eye(3)[CORNER])


def test_fit_options_survive_clone_and_are_left_alone():
    estimator = classifier(fit_kwargs={"batch_size": 9}, rate=0.2)
    copied = clone(estimator)
    assert copied.get_params() == estimator.get_params()
    assert copied.fit_kwargs == {"epochs": 60, "verbose": 0, "batch_size": 9}
    assert copied.fit(X, NAMES, epochs=2).epoch_ == 2  # what fit is told takes precedence …
    assert copied.fit_kwargs == estimator.fit_kwargs  # … and is not remembered
    search = GridSearchCV(
        estimator, {"model_kwargs": [{"rate": 0.0}, {"rate": 0.1}], "warm_start": [False]}, cv=2
    ).fit(X, NAMES)
    assert search.best_params_["model_kwargs"] == {"rate": 0.1}
    assert search.best_estimator_.epoch_ == 60


def test_a_model_is_made_anew_or_copied():
    model = network(X, np.eye(3)[CORNER])
    weights = model.get_weights()
    settings = {"epochs": 1, "verbose": 0, "batch_size": 120}
    fresh = SKLearnClassifier(model, fit_kwargs=settings).fit(X, NAMES)
    warm = SKLearnClassifier(model, True, fit_kwargs=settings).fit(X, NAMES)
    for one in (fresh, warm):
        assert one.model_ is not model
    for a, b in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(a, b)
    # One step of Adam moves a weight by its rate.
    assert abs(warm.model_.get_weights()[0] - weights[0]).max() < 0.11
    assert abs(fresh.model_.get_weights()[0] - weights[0]).max() > 0.11


def test_warm_start_and_partial_fit_go_on():
    whole = classifier(fit_kwargs={"epochs": 4, "shuffle": False}).fit(X, NAMES)
    warm = classifier(fit_kwargs={"epochs": 2, "shuffle": False}, warm_start=True)
    curve = warm.fit(X, NAMES).loss_curve_ + warm.fit(X, NAMES).loss_curve_
    assert curve == whole.loss_curve_
    steps = classifier(fit_kwargs={"shuffle": False})
    for _ in range(4):
        steps.partial_fit(X, NAMES, classes=["east", "north", "west"])
    assert steps.loss_curve_ == whole.loss_curve_ and steps.epoch_ == 4
    np.testing.assert_array_equal(steps.predict_proba(X), whole.predict_proba(X))


@pytest.mark.parametrize("state", [3, np.random.RandomState(3), None])
def test_random_state_repeats_to_the_bit(state):
    def result():
        keras.utils.set_random_seed(4)
        return classifier(random_state=copy.deepcopy(state)).fit(X, NAMES).predict_proba(X)

    np.testing.assert_array_equal(result(), result())


def test_copies_predict_the_same(tmp_path):
    fitted = classifier().fit(X, NAMES)
    joblib.dump(fitted, tmp_path / "f")
    for other in (
        pickle.loads(pickle.dumps(fitted)),
        joblib.load(tmp_path / "f"),
        copy.deepcopy(fitted),
    ):
        np.testing.assert_array_equal(other.predict_proba(X), fitted.predict_proba(X))


def test_weights_of_samples_and_of_class_numbers():
    heavy = np.where(NAMES == "west", 50.0, 1.0)
    by_sample = classifier().fit(X, NAMES, sample_weight=heavy)
    by_class = classifier(fit_kwargs={"class_weight": {2: 50.0}}).fit(X, NAMES)
    np.testing.assert_array_equal(by_sample.predict_proba(X), by_class.predict_proba(X))
    count = [(e.predict(X) == "west").sum() for e in (classifier().fit(X, NAMES), by_sample)]
    assert count[1] > count[0]


def test_wrong_use():
    with pytest.raises(NotFittedError):
        classifier().predict(X)
    with pytest.raises(TypeError, match="Expected model to be a function"):
        SKLearnClassifier(None).fit(X, NAMES)
    with pytest.raises(ValueError, match="Expected a compiled model with a loss"):
        SKLearnClassifier(keras.Sequential([keras.layers.Dense(3)])).fit(X, NAMES)
    model = network(X, np.eye(3)[CORNER])
    with pytest.raises(ValueError, match="Expected model_kwargs=None for a model"):
        SKLearnClassifier(model, model_kwargs={"units": 3}).fit(X, NAMES)
    with pytest.raises(ValueError, match="at least two classes"):
        classifier().fit(X, np.repeat("east", 120))
