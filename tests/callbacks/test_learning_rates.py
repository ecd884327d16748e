"""LearningRateScheduler and ReduceLROnPlateau: rates, printed lines and bits, beside Keras."""

from __future__ import annotations

import numpy as np
import pytest

import engine
from engine.callbacks import LambdaCallback, LearningRateScheduler, ReduceLROnPlateau
from engine.optimizers import SGD
from engine.optimizers.schedules import ExponentialDecay
from tests.tolerances import assert_same_bits

ROWS = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)


def network(keras, optimizer="SGD", **options):
    keras.utils.set_random_seed(5)
    layers = [keras.layers.Dense(4, activation="relu"), keras.layers.Dense(1)]
    model = keras.Sequential([keras.Input((3,)), *layers])
    model.compile(getattr(keras.optimizers, optimizer)(0.1, **options), "mse")
    return model


def story(keras, make_callbacks, optimizer="SGD", epochs=12, **options):
    """Train; History and weights."""
    model = network(keras, optimizer, **options)
    history = model.fit(
        ROWS, ROWS.sum(1), epochs=epochs, batch_size=8, verbose=0,
        callbacks=make_callbacks(keras), validation_data=(ROWS[:9], ROWS[:9].sum(1)),
    )  # fmt: skip
    return history.history, model.get_weights(), history.epoch


def halve(epoch, rate):
    return rate * 0.7 if epoch % 3 == 2 else rate


def by_epoch_only(epoch):
    return 0.1 / (epoch + 1)


def watched(keras):
    """A hook for batches makes the engine go batch by batch."""
    return keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: None)


def warming_up(keras):
    """A rate for each batch."""

    class WarmUp(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            rate = 0.1 / (5 - batch)
            self.model.optimizer.learning_rate = rate

    return [WarmUp()]


FITS = {
    "scheduler": lambda k: [k.callbacks.LearningRateScheduler(halve, verbose=1)],
    "scheduler of the epoch": lambda k: [k.callbacks.LearningRateScheduler(by_epoch_only)],
    "scheduler, batches": lambda k: [k.callbacks.LearningRateScheduler(halve), watched(k)],
    "plateau": lambda k: [
        k.callbacks.ReduceLROnPlateau("loss", patience=2, factor=0.3, min_delta=0.05, verbose=1)
    ],
    "plateau of the validation": lambda k: [
        k.callbacks.ReduceLROnPlateau(
            patience=1, factor=0.5, min_delta=0.1, cooldown=2, min_lr=0.02, verbose=1
        )
    ],
    "both and stopping": lambda k: [
        k.callbacks.ReduceLROnPlateau("loss", patience=1, factor=0.3, min_delta=0.01),
        k.callbacks.EarlyStopping("loss", patience=3, min_delta=0.02, restore_best_weights=True),
    ],
    "each batch": warming_up,
    "set in the middle": lambda k: [
        k.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: None),
        k.callbacks.LearningRateScheduler(lambda epoch, rate: 0.05 if epoch == 4 else rate),
    ],
}


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize("optimizer", ["SGD", "momentum", "Adam"])
@pytest.mark.parametrize("name", FITS)
def test_same_fit_as_keras(keras, name, optimizer, capsys):
    options = {"momentum": 0.9} if optimizer == "momentum" else {}
    kind = "SGD" if optimizer == "momentum" else optimizer
    ours = story(engine, FITS[name], kind, **options)
    printed = capsys.readouterr().out
    theirs = story(keras, FITS[name], kind, **options)
    assert printed == capsys.readouterr().out
    assert list(ours[0]) == list(theirs[0]) and ours[2] == theirs[2]
    for key, values in theirs[0].items():
        assert_same_bits(np.array(ours[0][key]), np.array(values), key)
    for mine, other in zip(ours[1], theirs[1], strict=True):
        assert_same_bits(mine, other)


def plateau(kind, arguments, values):
    """The rates after each epoch."""
    model = type("Model", (), {})()
    model.optimizer, model.metrics = SGD(0.1), []
    callback, rates = kind(**arguments), []
    callback.set_model(model)
    callback.on_train_begin()
    for epoch, value in enumerate(values):
        logs = {"loss": value}
        callback.on_epoch_end(epoch, logs)
        rates.append((float(np.float32(model.optimizer.learning_rate)), logs["learning_rate"]))
    return rates, callback.wait, callback.cooldown_counter


def rates_only(values, **arguments):
    told = plateau(ReduceLROnPlateau, {"monitor": "loss", **arguments}, values)[0]
    return [round(rate, 6) for rate, _ in told]


