"""Learning-rate schedules: values by hand, Keras's bits in both ways, files, bad arguments."""

from __future__ import annotations

import json
import math
import os

import numpy as np
import pytest

import engine
from engine.optimizers import SGD, Adam, schedules
from engine.optimizers.schedules import LearningRateSchedule
from tests.tolerances import assert_same_bits

FULL = "GLASSNET_SCHEDULES" in os.environ  # more of what is drawn

# name: (class, arguments, {step: rate by hand})
BY_HAND = {
    "exponential": ("ExponentialDecay", (0.8, 10, 0.25), {0: 0.8, 5: 0.4, 10: 0.2, 20: 0.05}),
    "staircase": ("ExponentialDecay", (0.8, 10, 0.25, True), {9: 0.8, 10: 0.2, 19: 0.2}),
    "inverse": ("InverseTimeDecay", (0.6, 10, 1.0), {0: 0.6, 10: 0.3, 20: 0.2}),
    "inverse staircase": ("InverseTimeDecay", (0.6, 10, 1.0, True), {9: 0.6, 10: 0.3, 29: 0.2}),
    "line": ("PolynomialDecay", (0.5, 10, 0.1), {0: 0.5, 5: 0.3, 10: 0.1, 99: 0.1}),
    "square": ("PolynomialDecay", (0.5, 10, 0.1, 2.0), {5: 0.2, 10: 0.1}),
    "cycles": ("PolynomialDecay", (0.5, 10, 0.1, 1.0, True), {0: 0.5, 10: 0.1, 15: 0.2, 20: 0.1}),
    "pieces": (
        "PiecewiseConstantDecay",
        ([2, 4], [0.5, 0.2, 0.1]),
        {0: 0.5, 2: 0.5, 3: 0.2, 4: 0.2, 5: 0.1, 2**24 + 1: 0.1},
    ),
    "pieces far out": (
        "PiecewiseConstantDecay",
        ([2**24, 2**24 + 1], [0.5, 0.2, 0.1]),
        {2**24: 0.5, 2**24 + 1: 0.2, 2**24 + 2: 0.1},
    ),
    "cosine": ("CosineDecay", (0.4, 6), {0: 0.4, 2: 0.3, 3: 0.2, 4: 0.1, 6: 0.0, 99: 0.0}),
    "cosine alpha": ("CosineDecay", (0.4, 6, 0.5), {0: 0.4, 3: 0.3, 6: 0.2}),
    "warm-up": (
        "CosineDecay",
        (0.1, 6, 0.0, "x", 0.4, 3),
        {0: 0.1, 1: 0.2, 2: 0.3, 3: 0.4, 5: 0.3, 6: 0.2, 9: 0.0, 99: 0.0},
    ),
    "restarts": ("CosineDecayRestarts", (0.4, 6), {0: 0.4, 3: 0.2, 6: 0.4, 12: 0.2, 18: 0.4}),
    "restarts, lower": (
        "CosineDecayRestarts",
        (0.4, 6, 1.0, 0.5),
        {0: 0.4, 3: 0.2, 6: 0.2, 9: 0.1, 12: 0.1},
    ),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_by_hand(name):
    kind, arguments, expected = BY_HAND[name]
    schedule = getattr(schedules, kind)(*arguments)
    steps, values = list(expected), list(expected.values())
    assert [schedule(step) for step in steps] == pytest.approx(values, abs=1e-7)
    assert schedule(np.array([steps])).tolist() == [[schedule(step) for step in steps]]
    for step, value in expected.items():
        in_training = schedule.rates(step, 1, "float32")
        assert in_training.dtype == np.float32
        assert in_training == pytest.approx(value, abs=1e-7)
        assert schedule.rates(step, 1, "float64") == pytest.approx(value, abs=1e-12)


def test_rates_of_many_steps_are_those_of_each():
    for kind, arguments, _ in BY_HAND.values():
        schedule = getattr(schedules, kind)(*arguments)
        together = schedule.rates(3, 40, "float32")
        one_by_one = [schedule.rates(step, 1, "float32")[0] for step in range(3, 43)]
        assert_same_bits(together, np.array(one_by_one))


# --- beside Keras -------------------------------------------------------------------------------


def drawn(random, kind=None):
    """A schedule that nobody chose."""

    def number(low, high):
        return float(np.round(random.uniform(low, high), 4))

    def one_of(*values):
        return float(random.choice(values))

    kind = kind or random.choice(
        ["ExponentialDecay", "InverseTimeDecay", "PolynomialDecay", "CosineDecay", "warm",
         "CosineDecayRestarts", "PiecewiseConstantDecay"]
    )  # fmt: skip
    n, first = int(random.integers(2, 400)), number(0.001, 1)
    arguments = {"initial_learning_rate": first, "decay_steps": n}
    if kind in ("ExponentialDecay", "InverseTimeDecay"):
        rate = number(0.5, 0.999) if kind == "ExponentialDecay" else number(0.1, 3)
        arguments |= {"decay_rate": rate, "staircase": bool(random.integers(2))}
    elif kind == "PolynomialDecay":
        power = one_of(0, 1, 2, 3, 0.5, -0.5, -1, 1.7, 4, 0.333)
        arguments |= {"end_learning_rate": number(0, 0.01), "power": power}
        arguments["cycle"] = bool(random.integers(2))
    elif kind == "PiecewiseConstantDecay":
        boundaries = sorted({int(b) for b in random.integers(0, 900, 4)})
        values = [number(0.001, 1) for _ in range(len(boundaries) + 1)]
        arguments = {"boundaries": boundaries, "values": values}
    elif kind == "CosineDecayRestarts":
        arguments = {
            "initial_learning_rate": first, "first_decay_steps": n,
            "t_mul": one_of(1, 2, number(1.1, 3)), "m_mul": one_of(1, number(0.5, 1.1)),
            "alpha": one_of(0, number(0, 1)),
        }  # fmt: skip
    else:
        arguments["alpha"] = one_of(0, number(0, 1))
        if kind == "warm":
            warm = {"warmup_target": number(0.01, 1), "warmup_steps": int(random.integers(1, 300))}
            arguments |= warm
            kind = "CosineDecay"
    return kind, arguments


def in_training(keras, schedule, steps):
    """The rates that Keras's SGD takes: steps from 0 along the gradient −1."""
    import tensorflow as tf

    w = keras.Variable(np.zeros(1, np.float32))
    optimizer = keras.optimizers.SGD(schedule)
    optimizer.build([w])

    @tf.function
    def one_step(gradient):
        w.assign(tf.zeros(1))
        optimizer.apply([gradient])
        return w.value

    rates = []
    for step in steps:
        optimizer.iterations.assign(int(step))
        rates.append(one_step(-tf.ones(1)).numpy()[0])
    return np.array(rates)


def compare(keras, kind, arguments, steps=900):
    """Assert that our bits are Keras's, when asked for and in a training."""
    theirs = getattr(keras.optimizers.schedules, kind)(**arguments)
    ours = getattr(schedules, kind)(**arguments)
    message = f"{kind} {arguments}"
    expected = in_training(keras, theirs, range(steps))
    assert_same_bits(ours.rates(0, steps, "float32"), expected + np.float32(0), message)
    some = range(0, steps, 9)
    asked = np.array([keras.ops.convert_to_numpy(theirs(np.int64(step))) for step in some])
    assert_same_bits(np.float32([ours(step) for step in some]), asked, message)


@pytest.mark.keras
@pytest.mark.parametrize("number", range(100 if FULL else 12))
def test_keras_bits(keras, number):
    random = np.random.default_rng([6, number])
    compare(keras, *drawn(random))


@pytest.mark.keras
@pytest.mark.parametrize("name", [n for n in BY_HAND if "far" not in n])
def test_keras_bits_by_hand(keras, name):
    """The first two thousand steps of a schedule of each form."""
    kind, arguments, _ = BY_HAND[name]
    theirs = getattr(keras.optimizers.schedules, kind)(*arguments)
    ours = getattr(schedules, kind)(*arguments)
    expected = in_training(keras, theirs, range(2000))
    assert_same_bits(ours.rates(0, 2000, "float32"), expected + np.float32(0))


# --- in optimizers, configs and files -----------------------------------------------------------


@pytest.mark.keras
@pytest.mark.parametrize("name", BY_HAND)
def test_keras_writes_the_same(keras, name):
    kind, arguments, _ = BY_HAND[name]
    theirs = getattr(keras.optimizers.schedules, kind)(*arguments)
    ours = getattr(schedules, kind)(*arguments)
    written = schedules.serialize(ours)
    assert json.dumps(written) == json.dumps(keras.optimizers.schedules.serialize(theirs))
    again = schedules.deserialize(json.loads(json.dumps(written)))
    assert type(again) is type(ours) and again.get_config() == ours.get_config()
    for make in ("SGD", "Adam"):
        config = getattr(keras.optimizers, make)(theirs, name=make.lower()).get_config()
        assert getattr(engine.optimizers, make)(ours).get_config() == config
    optimizer = SGD.from_config(json.loads(json.dumps(SGD(ours).get_config())))
    assert optimizer.schedule.get_config() == ours.get_config()


def test_optimizer_tells_the_rate_of_the_next_step():
    optimizer = SGD(schedules.ExponentialDecay(0.5, 10, 0.25))
    assert optimizer.learning_rate == 0.5
    optimizer.iterations = 10
    assert optimizer.learning_rate == 0.125
    assert [v.name for v in optimizer.variables] == ["iteration"]


def test_a_schedule_is_not_set():
    optimizer = Adam(schedules.ExponentialDecay(0.5, 10, 0.25))
    with pytest.raises(TypeError, match="make it with a number.*Received: learning_rate=0.1"):
        optimizer.learning_rate = 0.1
    assert optimizer.learning_rate == 0.5
    optimizer.learning_rate = schedules.ExponentialDecay(0.25, 10, 0.25)  # as in Keras
    assert optimizer.learning_rate == 0.25


@pytest.mark.keras
def test_keras_refuses_it_too(keras):
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.5, 10, 0.25))
    with pytest.raises(TypeError, match="not settable"):
        optimizer.learning_rate = 0.1
    assert len(optimizer.variables) == 1


