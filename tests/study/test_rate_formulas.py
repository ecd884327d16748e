"""The rate of every schedule, at its turning points, comes to what the training takes."""

import numpy as np
import pytest

import engine
from engine.optimizers import schedules
from engine.study.rate_formulas import rates

SCHEDULES = {
    "exponential": lambda: schedules.ExponentialDecay(0.1, 3, 0.5),
    "in stairs": lambda: schedules.ExponentialDecay(0.1, 3, 0.5, staircase=True),
    "inverse": lambda: schedules.InverseTimeDecay(0.1, 3, 0.5),
    "inverse in stairs": lambda: schedules.InverseTimeDecay(0.1, 3, 0.5, staircase=True),
    "polynomial": lambda: schedules.PolynomialDecay(0.1, 4, 0.01, power=2.0),
    "in cycles": lambda: schedules.PolynomialDecay(0.1, 4, 0.01, power=0.5, cycle=True),
    "pieces": lambda: schedules.PiecewiseConstantDecay([2, 5], [0.1, 0.05, 0.01]),
    "cosine": lambda: schedules.CosineDecay(0.1, 6, alpha=0.1),
    "warmed up": lambda: schedules.CosineDecay(0.0, 6, warmup_target=0.1, warmup_steps=3),
    "restarts": lambda: schedules.CosineDecayRestarts(0.1, 2, t_mul=2.0, m_mul=0.5, alpha=0.1),
    "even restarts": lambda: schedules.CosineDecayRestarts(0.1, 3, t_mul=1.0),
}


class Mine(schedules.LearningRateSchedule):
    """One of a user's, without a config."""

    def __call__(self, step):
        return 0.1 / (1 + step)


def traced(schedule, optimizer, steps):
    model = engine.Sequential([engine.Input((2,)), engine.layers.Dense(1)])
    model.compile(optimizer(schedule), "mse")
    x, y = np.ones((3, 2)), np.zeros((3, 1))
    return [model.trace(x, y, apply=True) for _ in range(steps)]


@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules(name):
    schedule = SCHEDULES[name]()
    for s, told in enumerate(traced(schedule, engine.optimizers.SGD, 10)):
        (equation,) = rates(told)
        assert equation.symbol.text() == "α"
        assert equation.value == schedule.rates(s, 1, "float32")[0] == np.float32(told.rate)
        assert equation.formula.value == pytest.approx(equation.value, rel=2e-6, abs=1e-8)
        assert type(schedule).__name__ in equation.remark
        assert equation.text().startswith("α = ")


def test_a_schedule_of_the_users():
    told = traced(Mine(), engine.optimizers.SGD, 3)[-1]
    (equation,) = rates(told)
    assert equation.value == pytest.approx(0.1 / 3)
    assert "Mine" in equation.remark and "what it says" in equation.remark


def test_adam_behind_a_schedule():
    """First α, then α_t of it."""
    told = traced(SCHEDULES["exponential"](), engine.optimizers.AdamW, 4)[-1]
    alpha, of_step = rates(told)
    assert (alpha.symbol.text(), of_step.symbol.text()) == ("α", "αₜ")
    assert alpha.formula.value == pytest.approx(0.05, rel=1e-6)
    assert of_step.formula.value == pytest.approx(told.rate, rel=1e-4)


def test_one_scale_for_all_gradients():
    told = traced(0.1, lambda rate: engine.optimizers.SGD(rate, global_clipnorm=0.01), 1)[-1]
    length, scale = rates(told)
    whole = np.sqrt(sum(float(np.sum(w.gradient.astype("f8") ** 2)) for w in told.weights))
    assert length.text().startswith("‖G‖ = √(‖dW‖² + ‖db‖²)")
    assert length.value == pytest.approx(whole, rel=1e-6)
    assert scale.formula.value == pytest.approx(0.01 / whole, rel=1e-6)


def test_nothing_to_say_of_plain_descent():
    assert rates(traced(0.1, engine.optimizers.SGD, 1)[0]) == []
