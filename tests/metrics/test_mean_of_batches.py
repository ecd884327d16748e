"""A loss object among metrics: batches count once, as in Keras, to the last bit."""

import numpy as np
import pytest

import engine
from engine import losses, metrics
from engine.metrics.mean_of_batches import MeanOfBatches

X = np.random.default_rng(0).normal(size=(70, 4)).astype("float32")
Y = (X.sum(axis=1) > 0).astype("float32")
CLASSES = np.random.default_rng(1).integers(0, 3, 70)
ONE_HOT = np.eye(3, dtype="float32")[CLASSES]
WEIGHTS = np.random.default_rng(2).uniform(0.5, 2.0, 70).astype("float32")


def network(k, made, units, activation, loss, argument="metrics"):
    k.utils.set_random_seed(7)
    layers = [k.layers.Dense(6, "relu"), k.layers.Dense(units, activation)]
    model = k.Sequential([k.Input((4,)), *layers])
    model.compile("sgd", loss, **{argument: made})
    return model


CASES = {
    "the metric beside": (lambda k: [k.losses.MeanSquaredError(), "mse"], 1, "sigmoid", Y, {}),
    "a class": (lambda k: [k.losses.MeanSquaredError], 1, "sigmoid", Y, {}),
    "sum": (lambda k: [k.losses.MeanSquaredError(reduction="sum")], 1, "sigmoid", Y, {}),
    "mean": (lambda k: [k.losses.MeanSquaredError(reduction="mean")], 1, "sigmoid", Y, {}),
    "none": (lambda k: [k.losses.MeanSquaredError(reduction=None)], 1, "sigmoid", Y, {}),
    "sample weights": (
        lambda k: [k.losses.BinaryCrossentropy()], 1, "sigmoid", Y, {"sample_weight": WEIGHTS}
    ),
    "mean with sample weights": (
        lambda k: [k.losses.MeanSquaredError(reduction="mean_with_sample_weight")],
        1, "sigmoid", Y, {"sample_weight": WEIGHTS},
    ),
    "class weights": (
        lambda k: [k.losses.MeanSquaredError()], 1, "sigmoid", Y, {"class_weight": {0: 1.0, 1: 2.0}}
    ),
    "smoothed": (
        lambda k: [k.losses.BinaryCrossentropy(name="b", label_smoothing=0.1)], 1, "sigmoid", Y, {}
    ),
    "one-hot": (
        lambda k: [k.losses.CategoricalCrossentropy(label_smoothing=0.1)],
        3, "softmax", ONE_HOT, {},
    ),
    "class numbers": (
        lambda k: [k.losses.SparseCategoricalCrossentropy(), "acc"], 3, "softmax", CLASSES, {}
    ),
}  # fmt: skip


def told(k, case, argument="metrics"):
    """History, evaluate and train_on_batch."""
    made, units, activation, y, weights = CASES[case]
    loss = "binary_crossentropy" if units == 1 else "categorical_crossentropy"
    loss = "sparse_categorical_crossentropy" if y is CLASSES else loss
    model = network(k, made(k), units, activation, loss, argument)
    data = {"validation_data": (X[:33], y[:33]), "batch_size": 16, "verbose": 0}
    history = model.fit(X, y, epochs=2, **data, **weights).history
    evaluated = model.evaluate(X, y, batch_size=16, verbose=0)
    return history, evaluated, [float(v) for v in model.train_on_batch(X[:20], y[:20])]


@pytest.mark.keras
@pytest.mark.parametrize("case", CASES)
def test_the_bits_of_keras(case):
    import keras

    assert told(engine, case) == told(keras, case)


@pytest.mark.keras
def test_weighted_metrics_without_weights():
    import keras

    case = "the metric beside"
    assert told(engine, case, "weighted_metrics") == told(keras, case, "weighted_metrics")


def test_a_batch_counts_once():
    metric = metrics.get(losses.MeanSquaredError())
    assert isinstance(metric, MeanOfBatches)
    metric.update_state([[0.0]] * 3, [[1.0]] * 3)
    assert metric([[0.0]], [[3.0]]) == 5.0
    rows = metrics.get(losses.MeanSquaredError(reduction="none"))
    rows.update_state([[0.0]] * 3, [[1.0]] * 3)
    assert rows([[0.0]], [[3.0]]) == 3.0


