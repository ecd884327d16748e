"""A loss that is no number: where the training stops, what is named, what is left."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import engine
from engine.callbacks import Callback, LambdaCallback, LearningRateScheduler, TerminateOnNaN
from engine.models import NonFiniteError
from engine.models import repeating as room
from engine.optimizers import SGD, Adam
from engine.optimizers.schedules import ExponentialDecay
from engine.random import seeds

X = np.random.default_rng(0).normal(size=(200, 4)).astype(np.float32)
Y = X.sum(1)


@pytest.fixture(autouse=True)
def afterwards():
    yield
    engine.config.set_nonfinite_policy("stop")
    seeds.put_random_seed(None)


def network(optimizer, activation="relu"):
    engine.utils.set_random_seed(1)
    layers = [
        engine.layers.Dense(8, activation, name="first"),
        engine.layers.Dense(8, activation, name="second"),
        engine.layers.Dense(1, name="last"),
    ]
    model = engine.Sequential([engine.Input((4,)), *layers])
    model.compile(optimizer, "mse")
    return model


def error_of(model, x=X, y=Y, **arguments):
    with pytest.raises(NonFiniteError) as caught:
        model.fit(x, y, batch_size=10, **{"epochs": 50, "verbose": 0, **arguments})
    return caught.value


def step_by_step(optimizer, x=X, y=Y):
    """The number of the step that leaves the losses or a weight not finite; weights before it."""
    engine.config.set_nonfinite_policy("continue")
    model = network(optimizer)
    order = engine.random.epoch_order(200, 1)
    total = np.float32(0)
    for step in range(10_000):
        total = np.float32(0) if step % 20 == 0 else total
        before = model.get_weights()
        some = order[np.arange(step * 10, step * 10 + 10) % 200]
        loss = model.train_on_batch(x[some], y[some])
        with np.errstate(over="ignore"):
            total += np.float32(loss) * np.float32(10)
        if not np.isfinite(total) or not all(np.isfinite(w).all() for w in model.get_weights()):
            engine.config.set_nonfinite_policy("stop")
            return step, before
    raise AssertionError("it never overflows")


batches = LambdaCallback(on_train_batch_end=lambda batch, logs: None)
epochs = LambdaCallback(on_epoch_end=lambda epoch, logs: None)

FITS = {
    "plain": {},
    "a bar": {"verbose": 1},
    "lines": {"verbose": 2},
    "validation": {"validation_data": (X[:30], Y[:30])},
    "hooks for epochs": {"callbacks": [epochs]},
    "hooks for batches": {"callbacks": [batches]},
}


@pytest.mark.parametrize("rate", [2.0, 5.0, 1e20, ExponentialDecay(1e-3, 300, 30.0)])
@pytest.mark.parametrize("fit", FITS)
def test_stops_before_the_step(fit, rate, capsys):
    """The weights, the slots and the count are those from before the first wrong step."""
    step, before = step_by_step(SGD(rate, momentum=0.9))
    model = network(SGD(rate, momentum=0.9))
    error = error_of(model, **FITS[fit])
    assert (error.epoch, error.step) == (step // 20, step % 20 + 1)
    assert model.optimizer.iterations == step
    assert f"in step {error.step} of 20 of epoch {error.epoch + 1}: " in str(error)
    assert "The model keeps the state" in str(error)
    for ours, expected in zip(model.get_weights(), before, strict=True):
        assert ours.tobytes() == expected.tobytes()
    assert np.isfinite(model.optimizer.slots[0]).all()
    assert len(model.history.epoch) == error.epoch


def weights_of(scales):
    model = network(SGD(1e-3), "linear")
    shape = [(4, 8), (8,), (8, 8), (8,), (8, 1), (1,)]
    model.set_weights([np.full(s, v) for s, v in zip(shape, scales, strict=True)])
    return model


# name: (scales of kernels and biases, features, labels, (layer, part), optimizer)
CULPRITS = {
    "first output": ((1e20, 0, 1, 0, 1, 0), 1e20, 0, ("first", "output")),
    "second output": ((1, 0, 1e30, 0, 1e-30, 0), 1e20, 0, ("second", "output")),
    "last output": ((1, 0, 1, 0, 3e38, 0), 1e3, 0, ("last", "output")),
    "loss": ((1, 0, 1, 0, 1e17, 0), 1e3, 0, ("last", "loss")),
    "labels": ((1, 0, 1, 0, 1, 0), 1, 1e30, ("last", "loss")),
    "gradient": ((1e-30, 0, 1e30, 0, 1e5, 0), 1e10, 1e15, ("first", "gradient")),
}


@pytest.mark.parametrize("name", CULPRITS)
def test_names_the_layer(name):
    scales, x, y, found = CULPRITS[name]
    model = weights_of(scales)
    error = error_of(model, np.full((20, 4), x, np.float32), np.full(20, y))
    assert (error.layer, error.part) == found, str(error)
    assert error.step == 1 and repr(found[0]) in str(error)


@pytest.mark.parametrize("behind", [False, True])
def test_names_a_layer_without_weights(behind):
    """Not the one behind it, whose input was not finite."""
    engine.utils.set_random_seed(1)
    culprit = engine.layers.Rescaling(1e30, name="culprit")
    first = engine.layers.Dense(4, name="first")
    layers = [first, culprit] if behind else [culprit, first]
    model = engine.Sequential([engine.Input((4,)), *layers, engine.layers.Dense(1, name="last")])
    model.compile("sgd", "mse")
    error = error_of(model, np.full((20, 4), 1e20, np.float32), np.zeros(20))
    assert (error.layer, error.part) == ("culprit", "output")
    assert "the output of layer 'culprit', whose input is finite" in str(error)


def test_an_update_that_overflows():
    model = network(SGD(3e38))
    error = error_of(model, X, Y * 1e3)
    assert (error.part, error.layer) == ("weights", "first") and error.step == 1
    assert all(np.isfinite(w).all() for w in model.get_weights())


def test_a_schedule_and_adam():
    schedule = ExponentialDecay(1e-3, 5, 1e3)
    model = network(Adam(schedule))
    error = error_of(model)
    assert all(np.isfinite(w).all() for w in model.get_weights())
    assert model.optimizer.iterations == error.epoch * 20 + error.step - 1


def test_rates_that_callbacks_set_are_followed():
    model = network(SGD(0.001))
    raising = LearningRateScheduler(lambda epoch, rate: 0.001 if epoch < 3 else 2.0)
    error = error_of(model, callbacks=[raising])
    assert error.epoch >= 3 and error.layer is not None


def test_an_order_by_chance():
    """Without a seed each epoch has an order of its own; a copy from before it is enough."""
    model = network(SGD(1e20))
    seeds.put_random_seed(None)
    error = error_of(model)
    assert error.layer is not None and "keeps the state" in str(error)


class Meddles(Callback):
    """Changes the weights where nobody can know."""

    def on_train_batch_end(self, batch, logs=None):
        if batch == 7:
            self.model.set_weights([w * 1e15 for w in self.model.get_weights()])


def test_what_cannot_be_repeated_is_not_claimed(monkeypatch):
    model = network(SGD(0.001))
    error = error_of(model, callbacks=[Meddles()])
    assert error.part is None and "cannot be told" in str(error) and "left as it is" in str(error)
    assert "at or before step" in str(error)
    monkeypatch.setattr(room, "MOST_BYTES", 100)
    model = network(SGD(1e20))
    error = error_of(model)
    assert error.layer == "first" and "weights of layer 'first' are the first" in str(error)
    assert not np.isfinite(model.get_weights()[0]).all()


def test_continues_as_keras_if_asked_to():
    engine.config.set_nonfinite_policy("continue")
    assert engine.config.nonfinite_policy() == "continue"
    history = network(SGD(5.0)).fit(X, Y, epochs=3, batch_size=10, verbose=0)
    assert len(history.epoch) == 3 and np.isnan(history.history["loss"][-1])


def test_a_callback_comes_first(capsys):
    history = network(SGD(5.0)).fit(X, Y, epochs=9, verbose=0, callbacks=[TerminateOnNaN()])
    assert len(history.epoch) < 9 and "Invalid loss" in capsys.readouterr().out


def test_can_be_pickled():
    error = error_of(network(SGD(5.0)))
    again = pickle.loads(pickle.dumps(error))
    assert isinstance(again, ArithmeticError) and vars(again) == vars(error)
    assert str(again) == str(error)


@pytest.mark.parametrize(("value", "error"), [("raise", ValueError), (None, TypeError)])
def test_bad_policies(value, error):
    with pytest.raises(error, match='Expected value to be "stop" or "continue"'):
        engine.config.set_nonfinite_policy(value)
