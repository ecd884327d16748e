"""KerasClassifier in scikit-learn's hands: tutorial 5's cross-validation and Pipeline."""

import copy
import pickle

import joblib
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
    # Its weights are where the training begins, as with SciKeras.
    begun = KerasClassifier(template, verbose=0).initialize(x, y)
    assert all((a == b).all() for a, b in zip(before, begun.model_.get_weights(), strict=True))
    assert begun.predict_proba(x).shape == (208, 2)


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


# --- parameters that say where they go ----------------------------------------------------------


def bare(meta, units=4, compile_kwargs=None, params=None):
    made = keras.Sequential(
        [
            keras.Input((meta["n_features_in_"],)),
            keras.layers.Dense(units, "relu"),
            keras.layers.Dense(1, "sigmoid"),
        ]
    )
    made.told = meta, compile_kwargs, params
    return made


def told(**options):
    plain = {"loss": "binary_crossentropy", "optimizer": "adam", "verbose": 0, "random_state": 1}
    return KerasClassifier(bare, **{**plain, **options})


def test_the_function_is_told_what_it_asks_for(sonar):
    meta, compile_kwargs, params = told(units=5, batch_size=7).fit(*sonar).model_.told
    assert meta["n_classes_"] == 2 and meta["target_type_"] == "binary"
    assert meta["classes_"].tolist() == ["M", "R"] and meta["X_shape_"] == (208, 60)
    assert isinstance(compile_kwargs["optimizer"], keras.optimizers.Adam)
    assert params["units"] == 5 and params["batch_size"] == 7


ROUTES = {
    "model": ({"model__units": 9}, lambda e: e.model_.layers[0].units, 9),
    "model, by its own name": ({"units": 9}, lambda e: e.model_.layers[0].units, 9),
    "optimizer": (
        {"optimizer__learning_rate": 0.5},
        lambda e: e.model_.optimizer.learning_rate,
        0.5,
    ),
    "optimizer class": (
        {"optimizer": keras.optimizers.SGD, "optimizer__momentum": 0.25},
        lambda e: e.model_.optimizer.momentum,
        0.25,
    ),
    "loss": ({"loss__label_smoothing": 0.125}, lambda e: e.model_.loss.label_smoothing, 0.125),
    "metrics": (
        {"metrics": ["binary_accuracy"], "metrics__0__name": "hits"},
        lambda e: sorted(e.history_),
        ["hits", "loss"],
    ),
    "one metric": ({"metrics": "accuracy"}, lambda e: sorted(e.history_), ["accuracy", "loss"]),
    "compile": (
        {"compile__metrics": ["accuracy"]},
        lambda e: sorted(e.history_),
        ["accuracy", "loss"],
    ),
    "fit": ({"fit__epochs": 3}, lambda e: e.current_epoch, 3),
    "fit before its plain name": ({"epochs": 2, "fit__epochs": 3}, lambda e: e.current_epoch, 3),
    "callbacks": (
        {"callbacks": keras.callbacks.EarlyStopping, "callbacks__monitor": "loss",
         "callbacks__min_delta": 9.0, "callbacks__patience": 2, "epochs": 9},
        lambda e: e.current_epoch,
        3,
    ),
    "validation": ({"validation_split": 0.25}, lambda e: sorted(e.history_), ["loss", "val_loss"]),
}  # fmt: skip


@pytest.mark.parametrize("name", ROUTES)
@pytest.mark.parametrize("way", ["constructor", "set_params", "clone", "attribute"])
def test_a_parameter_arrives(name, way, sonar):
    given, read, expected = ROUTES[name]
    if way == "set_params":
        estimator = told().set_params(**given)
    else:
        estimator = told(**given)
    if way == "clone":
        estimator = clone(estimator)
    if way == "attribute":
        for parameter, value in given.items():
            setattr(estimator, parameter, value)
            assert getattr(estimator, parameter) == value
    assert estimator.get_params().items() >= given.items()
    assert read(estimator.fit(*sonar)) == expected


def test_a_search_sets_routed_parameters(sonar):
    grid = {"optimizer__learning_rate": [0.0, 0.01], "units": [3, 4], "fit__batch_size": [64]}
    search = GridSearchCV(told(epochs=5, units=3), grid, cv=2).fit(*sonar)
    assert search.best_estimator_.model_.optimizer.learning_rate == 0.01
    assert search.best_params_["fit__batch_size"] == 64


