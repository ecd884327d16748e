"""KerasClassifier in scikit-learn's hands: tutorial 5's cross-validation and Pipeline."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

import datasets
import engine as keras
from engine.wrappers import KerasClassifier


def network(units=60, hidden="relu"):
    model = keras.Sequential()
    model.add(keras.layers.Dense(units, input_shape=(60,), activation=hidden))
    model.add(keras.layers.Dense(1, activation="sigmoid"))
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model


def three_classes():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, activation="softmax")])
    model.compile(keras.optimizers.Adam(0.05), "categorical_crossentropy")
    return model


@pytest.fixture(scope="module")
def sonar():
    frame = datasets.load_sonar()
    return frame.iloc[:, :60].to_numpy(), frame.iloc[:, 60].to_numpy()


@pytest.fixture(autouse=True)
def seed():
    keras.utils.set_random_seed(7)


def test_cross_validation_in_a_pipeline_equals_the_loop_written_out(sonar):
    x, y = sonar
    folds = list(StratifiedKFold(3, shuffle=True, random_state=1).split(x, y))
    estimator = KerasClassifier(network, epochs=5, batch_size=5, verbose=0, random_state=4)
    pipe = Pipeline([("standardize", StandardScaler()), ("mlp", estimator)])
    scores = cross_val_score(pipe, x, y, cv=folds)
    by_hand = []
    for train, test in folds:
        scaler = StandardScaler().fit(x[train])
        keras.utils.set_random_seed(4)
        model = network()
        labels = (y == "R").astype("float32")  # LabelEncoder sorts: M is 0, R is 1
        model.fit(scaler.transform(x[train]), labels[train], batch_size=5, epochs=5, verbose=0)
        p = model.predict_classes(scaler.transform(x[test]))[:, 0]
        by_hand.append(np.mean(p == labels[test]))
    np.testing.assert_array_equal(scores, by_hand)
    assert 0.6 < scores.mean() < 1  # it learns something, and the folds are not trivial


def test_fit_options_survive_clone():
    estimator = KerasClassifier(network, model__units=3, epochs=2, batch_size=9, verbose=0)
    copy = clone(estimator)
    assert copy is not estimator
    assert copy.get_params() == estimator.get_params()
    assert copy.get_params()["model__units"] == 3


def test_routed_parameters_reach_the_function(sonar):
    x, y = sonar
    fitted = KerasClassifier(network, model__units=3, verbose=0).fit(x, y)
    assert fitted.model_.layers[0].units == 3
    search = GridSearchCV(
        KerasClassifier(network, epochs=1, verbose=0), {"model__units": [2, 4]}, cv=2
    ).fit(x, y)
    assert search.best_estimator_.model_.layers[0].units in (2, 4)


def test_random_state_repeats_the_training_and_leaves_the_generators_alone(sonar):
    x, y = sonar
    before = np.random.get_state()[1].copy()
    a, b, c = (
        KerasClassifier(network, epochs=2, verbose=0, random_state=s).fit(x, y).predict_proba(x)
        for s in (1, 1, 2)
    )
    np.testing.assert_array_equal(a, b)
    assert (a != c).any()
    np.testing.assert_array_equal(np.random.get_state()[1], before)
    assert keras.random.get_random_seed() == 7


@pytest.mark.parametrize("labels", [["a", "b", "c"], [10, 20, 30], [0, 1, 2]])
def test_labels_of_any_type_come_back(labels):
    x = np.random.default_rng(0).standard_normal((60, 2))
    y = np.array(labels)[np.argmax(x @ [[1, -1, 0], [0, 1, -1]], axis=1)]
    fitted = KerasClassifier(three_classes, epochs=200, verbose=0).fit(x, y)
    assert fitted.classes_.tolist() == labels
    assert fitted.predict_proba(x).shape == (60, 3)
    assert fitted.predict(x).dtype == fitted.classes_.dtype
    assert fitted.score(x, y) > 0.8


def test_probabilities_of_two_classes_have_two_columns(sonar):
    x, y = sonar
    p = KerasClassifier(network, verbose=0).fit(x, y).predict_proba(x)
    assert p.shape == (208, 2)
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-6)


def test_a_model_serves_as_a_template(sonar):
    x, y = sonar
    template = network(5)
    before = template.get_weights()
    fitted = KerasClassifier(template, epochs=1, verbose=0).fit(x, y)
    assert fitted.model_ is not template
    assert all((a == b).all() for a, b in zip(before, template.get_weights(), strict=True))


def test_an_uncompiled_model_is_compiled_by_the_estimator(sonar):
    x, y = sonar

    def bare():
        return keras.Sequential([keras.Input((60,)), keras.layers.Dense(1, "sigmoid")])

    fitted = KerasClassifier(
        bare, loss="binary_crossentropy", optimizer="sgd", metrics=["accuracy"], verbose=0
    ).fit(x, y)
    assert set(fitted.history_) == {"accuracy", "loss"}


def test_wrong_use_says_what_was_expected(sonar):
    x, y = sonar
    with pytest.raises(TypeError, match="Expected model to be a function.*Received: model=3"):
        KerasClassifier(3, verbose=0).fit(x, y)
    with pytest.raises(TypeError, match="Expected the model function to return a model"):
        KerasClassifier(lambda: 3, verbose=0).fit(x, y)
    with pytest.raises(ValueError, match="Expected parameters of KerasClassifier.*'unit'"):
        KerasClassifier(network, unit=3).fit(x, y)
    with pytest.raises(ValueError, match="Expected parameters of KerasClassifier.*'unit'"):
        KerasClassifier(network).set_params(unit=3)
    with pytest.raises(NotFittedError):
        KerasClassifier(network).predict(x)
