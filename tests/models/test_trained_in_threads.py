"""Models that are trained in several threads at once have the bits that they have alone."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest

import engine
from engine.callbacks import EarlyStopping, LambdaCallback, LearningRateScheduler
from engine.optimizers.schedules import ExponentialDecay

RNG = np.random.default_rng(0)


def story(number, shape, batch=16, rows=320, epochs=4, wait=lambda: None, busy=False):
    """Everything that a training comes to; the weights are drawn before, one after the other."""
    inputs, *hidden = shape
    rng = np.random.default_rng(number)
    x = rng.normal(size=(rows, inputs)).astype(np.float32)
    y = (x.sum(1) > 0).astype(np.float32)
    layers = [
        engine.layers.Dense(units, "relu", kernel_initializer=glorot(number, i))
        for i, units in enumerate(hidden)
    ]
    last = engine.layers.Dense(1, "sigmoid", kernel_initializer=glorot(number, 99))
    model = engine.Sequential([engine.Input((inputs,)), *layers, last])
    optimizer = engine.optimizers.Adam(ExponentialDecay(0.01, 10, 0.9))
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"])
    callbacks = [
        EarlyStopping("loss", patience=2, restore_best_weights=True),
        LambdaCallback(on_epoch_end=lambda epoch, logs: model.predict(x[:7], verbose=0)),
    ]
    if number % 2:
        model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
        callbacks.append(LearningRateScheduler(lambda epoch, rate: rate * 0.9))
    wait()
    history = model.fit(
        x, y, batch_size=batch, epochs=epochs, verbose=0, validation_split=0.2,
        callbacks=callbacks if busy else None,
    )  # fmt: skip
    told = {name: np.array(values) for name, values in history.history.items()}
    told |= {f"weight {i}": w for i, w in enumerate(model.get_weights())}
    told["predict"] = model.predict(x, verbose=0)
    told["evaluate"] = np.array(model.evaluate(x, y, verbose=0))
    return {name: (values.shape, values.tobytes()) for name, values in told.items()}


def glorot(number, layer):
    return engine.initializers.GlorotUniform(seed=1000 * number + layer)


SETS = {
    "same shape": [(8, 12)] * 4,
    "different shapes": [(8, 12), (3, 5, 7), (20, 1), (5, 64, 33)],
    "large": [(256, 512, 300), (256, 512, 300), (300, 400)],
    "large and small": [(256, 512, 300), (8, 12), (300, 400), (8, 12)],
}


@pytest.mark.parametrize("busy", [False, True])
@pytest.mark.parametrize("name", SETS)
def test_same_bits_as_alone(name, busy):
    engine.utils.set_random_seed(11)
    shapes = SETS[name]
    size = {"batch": 256, "rows": 1024, "epochs": 2} if "large" in name else {}
    alone = [story(k, shape, busy=busy, **size) for k, shape in enumerate(shapes)]
    for _ in range(3):
        barrier = Barrier(len(shapes))
        with ThreadPoolExecutor(len(shapes)) as pool:
            futures = [
                pool.submit(story, k, shape, wait=barrier.wait, busy=busy, **size)
                for k, shape in enumerate(shapes)
            ]
            together = [future.result() for future in futures]
        for ours, expected in zip(together, alone, strict=True):
            assert ours == expected


def test_predicting_while_another_model_trains():
    model = engine.Sequential([engine.Input((8,)), engine.layers.Dense(12, "tanh"),
                               engine.layers.Dense(3, "softmax")])  # fmt: skip
    x = RNG.normal(size=(1000, 8)).astype(np.float32)
    expected = model.predict(x, verbose=0).tobytes()
    engine.utils.set_random_seed(11)
    alone = story(1, (8, 12), epochs=40)
    with ThreadPoolExecutor(2) as pool:
        training = pool.submit(story, 1, (8, 12), epochs=40)
        while not training.done():
            assert model.predict(x, verbose=0).tobytes() == expected
        assert training.result() == alone


def test_threads_that_ask_at_once_get_the_same_program(monkeypatch):
    """Of two programs one would train weights that the other has taken away."""
    from engine.models import feeding

    class Slow(feeding.Program):
        def __init__(self, *arguments):
            time.sleep(0.05)
            super().__init__(*arguments)

    monkeypatch.setattr(feeding, "Program", Slow)
    model = engine.Sequential([engine.Input((8,)), engine.layers.Dense(3)])
    with ThreadPoolExecutor(4) as pool:
        programs = list(pool.map(lambda _: model._program(), range(4)))
    assert all(program is programs[0] for program in programs)
    assert model.weights[0].array is programs[0].views[0]


def test_predicting_with_the_model_that_trains():
    """The predictions are those of finite weights of some batch; the training is as alone."""
    engine.utils.set_random_seed(11)
    x = RNG.normal(size=(500, 8)).astype(np.float32)
    y = x.sum(1)

    def network():
        layers = [engine.layers.Dense(k, kernel_initializer=glorot(k, 0)) for k in (12, 1)]
        model = engine.Sequential([engine.Input((8,)), *layers])
        model.compile("sgd", "mse")
        return model

    alone, model = network(), network()
    expected = alone.fit(x, y, epochs=60, batch_size=4, verbose=0).history
    with ThreadPoolExecutor(1) as pool:
        training = pool.submit(model.fit, x, y, epochs=60, batch_size=4, verbose=0)
        while not training.done():
            assert np.isfinite(model.predict(x[:64], verbose=0)).all()
        assert training.result().history == expected
    for ours, theirs in zip(model.get_weights(), alone.get_weights(), strict=True):
        assert ours.tobytes() == theirs.tobytes()
