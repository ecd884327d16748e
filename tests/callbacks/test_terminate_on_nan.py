"""TerminateOnNaN: when it stops, what it prints; the same in Keras."""

from __future__ import annotations

import numpy as np
import pytest

import engine
from engine.callbacks import TerminateOnNaN

X = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)


def story(keras, **arguments):
    """Train to overflow; epochs, losses, steps and weights."""
    keras.utils.set_random_seed(5)
    layers = [keras.layers.Dense(4, activation="relu"), keras.layers.Dense(1)]
    model = keras.Sequential([keras.Input((3,)), *layers])
    model.compile(keras.optimizers.SGD(2.0), "mse")
    ends = []
    hooks = keras.callbacks.LambdaCallback(on_train_end=ends.append)
    history = model.fit(
        X, X.sum(1), epochs=20, batch_size=8, verbose=0,
        callbacks=[keras.callbacks.TerminateOnNaN(**arguments), hooks],
    )  # fmt: skip
    steps = int(np.asarray(model.optimizer.iterations))
    return history.epoch, history.history, steps, len(ends), model.get_weights()


def test_stops_quietly(capsys):
    epochs, history, steps, ends, _ = story(engine)
    assert 5 < steps < 100 and ends == 1 and len(epochs) == -(-steps // 5)
    assert not np.isfinite(history["loss"][-1]) and np.isfinite(history["loss"][:-1]).all()
    batch = (steps - 1) % 5
    assert capsys.readouterr().out == f"Batch {batch}: Invalid loss, terminating training\n"


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_keras_stops_there_too(keras, capsys):
    ours = story(engine)
    printed = capsys.readouterr().out
    theirs = story(keras)
    assert printed == capsys.readouterr().out
    assert ours[0] == theirs[0] and ours[2:4] == theirs[2:4]
    np.testing.assert_array_equal(ours[1]["loss"], theirs[1]["loss"])
    for mine, other in zip(ours[4], theirs[4], strict=True):
        np.testing.assert_array_equal(mine, other)


def test_with_an_error():
    with pytest.raises(RuntimeError, match=r"Received: loss=(inf|nan) at batch \d;"):
        story(engine, raise_error=True)
    with pytest.raises(TypeError, match="raise_error=1"):
        TerminateOnNaN(1)


def test_a_callback_that_continues_does_not_hide_it():
    engine.config.set_nonfinite_policy("continue")
    try:
        assert story(engine)[2] < 100
    finally:
        engine.config.set_nonfinite_policy("stop")
