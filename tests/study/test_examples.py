"""Examples with published or hand-worked numbers."""

import numpy as np
import pytest

import engine
from engine.optimizers import SGD, Adam
from engine.study import step
from tests.study.examples import (
    PUBLISHED_LOSS,
    PUBLISHED_OUTPUTS,
    PUBLISHED_WEIGHTS,
    assert_adam_by_hand,
    assert_published,
    one_weight,
    published_network,
)
from tests.tolerances import assert_close


def by_kernels(model, x, y):
    model.train_on_batch(x, y)
    return model.get_weights()


def by_formulas(model, x, y):
    return step(model, x, y).weights


@pytest.mark.parametrize("trained", [by_kernels, by_formulas])
def test_two_two_two_network(trained):
    assert_published(trained)


def test_two_two_two_network_goes_on():
    """The text repeats the step 10,000 times and arrives at an error of 0.0000351085."""
    model, x, y = published_network()
    model.fit(x, y, batch_size=1, epochs=10_000, verbose=0)
    outputs = model.predict(x, verbose=0)
    assert np.abs(outputs - [[0.015912196, 0.984065734]]).max() < 6e-3  # biases learn as well here
    assert np.sum(np.square(y - outputs)) / 2 < 3.6e-5


@pytest.mark.parametrize("trained", [by_kernels, by_formulas])
def test_adam_by_hand(trained):
    assert_adam_by_hand(trained)


def test_first_step_of_adam_is_the_sign(rng):
    """While √v ≫ ε̂ the first step is α·sign(g), whatever the size of the gradient."""
    for size in (1e-1, 1.0, 1e3):
        model, x, y = one_weight(Adam(0.1), target=1 - size / 2)
        assert abs(by_kernels(model, x, y)[0][0, 0] - 0.9) < 1e-5
        model, x, y = one_weight(Adam(0.1), target=1 + size / 2)
        assert abs(by_kernels(model, x, y)[0][0, 0] - 1.1) < 1e-5


def test_softmax_gradient_is_p_minus_y():
    """z = ln(1, 2, 5): p = (1, 2, 5)/8, and dz = p − y."""
    model = engine.Sequential([engine.Input((1,)), engine.layers.Dense(3, activation="softmax")])
    model.compile(SGD(1.0), "categorical_crossentropy")
    z = np.log([1.0, 2.0, 5.0])
    model.set_weights([np.zeros((1, 3)), z])
    x, y = np.ones((1, 1)), np.array([[0.0, 1.0, 0.0]])
    done = step(model, x, y)
    slope = np.array([[1 / 8, 2 / 8 - 1, 5 / 8]], "float32")
    assert_close(done.layers[-1].dz, slope, "step")
    assert abs(done.loss - np.log(4)) < 1e-6
    weights = by_kernels(model, x, y)
    assert_close(weights[1], (z - slope[0]).astype("float32"), "step")
    assert_close(weights[0], -slope, "step")


def test_logistic_unit():
    """ln 3 as the logit: p = ¾, the loss ln 4 for y = 0 and ln(4/3) for y = 1; dz = p − y."""
    for label, loss in ((0.0, np.log(4)), (1.0, np.log(4 / 3))):
        model = engine.Sequential(
            [engine.Input((1,)), engine.layers.Dense(1, activation="sigmoid")]
        )
        model.compile(SGD(1.0), "binary_crossentropy")
        model.set_weights([[[0.0]], [np.log(3)]])
        x, y = np.full((1, 1), 2.0), np.full((1, 1), label)
        assert abs(step(model, x, y).loss - loss) < 1e-6
        kernel, bias = by_kernels(model, x, y)
        assert abs(kernel[0, 0] + 2 * (0.75 - label)) < 1e-6
        assert abs(bias[0] - (np.log(3) - (0.75 - label))) < 1e-6


