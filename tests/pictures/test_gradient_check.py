import numpy as np
import pytest

import engine
from engine.pictures import plot_gradient_check
from engine.study import gradient_check


def model():
    engine.utils.set_random_seed(3)
    made = engine.Sequential([engine.Input((2,)), engine.layers.Dense(1, "sigmoid")])
    made.compile("sgd", "mse")
    return made


def test_the_line_is_the_curve():
    check = gradient_check(model(), np.eye(2), np.array([0.0, 1.0]))
    line = plot_gradient_check(check).lines[0]
    assert line.get_xdata().tolist() == sorted(check.curve)


def test_what_is_not_a_check():
    for wrong in (None, model(), {0.1: 1.0}):
        with pytest.raises(TypeError, match="Expected a GradientCheck, as engine.study"):
            plot_gradient_check(wrong)
