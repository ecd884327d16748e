"""A fit of large layers by several threads: the same bits, and nobody left behind."""

import threading

import numpy as np
import pytest

import engine as keras
from engine.kernels import large, program
from engine.models import run
from tests.tolerances import assert_same_bits

INPUTS, CLASSES, BATCH, ROWS = 150, 10, 48, 200


def model(optimizer="adam", activation="relu", regularizer=None):
    keras.utils.set_random_seed(3)
    made = keras.Sequential(
        [
            keras.Input((INPUTS,)),
            keras.layers.Dense(180, activation=activation, kernel_regularizer=regularizer),
            keras.layers.Dense(170, activation=activation),
            keras.layers.Dense(CLASSES, activation="softmax"),
        ]
    )
    made.compile(optimizer, "categorical_crossentropy", metrics=["accuracy"])
    return made


def rows():
    draw = np.random.default_rng(1)
    y = np.eye(CLASSES, dtype="float32")[draw.integers(0, CLASSES, ROWS)]
    return draw.standard_normal((ROWS, INPUTS)).astype("float32"), y


def trained(monkeypatch, team, *, optimizer="adam", is_large=True, callbacks=None, **options):
    monkeypatch.setattr(program, "processors", lambda: team)
    monkeypatch.setattr(run, "WORK_FOR_A_TEAM", 0)
    monkeypatch.setattr(large, "LARGE", large.LARGE if is_large else 1 << 60)
    made = model(optimizer, options.pop("activation", "relu"), options.pop("regularizer", None))
    x, y = rows()
    history = made.fit(x, y, batch_size=BATCH, epochs=3, verbose=0, callbacks=callbacks, **options)
    return [*made.get_weights(), *made.optimizer.slots, np.array(list(history.history.values()))]


WATCH = keras.callbacks.LambdaCallback(on_train_batch_end=lambda step, logs: None)

CASES = {
    "as it is": {},
    "descent": {"optimizer": "sgd"},
    "in order": {"shuffle": False},
    "validation": {"validation_split": 0.3},
    "weights": {"sample_weight": np.linspace(0.5, 2, ROWS)},
    "a regularizer": {"regularizer": "l2"},
    "tanh": {"activation": "tanh"},
    "watched": {
        "callbacks": [keras.callbacks.LambdaCallback(on_train_batch_end=lambda step, logs: None)]
    },
}


@pytest.mark.parametrize("name", CASES)
def test_same_bits_whatever_the_team(monkeypatch, name):
    expected = trained(monkeypatch, 1, is_large=False, **CASES[name])
    for team in (1, 2, 3):
        for ours, theirs in zip(trained(monkeypatch, team, **CASES[name]), expected, strict=True):
            assert_same_bits(ours, theirs, f"{team} threads")


def test_a_team_works(monkeypatch):
    called = []
    monkeypatch.setattr(run.train, "run", spied(run.train.run, called))
    trained(monkeypatch, 3)
    assert called.count(threading.get_ident()) * 3 == len(called)


def spied(kernel, called):
    def spy(*arguments):
        called.append(threading.get_ident())
        return kernel(*arguments)

    spy.py_func = kernel.py_func
    return spy


def test_interrupted_before_the_kernel_is_called(monkeypatch):
    """Whoever has been started comes home, and nothing is trained."""
    made, (x, y) = model(), rows()
    made.fit(x, y, batch_size=BATCH, verbose=0)
    before, running = made.get_weights(), threading.active_count()
    start, started = threading.Thread.start, []

    def interrupted(member):
        start(member)
        started.append(member)
        raise KeyboardInterrupt

    monkeypatch.setattr(program, "processors", lambda: 3)
    monkeypatch.setattr(run, "WORK_FOR_A_TEAM", 0)
    made._kept_program = None
    monkeypatch.setattr(threading.Thread, "start", interrupted)
    with pytest.raises(KeyboardInterrupt):
        made.fit(x, y, batch_size=BATCH, verbose=0)
    assert len(started) == 1
    assert not started[0].is_alive()
    assert threading.active_count() == running
    for old, new in zip(before, made.get_weights(), strict=True):
        assert_same_bits(new, old)
    monkeypatch.undo()
    made.fit(x, y, batch_size=BATCH, verbose=0)


def test_small_calls_start_no_threads(monkeypatch):
    called = []
    monkeypatch.setattr(program, "processors", lambda: 3)
    monkeypatch.setattr(run.train, "run", spied(run.train.run, called))
    made, (x, y) = model(), rows()
    made.train_on_batch(x[:BATCH], y[:BATCH])
    assert set(called) == {threading.get_ident()}


def threads_of(monkeypatch, **options):
    """The threads that the kernel ran in, and the weights."""
    called = []
    monkeypatch.setattr(run.train, "run", spied(run.train.run, called))
    return called, trained(monkeypatch, 2, **options)


def test_a_batch_that_was_large_once_starts_no_threads(monkeypatch):
    """The buffers of a small training may have been laid out for large batches."""
    monkeypatch.setattr(large, "LARGE", 1 << 22)
    monkeypatch.setattr(run, "WORK_FOR_A_TEAM", 0)
    monkeypatch.setattr(program, "processors", lambda: 2)
    made, (x, y) = model(), rows()
    made.evaluate(x, y, batch_size=ROWS, verbose=0)
    assert made._kept_program.team == 2
    called = []
    monkeypatch.setattr(run.train, "run", spied(run.train.run, called))
    made.fit(x, y, batch_size=BATCH, verbose=0)
    assert set(called) == {threading.get_ident()}


@pytest.mark.parametrize("training_is_large", [True, False])
def test_only_one_of_the_passes_is_large(monkeypatch, training_is_large):
    sizes = {"validation_batch_size": 4 if training_is_large else 60}
    options = {"validation_split": 0.3, **sizes}
    monkeypatch.setattr(large, "LARGE", 150 * 180 * (10 if training_is_large else 56))
    expected = trained(monkeypatch, 1, is_large=False, **options)
    monkeypatch.undo()
    monkeypatch.setattr(large, "LARGE", 150 * 180 * (10 if training_is_large else 56))
    called, found = threads_of(monkeypatch, **options)
    assert len(set(called)) > 1
    for ours, theirs in zip(found, expected, strict=True):
        assert_same_bits(ours, theirs)


@pytest.mark.parametrize("units", [129, 300, 301, 385, 900])
@pytest.mark.parametrize("team", [1, 2])
def test_gradients_that_fill_their_block(monkeypatch, units, team):
    """784 rows of a gradient: more than are formed at once, whatever the width."""
    draw = np.random.default_rng(5)
    x = draw.standard_normal((256, 784)).astype("float32")
    y = np.eye(3, dtype="float32")[draw.integers(0, 3, 256)]
    found = []
    for members, least in ((1, 1 << 60), (team, 1)):
        monkeypatch.setattr(program, "processors", lambda members=members: members)
        monkeypatch.setattr(run, "WORK_FOR_A_TEAM", 0)
        monkeypatch.setattr(large, "LARGE", least)
        keras.utils.set_random_seed(3)
        made = keras.Sequential(
            [
                keras.Input((784,)),
                keras.layers.Dense(units, activation="relu"),
                keras.layers.Dense(3, activation="softmax"),
            ]
        )
        made.compile("adam", "categorical_crossentropy")
        made.fit(x, y, batch_size=128, epochs=1, verbose=0)
        found.append([*made.get_weights(), *made.optimizer.slots])
    for ours, theirs in zip(*found, strict=True):
        assert_same_bits(ours, theirs)