@pytest.mark.parametrize("given", [{"sample_weight": WEIGHTS}, {"class_weight": {0: 1.0, 1: 2.0}}])
def test_weights_that_nobody_could_count_are_refused(given):
    """In Keras, too: a number for a batch cannot be weighted by rows."""
    made = [losses.MeanSquaredError()]
    model = network(engine, made, 1, "sigmoid", "mse", "weighted_metrics")
    expected = r"^Expected rows without weights .*metrics.MeanSquaredError\(\)\. Received: "
    with pytest.raises(ValueError, match=expected):
        model.fit(X, Y, verbose=0, **given)
    with pytest.raises(ValueError, match=expected):
        model.fit(X, Y, verbose=0, validation_data=(X, Y, WEIGHTS))
    with pytest.raises(ValueError, match=expected):
        model.fit([(X, Y, WEIGHTS)], verbose=0)
    with pytest.raises(ValueError, match=expected):
        metrics.get(losses.MeanSquaredError())([[0.0]], [[1.0]], sample_weight=[2.0])


def test_many_fits():
    made = [losses.MeanSquaredError(), "mse"]
    model = network(engine, made, 1, "sigmoid", "mse")
    history = model.fit(X, Y, batch_size=16, epochs=2, verbose=0).history
    model = network(engine, made, 1, "sigmoid", "mse")
    fits = engine.fit_many(model, X, Y, seeds=[7, 8], batch_size=16, epochs=2, verbose=0)
    assert fits.history["mean_squared_error"][0].tolist() == history["mean_squared_error"]
    model = fits.model(0)
    one = model.evaluate(X, Y, batch_size=16, verbose=0, return_dict=True)
    many = fits.evaluate(X, Y, batch_size=16)
    assert many["mean_squared_error"][0] == one["mean_squared_error"] != one["mse"]


def test_batches_of_several_sizes():
    model = network(engine, [losses.MeanSquaredError(), "mse"], 1, "sigmoid", "mse")
    model.optimizer.learning_rate = 0.0
    cuts = [slice(0, 5), slice(5, 6), slice(6, 40), slice(40, 70)]
    history = model.fit([(X[c], Y[c]) for c in cuts], verbose=0).history
    p = model.predict(X, verbose=0)[:, 0]
    each = [np.mean((p[c] - Y[c]) ** 2) for c in cuts]
    np.testing.assert_allclose(history["mean_squared_error"], np.mean(each), rtol=1e-6)


@pytest.mark.parametrize("kind", ["keras", "h5"])
@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "sum", "none"])
def test_in_a_file(tmp_path, kind, reduction):
    """An .h5 file names no module: the reduction tells the loss from the metric of its name."""
    made = [losses.MeanSquaredError(reduction=reduction), metrics.MeanSquaredError(), "mse"]
    model = network(engine, made, 1, "sigmoid", "mse")
    model.fit(X, Y, batch_size=16, verbose=0)
    model.save(tmp_path / f"m.{kind}")
    again = engine.models.load_model(tmp_path / f"m.{kind}")
    results = [m.evaluate(X, Y, batch_size=16, verbose=0) for m in (model, again)]
    assert results[0] == results[1]
    assert again.get_compile_config()["metrics"] == model.get_compile_config()["metrics"]


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_in_keras_files(tmp_path):
    """Of its own .h5 file with a loss among metrics Keras 3.15.1 refuses the metrics."""
    import keras

    model = network(keras, [keras.losses.MeanSquaredError()], 1, "sigmoid", "mse")
    model.fit(X, Y, batch_size=16, verbose=0)
    for kind in ("keras", "h5"):
        model.save(tmp_path / f"m.{kind}")
        ours = engine.models.load_model(tmp_path / f"m.{kind}")
        assert ours.evaluate(X, Y, batch_size=16, verbose=0) == model.evaluate(
            X, Y, batch_size=16, verbose=0
        )


def test_the_config_of_a_class_or_an_object():
    for made in (losses.MeanSquaredError, losses.MeanSquaredError()):
        model = network(engine, [made], 1, "sigmoid", "mse")
        config = model.get_compile_config()
        assert config["metrics"][0]["module"] == "keras.losses"
        model.compile_from_config(config)
        assert isinstance(model._scores(1, 1, "float32").metrics[0], MeanOfBatches)