def test_by_hand():
    down = {"factor": 0.5, "min_delta": 0}
    assert rates_only([3, 2, 2, 2, 2], patience=2, **down) == [0.1, 0.1, 0.1, 0.05, 0.05]
    assert rates_only([3, 3, 3, 3], patience=0, **down) == [0.1, 0.05, 0.025, 0.0125]
    assert rates_only([3] * 6, patience=1, cooldown=2, **down) == [
        0.1, 0.05, 0.05, 0.025, 0.025, 0.0125
    ]  # fmt: skip
    assert rates_only([3] * 4, patience=1, min_lr=0.04, **down) == [0.1, 0.05, 0.04, 0.04]
    assert rates_only([1, 2, 3, 3], patience=1, mode="max", **down) == [0.1, 0.1, 0.1, 0.05]


@pytest.mark.keras
def test_keras_reduces_the_same_at_random(keras, capsys):
    from unittest import mock

    random, reduced = np.random.default_rng(5), 0
    for _ in range(200):
        arguments = {
            "monitor": "loss",
            "factor": random.choice([0.1, 0.5, 0.77]).item(),
            "patience": int(random.integers(0, 4)),
            "verbose": 1,
            "mode": str(random.choice(["auto", "min", "max"])),
            "min_delta": random.choice([0, 0.1, -0.2, 1e-4]).item(),
            "cooldown": int(random.integers(0, 3)),
            "min_lr": random.choice([0, 0.03]).item(),
        }
        values = [float(v) for v in np.round(random.random(int(random.integers(1, 14))), 1)]
        ours = plateau(ReduceLROnPlateau, arguments, values)
        printed = capsys.readouterr().out
        # Keras's callback reads and sets the rate of our optimizer.
        to_numpy = "keras.src.callbacks.reduce_lr_on_plateau.backend.convert_to_numpy"
        with mock.patch(to_numpy, lambda rate: np.float32(rate)):
            theirs = plateau(keras.callbacks.ReduceLROnPlateau, arguments, values)
        assert ours == theirs, arguments
        assert printed == capsys.readouterr().out
        reduced += bool(printed)
    assert 50 < reduced < 195


def test_missing_number_warns_once():
    with pytest.warns(UserWarning, match="'val_loss'.*Received: loss, learning_rate;") as caught:
        plateau(ReduceLROnPlateau, {}, [3.0, 2.0])
    assert len(caught) == 1


def test_a_rate_takes_effect_in_the_next_step():
    """By hand: w ← w − α·g, with the rate of the batch that begins."""
    model = engine.Sequential([engine.Input((1,)), engine.layers.Dense(1, use_bias=False)])
    model.compile(SGD(0.0), "mse")
    model.set_weights([np.ones((1, 1))])
    x, y = np.ones((3, 1)), np.zeros(3)
    seen = []

    def begin(batch, logs):
        model.optimizer.learning_rate = (0.25, 0.0, 0.125)[batch]

    def end(batch, logs):
        seen.append(float(model.get_weights()[0].item()))

    hooks = LambdaCallback(on_train_batch_begin=begin, on_train_batch_end=end)
    model.fit(x, y, batch_size=1, verbose=0, callbacks=[hooks])
    assert seen == [0.5, 0.5, 0.375]


def test_an_optimizer_with_a_schedule_is_left_alone():
    model = engine.Sequential([engine.Input((3,)), engine.layers.Dense(1)])
    model.compile(SGD(ExponentialDecay(0.1, 10, 0.5)), "mse")
    callback = LearningRateScheduler(halve)
    with pytest.raises(TypeError, match="stay the schedule"):
        model.fit(ROWS, ROWS.sum(1), verbose=0, callbacks=[callback])


def test_what_a_schedule_returns():
    model = network(engine)
    for wrong in (None, 1, "0.1"):
        with pytest.raises(ValueError, match=f"return a float. Received: {wrong!r}"):
            model.fit(
                ROWS, ROWS.sum(1), verbose=0,
                callbacks=[LearningRateScheduler(lambda epoch, rate, w=wrong: w)],
            )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "arguments", "error", "message"),
    [
        (LearningRateScheduler, {"schedule": 0.1}, TypeError, "schedule=0.1"),
        (LearningRateScheduler, {"schedule": halve, "verbose": None}, TypeError, "verbose=None"),
        (ReduceLROnPlateau, {"factor": 1.0}, ValueError, "factor=1.0"),
        (ReduceLROnPlateau, {"factor": -0.1}, ValueError, "factor=-0.1"),
        (ReduceLROnPlateau, {"factor": "0.1"}, TypeError, "factor='0.1'"),
        (ReduceLROnPlateau, {"patience": -1}, ValueError, "patience=-1"),
        (ReduceLROnPlateau, {"cooldown": 1.5}, TypeError, "cooldown=1.5"),
        (ReduceLROnPlateau, {"min_lr": None}, TypeError, "min_lr=None"),
        (ReduceLROnPlateau, {"mode": "down"}, ValueError, "mode='down'"),
        (ReduceLROnPlateau, {"monitor": 1}, TypeError, "monitor=1"),
    ],
)
def test_bad_arguments(kind, arguments, error, message):
    with pytest.raises(error, match=f"Expected .*{message}"):
        kind(**arguments)