def test_predict_has_parameters_of_its_own(sonar):
    x, y = sonar
    seen = []
    watch = keras.callbacks.LambdaCallback(
        on_predict_batch_end=lambda batch, logs: seen.append(batch)
    )
    fitted = told(predict__batch_size=100, predict__callbacks=[watch]).fit(x, y)
    fitted.predict(x)
    assert seen == [0, 1, 2]
    fitted.predict(x, batch_size=208)
    assert seen == [0, 1, 2, 0]
    assert told(batch_size=-1, epochs=2).fit(x, y).model_.optimizer.iterations == 2


def test_wrong_parameters_say_what_was_expected(sonar):
    x, y = sonar
    with pytest.raises(TypeError, match="Expected a class or its name for the parameters"):
        KerasClassifier(
            bare, loss="mse", optimizer=keras.optimizers.SGD(), optimizer__momentum=0.5
        ).fit(x, y)
    with pytest.raises(ValueError, match="Expected optimizer to be.*'adagrad'"):
        KerasClassifier(bare, loss="mse", optimizer="adagrad").fit(x, y)
    with pytest.raises(ValueError, match="Expected a compiled model with a loss"):
        KerasClassifier(bare, optimizer="sgd").fit(x, y)
    with pytest.raises(TypeError, match="Expected no number of epochs"):
        told().partial_fit(x, y, epochs=3)
    with pytest.raises(AttributeError, match="Expected an attribute of KerasClassifier"):
        told().history_  # noqa: B018


def test_a_subclass_may_make_the_model(sonar):
    class Small(KerasClassifier):
        def _keras_build_fn(self, meta, units=2):
            assert self.loss
            return bare(meta, units)

    small = Small(loss="binary_crossentropy", optimizer="adam", verbose=0, model__units=3)
    assert small.fit(*sonar).model_.layers[0].units == 3


# --- going on -----------------------------------------------------------------------------------


def test_partial_fit_goes_on_epoch_by_epoch(sonar):
    x, y = sonar
    once = told(epochs=3, shuffle=False).fit(x, y)
    steps = told(epochs=9, shuffle=False)
    for epoch in range(3):
        assert steps.partial_fit(x, y, classes=["M", "R"]) is steps
        assert steps.current_epoch == epoch + 1
    assert steps.loss_curve_ == once.loss_curve_ == once.history_["loss"]
    np.testing.assert_array_equal(steps.predict_proba(x), once.predict_proba(x))


def test_partial_fit_with_classes_that_come_later():
    x = np.random.default_rng(0).standard_normal((30, 2))
    y = np.repeat(["a", "b", "c"], 10)
    estimator = KerasClassifier(three_classes, verbose=0)
    estimator.partial_fit(x[:20], y[:20], classes=["a", "b", "c"]).partial_fit(x, y)
    assert estimator.predict_proba(x).shape == (30, 3)
    with pytest.raises(ValueError, match="Expected labels among the classes"):
        estimator.partial_fit(x, np.repeat(["a", "b", "d"], 10))


def test_warm_start_goes_on_and_counts_anew(sonar):
    x, y = sonar
    warm = told(epochs=2, shuffle=False, warm_start=True).fit(x, y)
    model = warm.model_
    first = warm.loss_curve_
    assert warm.fit(x, y).model_ is model
    both = told(epochs=4, shuffle=False).fit(x, y).loss_curve_
    assert first + warm.loss_curve_ == both
    cold = told(epochs=2, shuffle=False).fit(x, y)
    assert cold.fit(x, y).loss_curve_ == first


@pytest.mark.parametrize("state", [3, np.int64(3), np.random.RandomState(3), None])
def test_random_state_of_every_kind_repeats_to_the_bit(state, sonar):
    x, y = sonar

    def results():
        keras.utils.set_random_seed(11)
        fitted = told(epochs=2).set_params(random_state=copy.deepcopy(state)).fit(x, y)
        return fitted.predict_proba(x), fitted.fit(x, y).predict_proba(x)

    (first, second), (again, _) = results(), results()
    np.testing.assert_array_equal(first, again)
    repeats = isinstance(state, int | np.integer)
    assert (first == second).all() == repeats


@pytest.mark.parametrize("way", ["pickle", "joblib", "deepcopy"])
def test_a_copy_predicts_the_same_and_goes_on_the_same(way, sonar, tmp_path):
    x, y = sonar
    fitted = told(epochs=2, units=6, callbacks=[keras.callbacks.EarlyStopping("loss")]).fit(x, y)
    if way == "pickle":
        other = pickle.loads(pickle.dumps(fitted))
    elif way == "joblib":
        joblib.dump(fitted, tmp_path / "fitted")
        other = joblib.load(tmp_path / "fitted")
    else:
        other = copy.deepcopy(fitted)
    assert other.get_params()["units"] == 6
    for _ in range(2):
        np.testing.assert_array_equal(other.predict_proba(x), fitted.predict_proba(x))
        fitted.partial_fit(x, y), other.partial_fit(x, y)


