"""The optimizers' formulas in plain NumPy, judged by the texts they come from."""

import numpy as np
import pytest

import engine
from engine.optimizers import SGD, Adam
from engine.optimizers.adam import blend, largest_yet, move, step_size
from engine.optimizers.sgd import descend, gather_momentum, look_ahead
from tests.tolerances import assert_close


def gradients(steps=50, size=7):
    return np.random.default_rng(3).normal(size=(steps, size)) * 10.0 ** -np.arange(size)


def test_adam_is_the_form_before_section_2_1():
    """Kingma & Ba: with ε̂ = ε·√(1 − β₂ᵗ) it is Algorithm 1 exactly."""
    alpha, b1, b2, epsilon = 0.01, 0.9, 0.999, 1e-8
    w, m, v = np.ones(7), np.zeros(7), np.zeros(7)
    expected, em, ev = w.copy(), m.copy(), v.copy()
    for t, g in enumerate(gradients(), 1):
        m, v = blend(m, g, 1 - b1), blend(v, g * g, 1 - b2)
        w = move(w, m, v, step_size(alpha, b1**t, b2**t), epsilon * np.sqrt(1 - b2**t))
        em, ev = b1 * em + (1 - b1) * g, b2 * ev + (1 - b2) * g * g
        expected = expected - alpha * (em / (1 - b1**t)) / (np.sqrt(ev / (1 - b2**t)) + epsilon)
        assert_close(w, expected, "step")


def test_the_two_epsilons_differ():
    """For a first gradient of 1e-7 the steps are 16 times apart."""
    g, alpha, epsilon = 1e-7, 0.1, 1e-7
    hat = -move(0.0, 0.1 * g, 1e-3 * g * g, step_size(alpha, 0.9, 0.999), epsilon)
    textbook = alpha * g / (g + epsilon)
    assert 16 < textbook / hat < 17


def test_amsgrad_never_shrinks():
    v_hat = np.zeros(3)
    for v in np.random.default_rng(1).random((20, 3)):
        new = largest_yet(v_hat, v)
        assert (new >= v_hat).all() and (new >= v).all() and ((new == v_hat) | (new == v)).all()
        v_hat = new


def test_momentum_is_a_geometric_series():
    """After many equal gradients the speed is α/(1 − μ)."""
    m = np.zeros(1)
    for _ in range(400):
        m = gather_momentum(m, 1.0, 0.1, 0.9)
    assert_close(-m, np.ones(1), "step")
    assert_close(look_ahead(np.zeros(1), m, 1.0, 0.1, 0.9), m, "step")
    assert descend(1.0, 2.0, 0.25) == 0.5


def test_nesterov_is_momentum_seen_from_ahead():
    """Sutskever et al.: the weights kept are the looked-ahead ones, w' = w + μ·m."""
    mu, alpha = 0.9, 0.01
    kept, m = np.array([1.0, -2.0]), np.zeros(2)
    plain, speed = kept.copy(), np.zeros(2)
    for _ in range(30):
        g = 3 * kept  # the gradient at the place looked ahead to
        m = gather_momentum(m, g, alpha, mu)
        kept = look_ahead(kept, m, g, alpha, mu)
        speed = mu * speed - alpha * 3 * (plain + mu * speed)
        plain = plain + speed
        assert_close(kept, plain + mu * speed, "step")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_step_sizes_of_many_steps(dtype):
    """α_t is formed in the model's type; it ends at α."""
    rates = Adam(0.01).rates(0, 20_000, dtype)
    assert rates.dtype == dtype and rates.shape == (20_000,)
    number = np.dtype(dtype).type
    t = np.arange(1, 20_001).astype("longdouble")
    beta_1, beta_2 = np.longdouble(number(0.9)), np.longdouble(number(0.999))
    exact = np.longdouble(number(0.01)) * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
    assert_close(rates, exact.astype(dtype), "step size")
    later = Adam(0.01).rates(500, 10, dtype)
    assert later.tolist() == rates[500:510].tolist()
    assert SGD(0.3).rates(7, 3, dtype).tolist() == [number(0.3)] * 3


def test_counts_and_slots():
    """Slots begin at zero, have the weights' order and go on over fits."""
    for optimizer, names in (
        (SGD(0.1), []),
        (SGD(0.1, momentum=0.5), ["momentum"]),
        (Adam(), ["momentum", "velocity"]),
        (Adam(amsgrad=True), ["momentum", "velocity", "velocity_hat"]),
    ):
        model = engine.Sequential([engine.Input((3,)), engine.layers.Dense(2)])
        model.compile(optimizer, "mse")
        rng = np.random.default_rng(0)
        x, y = rng.normal(size=(10, 3)), rng.normal(size=(10, 2))
        model.fit(x, y, batch_size=4, epochs=2, verbose=0)
        assert optimizer.iterations == 6 and optimizer.slot_names == names
        model.train_on_batch(x, y)
        assert optimizer.iterations == 7
        assert all(np.abs(slot[:8]).min() > 0 for slot in optimizer.slots)