def test_mean_over_the_batch():
    """Two equal rows are one row: the factor 1/batch."""
    x, y = np.array([[2.0]]), np.array([[3.0]])
    single, doubled = (one_weight(SGD(0.1))[0] for _ in range(2))
    a = by_kernels(single, x, y)
    b = by_kernels(doubled, np.repeat(x, 2, 0), np.repeat(y, 2, 0))
    assert_close(a[0], b[0], "step")
    assert abs(a[0][0, 0] - (1 - 0.1 * 2 * 2 * (2 - 3))) < 1e-6  # w − α·2x(wx − y)


def test_momentum_by_hand():
    """A constant gradient of 1, α = 0.1, μ = 0.5: steps of 0.1, 0.15, 0.175; Nesterov's lead."""
    for nesterov, places in (
        (False, (0.9, 0.75, 0.575)),
        (True, (0.85, 0.675, 0.4875)),
    ):
        model = one_weight(SGD(0.1, momentum=0.5, nesterov=nesterov))[0]
        for place in places:
            weight = model.get_weights()[0]
            (kernel,) = by_kernels(model, np.ones((1, 1)), weight - 0.5)  # dp = 2·½
            assert abs(kernel[0, 0] - place) < 1e-6


def test_published_numbers_are_consistent():
    """The text's own numbers: its outputs and its loss belong together."""
    loss = np.sum(np.square(np.array([0.01, 0.99]) - PUBLISHED_OUTPUTS)) / 2
    assert abs(loss - PUBLISHED_LOSS) < 1e-8
    assert len(PUBLISHED_WEIGHTS) == 8


def test_xor_is_solved():
    """What one unit cannot learn and a hidden layer can (Minsky & Papert 1969)."""
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], "float32")
    y = np.array([[0], [1], [1], [0]], "float32")
    engine.utils.set_random_seed(1)
    dense = engine.layers.Dense
    hidden = engine.Sequential(
        [engine.Input((2,)), dense(4, activation="tanh"), dense(1, activation="sigmoid")]
    )
    alone = engine.Sequential([engine.Input((2,)), dense(1, activation="sigmoid")])
    for model in (hidden, alone):
        model.compile(Adam(0.05), "binary_crossentropy", metrics=["accuracy"])
        model.fit(x, y, batch_size=4, epochs=600, verbose=0)
    assert hidden.evaluate(x, y, verbose=0)[1] == 1.0
    assert hidden.predict(x, verbose=0).round().tolist() == y.tolist()
    loss, accuracy = alone.evaluate(x, y, verbose=0)
    assert accuracy <= 0.75 and abs(loss - np.log(2)) < 1e-3  # its best answer is ½ everywhere


def test_one_unit_learns_or():
    """Rosenblatt's theorem: what a line can separate is learned."""
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], "float32")
    y = np.array([[0], [1], [1], [1]], "float32")
    engine.utils.set_random_seed(2)
    model = engine.Sequential([engine.Input((2,)), engine.layers.Dense(1, activation="sigmoid")])
    model.compile(SGD(1.0), "binary_crossentropy", metrics=["accuracy"])
    model.fit(x, y, batch_size=4, epochs=300, verbose=0)
    assert model.evaluate(x, y, verbose=0)[1] == 1.0


def test_linear_regression_finds_the_least_squares():
    """Full batches of a convex problem end in NumPy's own solution."""
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(50, 3)), rng.normal(size=(50, 2))
    model = engine.Sequential([engine.Input((3,)), engine.layers.Dense(2)])
    model.compile(SGD(0.2), "mse")
    model.fit(x, y, batch_size=50, epochs=500, verbose=0)
    best = np.linalg.lstsq(np.column_stack([x, np.ones(50)]), y, rcond=None)[0]
    assert np.abs(np.vstack(model.get_weights()[:1]) - best[:3]).max() < 1e-5
    assert np.abs(model.get_weights()[1] - best[3]).max() < 1e-5