# --- weights ------------------------------------------------------------------------------------


def test_class_weights_are_of_labels_and_multiply_sample_weights(sonar):
    x, y = sonar
    sample = np.linspace(0.5, 1.5, len(y))
    both = told(class_weight={"M": 3.0, "R": 0.5}).fit(x, y, sample_weight=sample)
    product = told().fit(x, y, sample_weight=sample * np.where(y == "M", 3.0, 0.5))
    np.testing.assert_array_equal(both.predict_proba(x), product.predict_proba(x))
    balanced = told(class_weight="balanced").fit(x, y)
    counts = {label: len(y) / (2 * (y == label).sum()) for label in "MR"}
    by_hand = told(class_weight=counts).fit(x, y)
    np.testing.assert_array_equal(balanced.predict_proba(x), by_hand.predict_proba(x))
    assert (balanced.predict_proba(x) != told().fit(x, y).predict_proba(x)).any()


def test_the_loss_is_divided_by_the_rows_as_in_keras(sonar):
    x, y = sonar
    one = told(batch_size=-1).fit(x, y)
    two = told(batch_size=-1).fit(x, y, sample_weight=np.full(len(y), 2.0))
    assert two.loss_curve_[0] == pytest.approx(2 * one.loss_curve_[0])


def test_rows_of_weight_zero_are_left_out(sonar):
    x, y = sonar
    weights = np.arange(len(y)) % 2
    some = told(epochs=2).fit(x[1::2], y[1::2], sample_weight=weights[1::2])
    all_ = told(epochs=2).fit(x, y, sample_weight=weights)
    np.testing.assert_array_equal(some.predict_proba(x), all_.predict_proba(x))


# --- kinds of targets ---------------------------------------------------------------------------

DRAW = np.random.default_rng(5)
POINTS = DRAW.standard_normal((120, 2))
CORNER = np.argmax(POINTS @ [[1, -1, 0], [0, 1, -1]], axis=1)
ABOVE = (POINTS @ [[1, -1, 0], [0, 1, -1]] > 0).astype(int)


@pytest.mark.parametrize(
    ("y", "activation", "loss"),
    [
        (CORNER, "softmax", "sparse_categorical_crossentropy"),
        (np.array(["a", "b", "c"])[CORNER], "softmax", "categorical_crossentropy"),
        (np.eye(3)[CORNER], "softmax", "categorical_crossentropy"),
        (np.eye(3)[CORNER], "softmax", "sparse_categorical_crossentropy"),
        (ABOVE, "sigmoid", "binary_crossentropy"),
        (CORNER, None, keras.losses.CategoricalCrossentropy(from_logits=True)),
        (ABOVE, None, keras.losses.BinaryCrossentropy(from_logits=True)),
    ],
)
def test_the_labels_fit_the_loss(y, activation, loss):
    def three():
        layers = [keras.Input((2,)), keras.layers.Dense(3, activation)]
        made = keras.Sequential(layers)
        made.compile(keras.optimizers.Adam(0.1), loss)
        return made

    fitted = KerasClassifier(three, epochs=60, verbose=0, random_state=0).fit(POINTS, y)
    found = fitted.predict(POINTS)
    assert found.shape == y.shape and found.dtype == y.dtype
    assert fitted.score(POINTS, y) > 0.9
    p = fitted.predict_proba(POINTS)
    assert p.shape == (120, 3) and p.min() >= 0 and p.max() <= 1
    if y is not ABOVE:
        np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-6)
    assert fitted.decision_function(POINTS).shape == (120, 3)
    np.testing.assert_allclose(fitted.predict_log_proba(POINTS), np.log(p))


def test_features_keep_their_names(sonar):
    frame = datasets.load_sonar().iloc[:, :60].add_prefix("band ")
    fitted = told().fit(frame, sonar[1])
    assert fitted.feature_names_in_[0] == frame.columns[0]
    with pytest.raises(ValueError, match="feature names should match"):
        fitted.predict(frame[frame.columns[::-1]])


def test_without_a_model_there_is_a_default_network():
    fitted = KerasClassifier(epochs=60, verbose=0, random_state=0).fit(POINTS, CORNER)
    assert [layer.units for layer in fitted.model_.layers] == [100, 3]
    assert fitted.score(POINTS, CORNER) > 0.9
    assert isinstance(fitted.model_.optimizer, keras.optimizers.Adam)