def test_a_schedule_of_your_own():
    class Halved(LearningRateSchedule):
        def __call__(self, step):
            return 0.5 ** (1 + step // 3)

    model = small(SGD(Halved()))
    model.fit(*rows(), batch_size=4, epochs=1, verbose=0)
    assert model.optimizer.iterations == 3 and model.optimizer.learning_rate == 0.25
    with pytest.raises(NotImplementedError, match="get_config"):
        model.optimizer.get_config()
    for wrong in (lambda self, step: -1.0, lambda self, step: math.nan):
        broken = type("Broken", (LearningRateSchedule,), {"__call__": wrong})
        with pytest.raises(ValueError, match="Broken to give a finite number ≥ 0"):
            small(SGD(broken())).fit(*rows(), verbose=0)
    with pytest.raises(NotImplementedError, match="__call__"):
        LearningRateSchedule()(0)


def small(optimizer):
    engine.utils.set_random_seed(3)
    layers = [engine.Input((2,)), engine.layers.Dense(3, "tanh"), engine.layers.Dense(1)]
    model = engine.Sequential(layers)
    model.compile(optimizer, "mse")
    return model


def rows():
    x = np.random.default_rng(0).normal(size=(12, 2))
    return x, x.sum(1)


@pytest.mark.parametrize("kind", [SGD, Adam])
def test_a_file_brings_it_back(kind, tmp_path):
    """The training goes on with the same bits; the weights' file holds no learning rate."""
    schedule = schedules.CosineDecay(0.1, 40)
    whole = small(kind(schedule))
    whole.fit(*rows(), batch_size=4, epochs=6, verbose=0)
    model = small(kind(schedule))
    model.fit(*rows(), batch_size=4, epochs=3, verbose=0)
    model.save(tmp_path / "m.keras")
    model = engine.saving.load_model(tmp_path / "m.keras")
    assert model.optimizer.schedule.get_config() == schedule.get_config()
    model.fit(*rows(), batch_size=4, epochs=3, verbose=0)
    for ours, expected in zip(model.get_weights(), whole.get_weights(), strict=True):
        assert_same_bits(ours, expected)
    model.save_weights(tmp_path / "m.weights.h5")
    other = small(kind(schedule))
    other.load_weights(tmp_path / "m.weights.h5")
    assert other.optimizer.iterations == 18


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_keras_reads_the_file_and_we_read_keras_file(keras, tmp_path):
    model = small(Adam(schedules.CosineDecay(0.1, 40)))
    model.fit(*rows(), batch_size=4, epochs=3, verbose=0)
    model.save(tmp_path / "ours.keras")
    theirs = keras.models.load_model(tmp_path / "ours.keras")
    theirs.save(tmp_path / "theirs.keras")
    again = engine.saving.load_model(tmp_path / "theirs.keras")
    x, y = (v.astype(np.float32) for v in rows())
    for trained in (model, theirs, again):
        trained.fit(x, y, batch_size=4, epochs=3, verbose=0, shuffle=False)
    for ours, expected, read in zip(
        *(m.get_weights() for m in (model, theirs, again)), strict=True
    ):
        assert_same_bits(ours, expected)
        assert_same_bits(read, expected)


def test_many_fits_and_traces_follow_it():
    schedule = schedules.PolynomialDecay(0.1, 7)
    model = small(Adam(schedule))
    fits = engine.fit_many(model, *rows(), seeds=[3], batch_size=4, epochs=3, verbose=0)
    engine.utils.set_random_seed(3)
    single = small(Adam(schedule))
    single.fit(*rows(), batch_size=4, epochs=3, verbose=0)
    for many, expected in zip(fits.weights, single.get_weights(), strict=True):
        assert_same_bits(many[0], expected)
    trace = single.trace(*rows(), apply=False)
    assert trace.settings["learning_rate"] == schedule.rates(9, 1, "float32")[0]
    told = engine.study.step(single, *rows())
    single.train_on_batch(*rows())
    for weight, expected in zip(single.get_weights(), told.weights, strict=True):
        np.testing.assert_allclose(weight, expected, rtol=1e-5, atol=1e-6)


BAD = [
    ("ExponentialDecay", ("0.1", 10, 0.9), TypeError, "initial_learning_rate='0.1'"),
    ("ExponentialDecay", (-0.1, 10, 0.9), ValueError, "initial_learning_rate=-0.1"),
    ("ExponentialDecay", (math.nan, 10, 0.9), ValueError, "initial_learning_rate=nan"),
    ("ExponentialDecay", (0.1, 0, 0.9), ValueError, "> 0. Received: decay_steps=0"),
    ("ExponentialDecay", (0.1, True, 0.9), TypeError, "decay_steps=True"),
    ("ExponentialDecay", (0.1, 10, 0.9, 1), TypeError, "staircase=1"),
    ("ExponentialDecay", (0.1, 10, 0.9, False, 7), TypeError, "name=7"),
    ("InverseTimeDecay", (0.1, -1, 0.9), ValueError, "decay_steps=-1"),
    ("PolynomialDecay", (0.1, 0), ValueError, "decay_steps=0"),
    ("PolynomialDecay", (0.1, 9, 0.1, None), TypeError, "power=None"),
    ("CosineDecay", (0.1, 0), ValueError, "decay_steps=0"),
    ("CosineDecay", (0.1, 9, 0.0, "x", "0.1"), TypeError, "warmup_target='0.1'"),
    ("CosineDecayRestarts", (0.1, 0), ValueError, "first_decay_steps=0"),
    ("CosineDecayRestarts", (0.1, 9, 0.0), ValueError, "t_mul=0.0"),
    ("PiecewiseConstantDecay", (3, [0.1]), TypeError, "boundaries=3"),
    ("PiecewiseConstantDecay", ([3], [0.1]), ValueError, "one value more"),
    ("PiecewiseConstantDecay", ([3, 3], [0.1, 0.2, 0.3]), ValueError, "boundaries to grow"),
    ("PiecewiseConstantDecay", ([3], [0.1, "0.2"]), TypeError, "'0.2'"),
]


@pytest.mark.parametrize(("kind", "arguments", "error", "message"), BAD)
def test_bad_arguments(kind, arguments, error, message):
    with pytest.raises(error, match=f"Expected .*{message}"):
        getattr(schedules, kind)(*arguments)


@pytest.mark.parametrize(
    ("config", "error"),
    [
        (None, TypeError),
        ({"class_name": "Nothing", "config": {}}, ValueError),
        ({"class_name": "ExponentialDecay", "config": {"decay": 3}}, TypeError),
    ],
)
def test_bad_configs(config, error):
    with pytest.raises(error, match=r"Expected .*Received"):
        schedules.deserialize(config)
