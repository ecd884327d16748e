"""Metrics with states of many numbers in fit_many, in files, in teams and between batches."""

import pickle

import numpy as np
import pytest

import engine as keras
from engine.models import load_model

room = keras.metrics
METRICS = {
    1: lambda: ["accuracy", room.AUC(name="area"), room.Precision([0.3, 0.6], name="precise")],
    3: lambda: [room.F1Score(), room.AUC(multi_label=True, name="area"), "accuracy"],
}


def network(units):
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(5, "relu"),
            keras.layers.Dense(units, "sigmoid" if units == 1 else "softmax"),
        ]
    )
    loss = "binary_crossentropy" if units == 1 else "categorical_crossentropy"
    model.compile(
        keras.optimizers.SGD(0.3),
        loss,
        metrics=METRICS[units](),
        weighted_metrics=["mae", "accuracy"],
    )
    return model


def rows(units, n=37):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(n, 4)).astype("float32")
    labels = rng.integers(0, max(2, units), n)
    y = labels[:, None] if units == 1 else np.eye(units)[labels]
    return x, y, rng.random(n).astype("float32")


@pytest.mark.parametrize("units", [1, 3])
def test_each_member_as_alone(units):
    x, y, w = rows(units)
    options = {"epochs": 3, "batch_size": 8, "verbose": 0, "sample_weight": w}
    validated = {**options, "validation_data": (x, y, w)}
    fits = keras.fit_many(network(units), x, y, seeds=[5, 9, 11, 5], **validated)
    scores = fits.evaluate(x, y, sample_weight=w)
    for k, seed in enumerate([5, 9, 11, 5]):
        keras.utils.set_random_seed(seed)
        alone = network_anew(units, seed)
        history = alone.fit(x, y, **validated).history
        assert list(history) == list(fits.history)
        for name, values in history.items():
            assert np.array_equal(np.asarray(values, "float32"), fits.history[name][k]), name
        told = alone.evaluate(x, y, sample_weight=w, verbose=0, return_dict=True)
        for name, value in told.items():
            assert np.array_equal(np.float32(value), scores[name][k]), name
    assert "weighted_accuracy" in fits.history and len(fits.frame()) == 12
    assert "area=" in repr(fits)


def network_anew(units, seed):
    model = network(units)
    keras.utils.set_random_seed(seed)
    made = keras.Sequential.from_config(model.get_config())
    made.compile_from_config(model.get_compile_config())
    return made


@pytest.mark.parametrize("units", [1, 3])
def test_epoch_by_epoch_and_batch_by_batch(units):
    """However a fit is cut, the History is the same."""
    x, y, w = rows(units)
    told, some = [], keras.callbacks.LambdaCallback
    by_epoch = some(on_epoch_end=lambda epoch, logs: None)
    by_batch = some(on_train_batch_end=lambda batch, logs: None)
    options = {"epochs": 2, "batch_size": 8, "sample_weight": w, "validation_split": 0.3}
    for callbacks in ([], [by_epoch], [by_batch]):
        history = network(units).fit(x, y, verbose=0, callbacks=callbacks, **options).history
        told.append(history)
    for other in told[1:]:
        assert list(other) == list(told[0])
        for name, values in told[0].items():
            assert np.array_equal(values, other[name]), name


def test_the_metrics_of_a_model():
    model = network(1)
    assert model.metrics == [] and model.metrics_names[0] == "loss"
    x, y, _ = rows(1)
    model.evaluate(x, y, verbose=0)
    assert [m.name for m in model.metrics][0] == "loss" and len(model.metrics) == 6
    stop = keras.callbacks.EarlyStopping(monitor=f"val_{model.metrics[2].name}")
    model.fit(x, y, epochs=2, verbose=0, validation_split=0.3, callbacks=[stop])
    assert pickle.loads(pickle.dumps(model)).metrics_names == model.metrics_names


@pytest.mark.parametrize("units", [1, 3])
def test_saved_and_loaded(units, tmp_path):
    x, y, w = rows(units)
    model = network(units)
    before = model.evaluate(x, y, sample_weight=w, verbose=0, return_dict=True)
    model.save(tmp_path / "m.keras")
    after = load_model(tmp_path / "m.keras").evaluate(
        x, y, sample_weight=w, verbose=0, return_dict=True
    )
    assert list(before) == list(after)
    for name, value in before.items():
        assert np.array_equal(value, after[name]), name


def test_a_smoothed_metric_beside_a_loss_that_is_not():
    model = network(1)
    smoothed = keras.metrics.BinaryCrossentropy(label_smoothing=0.2)
    model.compile("sgd", "binary_crossentropy", metrics=[smoothed])
    x, y, _ = rows(1)
    told = model.evaluate(x, y, verbose=0, return_dict=True)
    p = model.predict(x, verbose=0)
    expected = keras.losses.BinaryCrossentropy(label_smoothing=0.2)(y, p)
    assert told["binary_crossentropy"] == pytest.approx(expected, rel=1e-5)
    assert abs(told["binary_crossentropy"] - told["loss"]) > 1e-3
