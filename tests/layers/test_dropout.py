"""Dropout: the masks, when they are drawn, and what is passed on."""

import copy
import pickle
import threading

import numpy as np
import pytest

import engine

Dropout = engine.layers.Dropout
X = np.linspace(-2, 2, 600, dtype="float32").reshape(100, 6)
Y = (X[:, 0] > 0).astype("float32")


def network(rate=0.4, seed=None, **options):
    engine.utils.set_random_seed(3)
    model = engine.Sequential(
        [
            engine.Input((6,)),
            engine.layers.Dense(5, "relu"),
            Dropout(rate, seed=seed, **options),
            engine.layers.Dense(1, "sigmoid"),
        ]
    )
    model.compile(engine.optimizers.SGD(0.1), "binary_crossentropy")
    return model


def test_kept_numbers_grow_and_the_others_are_zero():
    layer = Dropout(0.25, seed=1)
    a = layer(np.ones((500, 40)), training=True)
    assert set(np.unique(a)) == {0.0, np.float32(1 / 0.75)}
    assert abs((a == 0).mean() - 0.25) < 0.01
    assert abs(a.mean() - 1) < 0.02


def test_every_draw_is_another_and_the_seed_tells_them_all():
    first, again = Dropout(0.5, seed=9), Dropout(0.5, seed=9)
    masks = [first(X, training=True) for _ in range(3)]
    assert all(np.array_equal(m, again(X, training=True)) for m in masks)
    assert not np.array_equal(masks[0], masks[1])
    assert first.seed_generator.state.tolist() == [9, 3]


def test_nothing_is_dropped_outside_of_training():
    layer = Dropout(0.5, seed=1)
    assert np.array_equal(layer(X), X)
    model = network()
    trained = network(rate=0.0)
    model.set_weights(trained.get_weights())
    assert np.array_equal(model.predict(X, verbose=0), trained.predict(X, verbose=0))
    assert model.evaluate(X, Y, verbose=0) == trained.evaluate(X, Y, verbose=0)
    assert model.layers[1].seed_generator.state[1] == 0


def test_a_batch_is_a_draw_and_the_count_goes_on():
    model = network()
    model.fit(X, Y, batch_size=10, epochs=2, verbose=0, validation_split=0.2)
    assert model.layers[1].seed_generator.state[1] == 2 * 8
    model.train_on_batch(X, Y)
    assert model.layers[1].seed_generator.state[1] == 17


def test_two_fits_are_one_long_one():
    once, twice = network(), network()
    once.fit(X, Y, epochs=4, verbose=0)
    twice.fit(X, Y, epochs=1, verbose=0)
    twice.fit(X, Y, epochs=3, verbose=0)
    for a, b in zip(once.get_weights(), twice.get_weights(), strict=True):
        assert np.array_equal(a, b)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_a_copy_draws_what_the_original_would(copied):
    model = network()
    model.fit(X, Y, verbose=0)
    twin = copied(model)
    for each in (model, twin):
        each.fit(X, Y, verbose=0)
    for a, b in zip(model.get_weights(), twin.get_weights(), strict=True):
        assert np.array_equal(a, b)


def test_predictions_in_another_thread_do_not_turn_the_draws_back():
    alone = network()
    rows = np.tile(X, (50, 1)), np.tile(Y, 50)
    options = {"epochs": 40, "batch_size": 8, "verbose": 0}
    alone.fit(*rows, **options)
    for _ in range(9):  # on a busy machine this thread may not have its turn before the other ends
        shared, predicted = network(), 0
        training = threading.Thread(target=shared.fit, args=rows, kwargs=options)
        training.start()
        while training.is_alive():
            shared._program()  # so every prediction begins; the rest waits for the end of a slice
            predicted += 1
        training.join()
        assert shared.layers[1].seed_generator.state[1] == 40 * 625
        for a, b in zip(alone.get_weights(), shared.get_weights(), strict=True):
            assert np.array_equal(a, b)
        if predicted > 3:
            return
    raise AssertionError("no fit in nine was long enough for the other thread")


def test_rate_1_leaves_nothing_and_draws_nothing():
    layer = Dropout(1.0, seed=4)
    assert not layer(X, training=True).any()
    model = network(rate=1.0)
    before = model.layers[0].get_weights()
    model.fit(X, Y, verbose=0)
    assert np.array_equal(before[0], model.layers[0].get_weights()[0])
    assert model.layers[1].seed_generator.state[1] == 0


def test_float64():
    engine.utils.set_random_seed(1)
    layers = [engine.layers.Dense(4, dtype="float64"), Dropout(0.5, seed=2, dtype="float64")]
    last = engine.layers.Dense(1, dtype="float64")
    model = engine.Sequential([engine.Input((6,), dtype="float64"), *layers, last])
    model.compile(engine.optimizers.SGD(0.1), "mse")
    done = engine.study.step(model, X, Y)
    model.train_on_batch(X, Y)
    for a, b in zip(model.get_weights(), done.weights, strict=True):
        assert np.abs(a - b).max() < 1e-14


@pytest.mark.parametrize(
    "make, error, words",
    [
        (lambda: Dropout(-0.1), ValueError, r"rate.*\[0, 1\].*Received: rate=-0.1"),
        (lambda: Dropout(1.5), ValueError, r"rate.*\[0, 1\].*Received: rate=1.5"),
        (lambda: Dropout(np.nan), ValueError, r"rate.*\[0, 1\].*Received: rate=nan"),
        (lambda: Dropout("half"), TypeError, r"rate.*\[0, 1\].*Received: rate='half'"),
        (lambda: Dropout(True), TypeError, r"rate.*\[0, 1\].*Received: rate=True"),
        (lambda: Dropout(0.5, noise_shape=(1, 6)), ValueError, r"noise_shape=None.*\(1, 6\)"),
        (lambda: Dropout(0.5, seed=1.5), TypeError, "seed.*Received: seed=1.5"),
        (lambda: Dropout(0.5, seed="a"), TypeError, "seed.*Received: seed='a'"),
    ],
)
def test_is_refused(make, error, words):
    with pytest.raises(error, match=words):
        make()


@pytest.mark.keras
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("seed", [0, 1, 123456789, 2**31])
def test_masks_are_those_of_keras(seed, dtype, keras):
    ours = Dropout(0.3, seed=seed, dtype=dtype)
    theirs = keras.layers.Dropout(0.3, seed=seed, dtype=dtype)
    x = X.astype(dtype)
    for rows in (7, 100, 1):
        expected = np.asarray(theirs(x[:rows], training=True))
        assert np.array_equal(ours(x[:rows], training=True), expected)


@pytest.mark.keras
def test_config_is_that_of_keras(keras):
    options = {"rate": 0.25, "seed": 5, "name": "drop"}
    ours, theirs = Dropout(**options).get_config(), keras.layers.Dropout(**options)
    assert ours == theirs.get_config()
    assert Dropout.from_config(ours).get_config() == ours
