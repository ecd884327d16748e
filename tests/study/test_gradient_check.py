"""Right gradients pass for every loss, activation and size; wrong ones are found; kinks marked."""

from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest

import engine
from engine.study import arithmetic, between, gradient_check, orders
from tests.study import whole_nets
from tests.study.nets import ACTIVATIONS, FORMS, penalized, smooth_case
from tests.study.random_nets import draw

checking = import_module("engine.study.gradient_check")
tracing = import_module("engine.study.tracing")


def check(model, x, y, w=None, **options):
    return gradient_check(model, x, y, w, verbose=0, **options)


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_losses(form, rng):
    for weighted in (False, True):
        model, x, y, w = smooth_case(form, "tanh", 4, rng)
        told = check(model, x, y, w if weighted else None)
        assert told.passed, told
        assert all(np.abs(v.analytic).max() > 1e-5 for v in told.weights), "nothing to tell apart"


@pytest.mark.parametrize("hidden", ACTIVATIONS)
def test_activations(hidden, rng):
    for form in (FORMS[0], FORMS[3], FORMS[-1]):
        for use_bias in (True, False):
            model, x, y, w = smooth_case(form, hidden, 5, rng, use_bias)
            assert (told := check(model, x, y, w)).passed, told


@pytest.mark.parametrize("seed", range(0, 63, 3))
def test_any_network(seed):
    model, x, y, w, words = draw(seed)
    told = check(model, x[:25], y[:25], None if w is None else w[:25])
    assert told.passed, f"{words}\n{told}"


def test_the_model_stays_as_it_is(rng):
    model, x, y, w = smooth_case(FORMS[0], "tanh", 4, rng)
    before = model.get_weights()
    told = check(model, x, y, w)
    assert model.weights[0].dtype == "float32" and told.weights[0].analytic.dtype == "float64"
    assert not model.optimizer.built
    for ours, theirs in zip(before, model.get_weights(), strict=True):
        assert np.array_equal(ours, theirs)


# --- wrong derivatives ----------------------------------------------------------------------------


def slope(name, wrong):
    return lambda patch: patch.setitem(arithmetic.SLOPES, name, (wrong, wrong))


def instead(room, name, wrong):
    return lambda patch: patch.setattr(room, name, wrong(getattr(room, name)))


def times(factor):
    return lambda right: lambda *arguments: right(*arguments) * factor


def softmax_without_the_others(right):
    return lambda name, a, da: da * a if name == "softmax" else right(name, a, da)


def loss_gradient(change):
    def wrong(right):
        def loss(form, source, y, g):
            values, gradient = right(form, source, y, g)
            return values, change(gradient, source, y, g)

        return loss

    return wrong


