"""The compiled step is judged by the plain one: weights, slots, gradients, loss.

tests/study judges the plain step by finite differences; here every combination that a model can
be made of runs through the kernels beside it, two steps in a row, on numbers that are not special.
"""

from itertools import cycle

import numpy as np
import pytest

import engine
from engine.optimizers import SGD, Adam
from engine.study import step
from tests.study.nets import ACTIVATIONS, FORMS, make_data, make_model, penalized, smooth_case
from tests.tolerances import assert_close

OPTIMIZERS = {
    "SGD": lambda: SGD(0.05),
    "momentum": lambda: SGD(0.1, momentum=0.9),
    "Nesterov": lambda: SGD(0.1, momentum=0.9, nesterov=True),
    "Adam": lambda: Adam(0.01),
    "AMSGrad": lambda: Adam(0.01, amsgrad=True),
}
BATCHES = (1, 5, 16, 20)


def parts(model, flat):
    """A flat buffer of the program, cut up like the weights."""
    sizes = np.cumsum([0, *(w.array.size for w in model.weights)])
    shapes = [w.shape for w in model.weights]
    return [flat[a:b].reshape(s) for a, b, s in zip(sizes, sizes[1:], shapes, strict=False)]


def assert_step(model, x, y, w, message):
    """One step by the kernels gives what the plain step says."""
    expected = step(model, x, y, w)
    loss = model.train_on_batch(x, y, sample_weight=w)
    dtype = model.weights[0].dtype
    at_once = len(x) == 1 and model.optimizer.get_config().get("momentum") == 0.0
    gradients = parts(model, model._program().gradients)
    # Plain descent on a single row uses gradients at once, unless there are penalties.
    if not at_once or model._program().penalties:
        for actual, wanted in zip(gradients, expected.gradients, strict=True):
            assert_close(actual, wanted, "gradient", message)
    for actual, wanted in zip(model.get_weights(), expected.weights, strict=True):
        assert_close(actual, wanted, "step", message)
    size = model.count_params()
    for number, slot in enumerate(model.optimizer.slots):
        wanted = np.concatenate([s[number].ravel() for s in expected.slots])
        assert_close(slot[:size], wanted, "slot", message)
    assert_close(np.array(loss, dtype), np.array(expected.loss, dtype), "loss", message)


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_activations_and_losses(floatx, form, rng):
    optimizers = cycle(OPTIMIZERS.items())
    for hidden in ACTIVATIONS:
        for rows in BATCHES:
            for use_bias in (True, False):
                for weighted in (True, False):
                    name, optimizer = next(optimizers)
                    case = smooth_case(form, hidden, rows, rng, use_bias, optimizer())
                    model, x, y, w = case
                    message = (hidden, rows, use_bias, weighted, name)
                    assert_step(model, x, y, w if weighted else None, message)
                    assert_step(model, x, y, w if weighted else None, message)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers(floatx, name, rng):
    """Many steps: the slots grow old, the step count enters Adam's correction."""
    for form in (FORMS[0], FORMS[3], FORMS[-1]):
        model = make_model(form, "tanh", rng, optimizer=OPTIMIZERS[name]())
        for number in range(25):
            x, y, w = make_data(form, BATCHES[number % 4], rng)
            assert_step(model, x, y, w if number % 3 == 0 else None, (str(form), number))


@pytest.mark.parametrize("sizes", [(1, 1), (2, 2, 2), (7, 9, 1), (20, 33, 17, 3), (3, 70, 1, 2)])
def test_sizes(floatx, sizes, rng):
    """Widths around the tiles and registers of the kernels, and a layer of one unit in between."""
    for rows in (1, 2, 7, 8, 15, 16, 17, 40):
        layers = [engine.layers.Dense(n, activation="tanh") for n in sizes[1:-1]]
        model = engine.Sequential(
            [engine.Input((sizes[0],)), *layers, engine.layers.Dense(sizes[-1])]
        )
        model.compile(SGD(0.1), "mse")
        model.set_weights([rng.normal(size=w.shape) for w in model.weights])
        x, y = rng.normal(size=(rows, sizes[0])), rng.normal(size=(rows, sizes[-1]))
        for _ in range(2):
            assert_step(model, x, y, None, rows)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_penalties(floatx, name, rng):
    """Every class of regularizer, with and without biases, many steps."""
    for form in (FORMS[0], FORMS[3], FORMS[-1]):
        for use_bias in (True, False):
            model = make_model(form, "tanh", rng, use_bias, OPTIMIZERS[name](), penalized())
            for number in range(8):
                x, y, w = make_data(form, BATCHES[number % 4], rng)
                assert_step(model, x, y, w if number % 3 == 0 else None, (str(form), number))


def test_gradients_from_the_weights_alone(rng):
    """SGD with a rate of 1 subtracts the gradient: nothing internal is looked at."""
    before = engine.config.floatx()
    engine.config.set_floatx("float64")
    try:
        for form in FORMS:
            model, x, y, w = smooth_case(form, "tanh", 6, rng, optimizer=SGD(1.0))
            old, expected = model.get_weights(), step(model, x, y, w).gradients
            model.train_on_batch(x, y, sample_weight=w)
            for a, b, g in zip(old, model.get_weights(), expected, strict=True):
                assert_close(a - b, g, "step", str(form))
    finally:
        engine.config.set_floatx(before)


def test_dead_units_and_kinks(floatx):
    """relu'(0) = 0: a unit that is exactly 0 learns nothing, its successor's bias does."""
    for activation, slope in (("relu", 0.0), ("leaky_relu", 0.2)):
        model = engine.Sequential(
            [
                engine.Input((2,)),
                engine.layers.Dense(3, activation=activation),
                engine.layers.Dense(1),
            ]
        )
        model.compile(SGD(0.5), "mse")
        kernel, ones = np.array([[1.0, -1.0, 2.0], [-1.0, 1.0, 1.0]]), np.ones((3, 1))
        model.set_weights([kernel, np.zeros(3), ones, np.zeros(1)])
        # z = (0, 0, 3), p = 3, y = 1: dp = 2·(3 − 1) = 4
        model.train_on_batch(np.ones((1, 2)), np.ones((1, 1)))
        first, bias, second, last = model.get_weights()
        assert_close(last, np.array([-2.0], floatx), "step")
        assert_close(second, np.array([[1.0], [1.0], [-5.0]], floatx), "step")
        expected = kernel - 0.5 * np.array([[4 * slope, 4 * slope, 4.0]] * 2)
        assert_close(first, expected.astype(floatx), "step")
        assert_close(bias, -0.5 * np.array([4 * slope, 4 * slope, 4.0], floatx), "step")
