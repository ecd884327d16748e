"""Files of models with layers without trained weights, frozen layers, and every optimizer."""

import numpy as np
import pytest

import engine

X = np.random.default_rng(0).normal(size=(48, 3, 2)).astype("float32")
Y = (X[:, 0, 0] > 0).astype("float32")
OPTIMIZERS = {
    "adamw": lambda k: k.optimizers.AdamW(0.01, global_clipnorm=0.5),
    "rmsprop": lambda k: k.optimizers.RMSprop(0.01, momentum=0.5, centered=True, use_ema=True),
    "sgd": lambda k: k.optimizers.SGD(0.1, momentum=0.9, weight_decay=0.01, clipvalue=0.1),
    "schedule": lambda k: k.optimizers.Adam(
        k.optimizers.schedules.ExponentialDecay(0.1, 3, 0.5), use_ema=True,
        ema_overwrite_frequency=2,
    ),
}  # fmt: skip


def network(k, optimizer, functional=False, axis=(1, 2)):
    k.utils.set_random_seed(7)
    normalization = k.layers.Normalization(axis=axis)
    normalization.adapt(X)
    layers = [
        k.layers.Rescaling(2.0, offset=np.array([0.1, 0.2])),
        normalization,
        k.layers.Flatten(),
        k.layers.Dense(5, "relu", activity_regularizer=k.regularizers.L2(0.01)),
        k.layers.Dropout(0.0),
        k.layers.Dense(4, "tanh", trainable=False),
        k.layers.Dense(1, "sigmoid"),
    ]
    if functional:
        x = start = k.Input((3, 2))
        for layer in layers:
            x = layer(x)
        model = k.Model(start, x)
    else:
        model = k.Sequential([k.Input((3, 2)), *layers])
    loss = k.losses.BinaryCrossentropy(reduction="sum")
    model.compile(OPTIMIZERS[optimizer](k), loss, metrics=["accuracy"])
    return model


def state_of(model):
    return [np.asarray(w) for w in (*model.get_weights(), *model.optimizer.variables)]


@pytest.mark.parametrize("functional", [False, True])
@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_training_goes_on_as_if_nothing_had_happened(optimizer, suffix, functional, tmp_path):
    model = network(engine, optimizer, functional)
    model.fit(X, Y, epochs=2, batch_size=10, verbose=0)
    path = tmp_path / f"m{suffix}"
    model.save(path)
    again = engine.models.load_model(path)
    assert again.get_config() == model.get_config()
    assert [w.trainable for w in again.weights] == [w.trainable for w in model.weights]
    for each in (model, again):
        each.fit(X, Y, epochs=1, batch_size=10, verbose=0)
    for a, b in zip(state_of(model), state_of(again), strict=True):
        assert np.array_equal(a, b)


def test_weights_alone(tmp_path):
    model = network(engine, "rmsprop")
    model.fit(X, Y, verbose=0)
    model.save_weights(tmp_path / "m.weights.h5")
    again = network(engine, "rmsprop")
    again.load_weights(tmp_path / "m.weights.h5")
    for a, b in zip(state_of(model), state_of(again), strict=True):
        assert np.array_equal(a, b)


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize("functional", [False, True])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_both_ways_with_keras(optimizer, functional, tmp_path, keras):
    """Trained on one side, saved, loaded on the other, trained on: the bits of no detour."""
    whole = network(keras, optimizer, functional)
    whole.fit(X, Y, epochs=2, batch_size=12, verbose=0)
    whole.save(tmp_path / "theirs.keras")
    ours = engine.models.load_model(tmp_path / "theirs.keras")
    ours.save(tmp_path / "ours.keras")
    back = keras.models.load_model(tmp_path / "ours.keras")
    for each in (whole, ours, back):
        keras.utils.set_random_seed(3)
        engine.utils.set_random_seed(3)
        each.fit(X, Y, epochs=2, batch_size=12, verbose=0)
    for a, b, c in zip(state_of(whole), state_of(ours), state_of(back), strict=True):
        assert np.array_equal(a, b) and np.array_equal(a, c)


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_the_older_format_with_keras(tmp_path, keras):
    # With several axes Keras does not read its own file.
    theirs = network(keras, "adamw", axis=-1)
    theirs.fit(X, Y, verbose=0)
    theirs.save(tmp_path / "theirs.h5")
    ours = engine.models.load_model(tmp_path / "theirs.h5")
    ours.save(tmp_path / "ours.h5")
    back = keras.models.load_model(tmp_path / "ours.h5")
    for a, b in zip(theirs.get_weights(), back.get_weights(), strict=True):
        assert np.array_equal(np.asarray(a), np.asarray(b))


def test_onnx_computes_the_same(tmp_path):
    onnxruntime = pytest.importorskip("onnxruntime")
    model = network(engine, "sgd")
    model.fit(X, Y, verbose=0)
    model.export(tmp_path / "m.onnx", format="onnx", verbose=False)
    session = onnxruntime.InferenceSession(tmp_path / "m.onnx")
    (told,) = session.run(None, {session.get_inputs()[0].name: X})
    assert np.abs(told - model.predict(X, verbose=0)).max() < 1e-6