WRONG = {
    "relu' = 1": ("relu", 0, slope("relu", lambda a, da: da)),
    "leaky_relu' = 0.3": (
        "leaky_relu",
        0,
        slope("leaky_relu", lambda a, da: np.where(a > 0, da, 0.3 * da)),
    ),
    "elu' = a": ("elu", 0, slope("elu", lambda a, da: np.where(a < 0, a * da, da))),
    "sigmoid' = a": ("sigmoid", 0, slope("sigmoid", lambda a, da: da * a)),
    "tanh' = 1 − a": ("tanh", 0, slope("tanh", lambda a, da: da * (1.0 - a))),
    "softmax' without the others": (
        "softmax",
        0,
        instead(arithmetic, "d_activate", softmax_without_the_others),
    ),
    "dW of the rows' mean": ("tanh", 0, instead(orders, "gradient_of_kernel", times(0.25))),
    "dW off by a millionth": ("tanh", 0, instead(orders, "gradient_of_kernel", times(1 + 1e-6))),
    "db of the rows' mean": ("tanh", 0, instead(orders, "gradient_of_bias", times(0.25))),
    "db forgets the last row": (
        "tanh",
        3,
        instead(orders, "gradient_of_bias", lambda right: lambda dz: right(dz[:-1])),
    ),
    "dx with another sign": ("tanh", 0, instead(orders, "gradient_of_input", times(-1.0))),
    "no mean over the rows": ("tanh", 0, instead(arithmetic, "share_of", times(4.0))),
    "no sample weights": (
        "tanh",
        0,
        instead(
            arithmetic, "share_of", lambda right: lambda s, f, w, *more: right(s, f, None, *more)
        ),
    ),
    "p + y": (
        "tanh",
        0,
        instead(arithmetic, "loss", loss_gradient(lambda d, s, y, g: d + 2 * y * g)),
    ),
    "the squares' 2 is missing": (
        "tanh",
        -1,
        instead(arithmetic, "loss", loss_gradient(lambda d, s, y, g: d / 2)),
    ),
    "no penalty": ("tanh", 0, instead(arithmetic, "d_penalty", times(0.0))),
    "half a penalty": ("tanh", 0, instead(arithmetic, "d_penalty", times(0.5))),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_derivatives_are_found(name, monkeypatch, rng):
    hidden, form, change = WRONG[name]
    model, x, y, w = smooth_case(FORMS[form], hidden, 4, rng, penalties=penalized())
    assert check(model, x, y, w).passed
    change(monkeypatch)
    told = check(model, x, y, w)
    assert not told.passed
    assert "FAILED" in str(told) and "FAILED" in repr(told)
    assert min(told.curve.values()) > 1e-7, "a plateau, whatever the step"


# --- kinks ----------------------------------------------------------------------------------------


def at_a_kink():
    """z of the first unit is 0 for x = (1, 1): its weights cannot be compared, the others can."""
    model = engine.Sequential(
        [engine.Input((2,)), engine.layers.Dense(2, "relu"), engine.layers.Dense(1)]
    )
    model.compile("sgd", "mse")
    model.set_weights([[[1.0, 0.5], [-1.0, 0.25]], [0.0, 0.1], [[0.7], [0.3]], [0.2]])
    return model, np.array([[1.0, 1.0], [2.0, 0.5]]), np.array([[1.0], [-1.0]])


def test_kinks_are_marked():
    told = check(*at_a_kink())
    assert told.passed
    first = told.weights[0]
    assert first.kinks.tolist() == [[True, False], [True, False]]
    assert told.weights[1].kinks.tolist() == [True, False]
    assert not told.weights[2].kinks.any()
    assert told.kinks == 3
    assert "3 of 9 parameters not compared: a kink within h" in str(told)
    assert first.error[0, 0] > 0.01, "it would have failed"


def test_the_kink_of_a_penalty():
    model = engine.Sequential(
        [engine.Input((2,)), engine.layers.Dense(1, kernel_regularizer=engine.regularizers.L1(0.1))]
    )
    model.compile("sgd", "mse")
    model.set_weights([[[0.0], [1.0]], [0.0]])
    told = check(model, np.ones((2, 2)), np.zeros((2, 1)))
    assert told.passed and told.weights[0].kinks.tolist() == [[True], [False]]


def test_the_limits_of_probabilities():
    """A p of exactly 1 − 1e-7 is between clipped and not clipped."""
    model = engine.Sequential([engine.Input((1,)), engine.layers.Dense(1, use_bias=False)])
    model.compile("sgd", "binary_crossentropy")
    model.set_weights([[[1e-7]]])
    told = check(model, np.ones((2, 1)), np.ones((2, 1)))
    assert told.kinks == 1 and not told.passed  # the only parameter


def test_nothing_to_compare_is_no_pass():
    """The only unit stands at its kink: a check that has compared nothing has shown nothing."""
    model = engine.Sequential([engine.Input((1,)), engine.layers.Dense(1, "relu")])
    model.compile("sgd", "mse")
    model.set_weights([[[0.0]], [0.0]])
    told = check(model, np.ones((2, 1)), np.ones((2, 1)))
    assert told.kinks == 2 and not told.passed
    assert "UNDECIDED" in str(told) and "0 of 2 parameters compared" in repr(told)


def test_gradients_of_zero_decide_nothing(rng):
    """Weights of 0 on all rows: whatever the factor of a gradient, it is 0."""
    model, x, y, _ = smooth_case(FORMS[0], "tanh", 4, rng)
    told = check(model, x, y, np.zeros(len(x)))
    assert told.compared > 0 and not told.decided and not told.passed


def test_a_large_loss_hides_small_errors(monkeypatch):
    """Labels of 1e6: differences of a loss of 1e12 see three digits of the gradients."""
    engine.utils.set_random_seed(0)
    model = engine.Sequential(
        [engine.Input((3,)), engine.layers.Dense(4, "tanh"), engine.layers.Dense(1)]
    )
    model.compile("sgd", "mse")
    x = np.random.default_rng(0).normal(size=(8, 3))
    told = check(model, x, np.full(8, 1e6))
    assert told.resolution > 1e-7 and not told.passed
    assert "so small beside the loss" in str(told)
    assert check(model, x, np.full(8, 1.0)).passed


def test_smaller_steps_meet_fewer_kinks():
    model, x, y = at_a_kink()
    model.set_weights([[[1.0, 0.5], [-1.0 + 1e-4, 0.25]], [0.0, 0.1], [[0.7], [0.3]], [0.2]])
    assert check(model, x, y).kinks == 0
    assert check(model, x, y, step=1e-3).kinks == 3


# --- what is told ---------------------------------------------------------------------------------


def test_the_curve():
    model, x, y, w, _ = draw(3)
    told = check(model, x, y, w)
    steps = sorted(told.curve)
    best = min(steps, key=told.curve.get)
    assert 1e-7 <= best <= 1e-3
    assert told.curve[steps[-1]] > 1e3 * told.curve[best] < told.curve[steps[0]]
    axes = told.plot()
    assert axes.get_xlabel() == "step h"
    line = axes.lines[0]
    assert line.get_xdata().tolist() == steps
    assert line.get_ydata().tolist() == [told.curve[s] for s in steps]
    assert told.plot(ax=axes) is axes


def test_a_steep_loss_is_extrapolated(monkeypatch):
    """ln p of a small p: h² times its third derivative is above what is allowed."""
    model = engine.Sequential([engine.Input((1,)), engine.layers.Dense(1, use_bias=False)])
    model.compile("sgd", "binary_crossentropy")
    model.set_weights([[[2e-3]]])
    assert check(model, np.ones((2, 1)), np.ones((2, 1))).passed
    monkeypatch.setattr(checking._Loss, "extrapolated", lambda *_: None)
    assert not check(model, np.ones((2, 1)), np.ones((2, 1))).passed


def test_frame_and_words():
    model, x, y = at_a_kink()
    told = check(model, x, y)
    frame = told.frame()
    assert len(frame) == 9 and frame["kink"].sum() == 3
    assert frame["error"][~frame["kink"]].max() == told.error
    name, place = told.worst
    row = frame[(frame["weight"] == name) & (frame["place"] == str(list(place)))]
    assert row["error"].item() == told.error
    assert repr(told).startswith("<GradientCheck of 'sequential")


def test_progress(capsys):
    gradient_check(*at_a_kink())
    assert "108/108" in capsys.readouterr().out  # 9 parameters, and 9 on each of 11 steps
    check(*at_a_kink())
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("step", "error"),
    [(0, ValueError), (-1e-5, ValueError), (1e-30, ValueError), (10, ValueError), ("a", TypeError)],
)
def test_wrong_steps(step, error):
    with pytest.raises(error, match="Expected step to be a number"):
        check(*at_a_kink(), step=step)


def test_mistakes():
    model, x, y = at_a_kink()
    with pytest.raises(ValueError, match=r"x of shape \(rows, 2\)"):
        check(model, x[:, :1], y)
    with pytest.raises(TypeError, match="^Expected model to be a model. Received: model='m'"):
        check("m", x, y)
    bare = engine.Sequential([engine.Input((2,)), engine.layers.Dense(1)])
    with pytest.raises(ValueError, match="Expected a compiled model"):
        check(bare, x, y)
    lazy = engine.Sequential([engine.layers.Dense(1)])
    lazy.compile("sgd", "mse")
    with pytest.raises(ValueError, match="Expected a built model"):
        check(lazy, x, y)


@pytest.mark.parametrize("seed", (3, 5, 8, 11, 17, 29, 34, 36, 38, 47, 54))
def test_any_whole_network(seed):
    """Dropout, Rescaling, Normalization, Flatten, frozen weights, activities, reductions."""
    model, x, y, w, words = whole_nets.draw(seed, rows=4)
    done = check(model, x, y, w)
    assert done.passed, f"{words}\n{done}"
    trained = [v.path.split("/")[-1] for v in model._kernel_weights if v.trainable]
    assert [c.name.split("/")[-1] for c in done.weights] == trained


def test_the_draws_are_held_fast():
    """Those of the next step; the model's Dropout does not move on."""
    engine.utils.set_random_seed(0)
    model = engine.Sequential(
        [engine.Input((3,)), engine.layers.Dropout(0.5), engine.layers.Dense(2)]
    )
    model.compile("sgd", "mse")
    x, y = np.ones((4, 3)), np.ones((4, 2))
    draws = model.trace(x, y).stages[0].draws
    assert check(model, x, y).passed
    assert (model.trace(x, y).stages[0].draws == draws).all()


STAGES_WRONG = {
    "the mask of the way back": (between, "back_through", lambda right: lambda stage, d: replace(
        right(stage, d), dinput=d * 2.0)),
    "the penalty on activations": (arithmetic, "d_activity", lambda right: lambda r, a: 2 * right(
        r, a)),
}  # fmt: skip


@pytest.mark.parametrize("name", STAGES_WRONG)
def test_wrong_derivatives_between_layers_are_found(name, monkeypatch):
    room, function, wrong = STAGES_WRONG[name]
    right = getattr(room, function)
    for place in (room, tracing):
        if hasattr(place, function):
            monkeypatch.setattr(place, function, wrong(right))
    engine.utils.set_random_seed(0)
    model = engine.Sequential(
        [
            engine.Input((3,)),
            engine.layers.Dense(4, "tanh", activity_regularizer="l2"),
            engine.layers.Dropout(0.3),
            engine.layers.Dense(2),
        ]
    )
    model.compile("sgd", "mse")
    rng = np.random.default_rng(1)
    assert not check(model, rng.normal(size=(4, 3)), rng.normal(size=(4, 2))).passed
