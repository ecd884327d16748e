"""The checks are checked: plausible wrong versions of training, each rejected as it should be.

Every wrong version replaces one rule of the plain training (:mod:`engine.study.step` and
:mod:`tests.study.plain`).  A check that compares the plain training with the kernels and rejects it
would reject the same mistake in a kernel.
"""

from importlib import import_module

import numpy as np
import pytest

import engine
from engine.optimizers import SGD, Adam
from tests.study import plain
from tests.study.differences import differences
from tests.study.examples import assert_adam_by_hand, assert_published, one_weight
from tests.study.nets import FORMS, make_data, make_model, penalized, smooth_case
from tests.tolerances import assert_close

study = import_module("engine.study.step")

SIGMOID_1, SIGMOID_3, SOFTMAX = FORMS[0], FORMS[1], FORMS[3]
PROBABILITIES = next(f for f in FORMS if f.probabilities)


def fresh():
    return np.random.default_rng(7)


# --- the checks ---------------------------------------------------------------------------------


def gradients_are_those_of_the_loss():
    """Finite differences, with sample weights, one output and several."""
    before = engine.config.floatx()
    engine.config.set_floatx("float64")
    try:
        for form, hidden in ((SIGMOID_1, "tanh"), (SIGMOID_3, "relu"), (SOFTMAX, "leaky_relu"),
                             (PROBABILITIES, "sigmoid"), (FORMS[-2], "softmax"),
                             (SIGMOID_3, "elu")):  # fmt: skip
            model, x, y, w = smooth_case(form, hidden, 5, fresh())
            done = study.step(model, x, y, w)
            for actual, slope in zip(done.gradients, differences(model, x, y, w), strict=True):
                assert_close(actual, slope, "differences", str(form))
    finally:
        engine.config.set_floatx(before)


def two_two_two_network():
    """Published numbers of one step."""
    assert_published(lambda model, x, y: study.step(model, x, y).weights)


def adam_by_hand():
    """The first steps of Adam, worked out in decimals."""
    assert_adam_by_hand(lambda model, x, y: study.step(model, x, y).weights)


def momentum_by_hand():
    """A constant gradient of 1: the steps grow as the geometric series says."""
    for nesterov, places in ((False, (0.9, 0.75, 0.575)), (True, (0.85, 0.675, 0.4875))):
        model = one_weight(SGD(0.1, momentum=0.5, nesterov=nesterov))[0]
        for place in places:
            weight = model.get_weights()[0]
            plain.update(model, study.step(model, np.ones((1, 1)), weight - 0.5))
            assert abs(model.get_weights()[0][0, 0] - place) < 1e-6


def dead_units_learn_nothing():
    """relu'(0) = 0."""
    model = engine.Sequential(
        [engine.Input((1,)), engine.layers.Dense(1, activation="relu"), engine.layers.Dense(1)]
    )
    model.compile(SGD(1.0), "mse")
    model.set_weights([[[0.0]], [0.0], [[1.0]], [0.0]])
    done = study.step(model, np.ones((1, 1)), np.ones((1, 1)))
    assert done.weights[0][0, 0] == 0 and done.weights[3][0] == 2


def crossentropy_is_not_clipped():
    """A logit of −30 for a yes costs 30; through clipped probabilities it would cost 16.1."""
    for activation, y, loss in (("sigmoid", [[1.0]], "bce"), ("softmax", [[1.0, 0.0]], None)):
        units = len(y[0])
        model = engine.Sequential(
            [engine.Input((1,)), engine.layers.Dense(units, activation=activation)]
        )
        model.compile("sgd", loss or "categorical_crossentropy")
        model.set_weights([np.zeros((1, units)), np.array([-30.0, 0.0][:units])])
        done = study.step(model, np.ones((1, 1)), np.array(y))
        assert abs(done.loss - 30) < 1e-4
        assert abs(done.layers[-1].dz[0, 0] + 1) < 1e-6


def gradients_are_those_of_the_penalized_loss():
    """Finite differences with a regularizer of every class."""
    before = engine.config.floatx()
    engine.config.set_floatx("float64")
    try:
        for form in (SIGMOID_1, SOFTMAX):
            model, x, y, w = smooth_case(form, "tanh", 5, fresh(), penalties=penalized())
            done = study.step(model, x, y, w)
            for actual, slope in zip(done.gradients, differences(model, x, y, w), strict=True):
                assert_close(actual, slope, "differences", str(form))
    finally:
        engine.config.set_floatx(before)


def penalties_by_hand():
    """W = (2, 0, −3) on inputs of 0, a bias of 3 that is right: only the penalties act.

    l1 = ½:  penalty ½·5 = 2.5, gradient (½, 0, −½).
    l2 = ¼:  penalty ¼·13 = 3.25, gradient (1, 0, −1.5).
    Both:    penalty 5.75, gradient (1.5, 0, −2).
    Two rows do not change this.
    """
    room = engine.regularizers
    for regularizer, cost, kernel in (
        (room.L1(0.5), 2.5, (1.5, 0, -2.5)),
        (room.L2(0.25), 3.25, (1, 0, -1.5)),
        (room.L1L2(0.5, 0.25), 5.75, (0.5, 0, -1)),
    ):
        dense = engine.layers.Dense(1, kernel_regularizer=regularizer)
        model = engine.Sequential([engine.Input((3,)), dense])
        model.compile(SGD(1.0), "mse")
        model.set_weights([[[2.0], [0.0], [-3.0]], [3.0]])
        done = study.step(model, np.zeros((2, 3)), np.full((2, 1), 3.0))
        assert done.loss == cost
        assert done.weights[0][:, 0].tolist() == list(kernel)
        assert done.weights[1].tolist() == [3]


def half_means_no():
    """A prediction of exactly ½ counts as no."""
    assert plain.accuracy(np.array([[0.5], [0.5]]), np.array([[0.0], [1.0]])).tolist() == [1, 0]


def fit_like_the_kernels(form, optimizer, weighted=False, size=7, penalties=({}, {})):
    """Weights and History of a whole fit: ragged batches, shuffled, validated."""
    models = [
        make_model(form, "tanh", fresh(), optimizer=optimizer(), penalties=penalties)
        for _ in range(2)
    ]
    models[1].compile(optimizer(), form.make_loss(), metrics=["accuracy"])
    x, y, w = make_data(form, 40, fresh())
    validation = make_data(form, 13, np.random.default_rng(8))[:2]
    weights = w if weighted else None
    told = plain.plain_fit(models[0], x, y, size, 3, 5, validation, weights)
    engine.utils.set_random_seed(5)
    history = models[1].fit(
        x, y, batch_size=size, epochs=3, verbose=0, validation_data=validation,
        validation_batch_size=13, sample_weight=weights,
    ).history  # fmt: skip
    assert list(told) == list(history)
    for name in told:
        assert_close(np.array(told[name]), np.array(history[name]), "training", name)
    for a, b in zip(models[0].get_weights(), models[1].get_weights(), strict=True):
        assert_close(a, b, "training")


def sgd_fit():
    fit_like_the_kernels(SIGMOID_1, lambda: SGD(0.3))


def weighted_fit():
    fit_like_the_kernels(SIGMOID_3, lambda: SGD(0.3), weighted=True)


def momentum_fit():
    fit_like_the_kernels(SOFTMAX, lambda: SGD(0.1, momentum=0.9))


def nesterov_fit():
    fit_like_the_kernels(SIGMOID_1, lambda: SGD(0.1, momentum=0.9, nesterov=True))


def adam_fit():
    fit_like_the_kernels(SIGMOID_1, lambda: Adam(0.01))


def amsgrad_fit():
    fit_like_the_kernels(SIGMOID_1, lambda: Adam(0.05, amsgrad=True), size=3)


def penalized_fit():
    fit_like_the_kernels(SIGMOID_1, lambda: SGD(0.1), penalties=penalized())


def penalized_adam_fit():
    fit_like_the_kernels(SOFTMAX, lambda: Adam(0.01), weighted=True, penalties=penalized())


CHECKS = [
    gradients_are_those_of_the_loss,
    gradients_are_those_of_the_penalized_loss,
    penalties_by_hand,
    two_two_two_network,
    adam_by_hand,
    momentum_by_hand,
    dead_units_learn_nothing,
    crossentropy_is_not_clipped,
    half_means_no,
    sgd_fit,
    weighted_fit,
    momentum_fit,
    nesterov_fit,
    adam_fit,
    amsgrad_fit,
    penalized_fit,
    penalized_adam_fit,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
def test_right_version_passes(check):
    check()


# --- the wrong versions -------------------------------------------------------------------------

right_loss, right_affine, right_updated = (
    study.loss_and_gradient,
    study.d_affine,
    study._updated,
)


def loss_changed(change):
    """Another gradient or value of the loss."""

    def wrong(loss, activation, z, a, y, weights):
        return change(*right_loss(loss, activation, z, a, y, weights), z, y, weights)

    return wrong


def no_mean(values, on_z, gradient, z, y, weights):
    return values, on_z, gradient * len(z)


def no_mean_over_units(values, on_z, gradient, z, y, weights):
    return values, on_z, gradient * gradient.dtype.type(z.shape[1])


def by_the_sum_of_weights(values, on_z, gradient, z, y, weights):
    share = 1 if weights is None else len(z) / weights.sum()
    return values * share, on_z, (gradient * share).astype(gradient.dtype)


def weights_forgotten(values, on_z, gradient, z, y, weights):
    return values, on_z, gradient if weights is None else gradient / weights[:, np.newaxis]


def gradient_reversed(values, on_z, gradient, z, y, weights):
    return values, on_z, -gradient


def gradient_halved(values, on_z, gradient, z, y, weights):
    return values, on_z, gradient / 2


def probabilities_clipped(loss, activation, z, a, y, weights):
    """The crossentropy of clipped probabilities in place of logits."""
    if type(loss).__name__ == "MeanSquaredError":
        return right_loss(loss, activation, z, a, y, weights)
    _, _, value, slope = study._FORMS[type(loss)]
    p = np.clip(a, 1e-7, 1 - 1e-7)
    values, _, gradient = right_loss(loss, study.activations.linear, p, p, y, weights)
    return values, False, gradient


def kernel_transposed(x, kernel, dz):
    dx, d_kernel, d_bias = right_affine(x, kernel, dz)
    return dx, d_kernel.T.reshape(d_kernel.shape), d_bias


def bias_not_summed(x, kernel, dz):
    dx, d_kernel, d_bias = right_affine(x, kernel, dz)
    return dx, d_kernel, dz[0]


def bias_averaged(x, kernel, dz):
    dx, d_kernel, d_bias = right_affine(x, kernel, dz)
    return dx, d_kernel, dz.mean(axis=0)


def outputs_for_inputs(x, kernel, dz):
    """The gradient passes the layer above unchanged by the size of its weights."""
    dx, d_kernel, d_bias = right_affine(x, kernel, dz)
    return dz @ np.sign(kernel).T, d_kernel, d_bias


def with_relu_slope_at_zero(monkeypatch):
    gradients = {**study._GRADIENTS, study.activations.relu: lambda a, da: np.where(a >= 0, da, 0)}
    monkeypatch.setattr(study, "_GRADIENTS", gradients)


def with_gradient_of(name, function):
    def change(monkeypatch):
        activation = getattr(study.activations, name)
        monkeypatch.setattr(study, "_GRADIENTS", {**study._GRADIENTS, activation: function})

    return change


def replacing(name, function, module=study):
    return lambda monkeypatch: monkeypatch.setattr(module, name, function)


def updated_with(**changes):
    """The update with other settings of the optimizer."""

    def wrong(optimizer, w, g, slots, t):
        kept = {k: getattr(optimizer, k) for k in changes if hasattr(optimizer, k)}
        for name in kept:
            setattr(optimizer, name, changes[name](kept[name]))
        try:
            return right_updated(optimizer, w, g, slots, t)
        finally:
            for name, value in kept.items():
                setattr(optimizer, name, value)

    return wrong


def textbook_epsilon(optimizer, w, g, slots, t):
    """ε beside the corrected root, as in Algorithm 1."""
    new, (m, v, *more) = right_updated(optimizer, w, g, slots, t)
    root = np.sqrt((more[0] if more else v) / (1 - optimizer.beta_2**t))
    step = optimizer.learning_rate * m / (1 - optimizer.beta_1**t) / (root + optimizer.epsilon)
    return (w - step).astype(w.dtype), [m, v, *more]


def epsilon_under_the_root(w, m, v, alpha, epsilon):
    return w - (m * alpha) / np.sqrt(v + epsilon)


def shuffled_anew(rows, seed, epoch):
    return np.random.default_rng([seed, epoch]).permutation(rows)


def plain_mean(values, sizes):
    return float(np.mean(values))


def last_batch(values, sizes):
    return values[-1]


def last_batch_dropped(order, size):
    return [order[i : i + size] for i in range(0, len(order) - len(order) % size, size)]


right_penalty, right_with_penalty = study.penalty, study.with_penalty


def half_of_the_gradient(regularizer, w, dw):
    """The 2 of the squares left out, as if their penalty had a factor ½."""
    return (dw + right_with_penalty(regularizer, w, dw)) / 2


def squares_halved(regularizer, w):
    """½·λ·Σ w², as in many textbooks."""
    if regularizer is None:
        return []
    l1, l2 = regularizer.factors
    return right_penalty(engine.regularizers.L1L2(l1, l2 and l2 / 2), w)


def d_squares_halved(regularizer, w, dw):
    if regularizer is None:
        return dw
    l1, l2 = regularizer.factors
    return right_with_penalty(engine.regularizers.L1L2(l1, l2 and l2 / 2), w, dw)


def textbook_halves(monkeypatch):
    """Penalty and gradient fit together, but are not Keras's."""
    monkeypatch.setattr(study, "penalty", squares_halved)
    monkeypatch.setattr(study, "with_penalty", d_squares_halved)


def root_of_the_squares(regularizer, w):
    """‖w‖ in place of ‖w‖²."""
    return [float(np.sqrt(p)) for p in right_penalty(regularizer, w)]


def biases_too(monkeypatch):
    """A penalty on every weight, also where none is asked for."""
    everywhere = engine.regularizers.L2(0.1)
    monkeypatch.setattr(study, "penalty", lambda r, w: right_penalty(r or everywhere, w))
    monkeypatch.setattr(
        study, "with_penalty", lambda r, w, dw: right_with_penalty(r or everywhere, w, dw)
    )


def kernels_only(monkeypatch):
    """The penalties on biases forgotten."""
    monkeypatch.setattr(study, "penalty", lambda r, w: right_penalty(r if w.ndim > 1 else None, w))
    monkeypatch.setattr(
        study,
        "with_penalty",
        lambda r, w, dw: right_with_penalty(r if w.ndim > 1 else None, w, dw),
    )


def sign_of_zero_is_one(regularizer, w, dw):
    """A force at the kink, so that a weight never rests at 0."""
    return right_with_penalty(regularizer, np.where(w == 0, 1e-30, w).astype(w.dtype), dw)


def by_the_rows(monkeypatch):
    """The penalty divided by the rows, as if it were a part of each row's loss."""
    monkeypatch.setattr(study, "penalty", lambda r, w: [p / 7 for p in right_penalty(r, w)])
    monkeypatch.setattr(
        study, "with_penalty", lambda r, w, dw: dw + (right_with_penalty(r, w, dw) - dw) / 7
    )


right_validated = plain.validated


def validated_without_penalties(model, x, y):
    loss, hits = right_validated(model, x, y)
    return loss - sum(study.step(model, x, y).penalties), hits


right_epoch = plain.run_epoch


def validation_first(model, rows, order, size, validation):
    before = plain.validated(model, *validation)
    return [plain.run_epoch(model, *rows, order, size), before]


def measured_after_the_update(model, x, y, w, order, size):
    trained = right_epoch(model, x, y, w, order, size)
    done = study.step(model, x, y, w)
    return done.loss, trained[1]


def one_step_late(optimizer):
    """The count that Adam's correction needs stays behind."""
    optimizer.iterations += 1 if optimizer.iterations else 0


def wrong_loss(change):
    return replacing("loss_and_gradient", loss_changed(change))


PENALIZED = [
    gradients_are_those_of_the_penalized_loss,
    penalties_by_hand,
    penalized_fit,
    penalized_adam_fit,
]
FITS = [sgd_fit, weighted_fit, momentum_fit, nesterov_fit, adam_fit, amsgrad_fit]
WRONG = {
    # the loss
    "missing 1/N": (wrong_loss(no_mean), [gradients_are_those_of_the_loss, sgd_fit, weighted_fit]),
    "missing 1/units": (
        wrong_loss(no_mean_over_units),
        [gradients_are_those_of_the_loss, two_two_two_network, weighted_fit],
    ),
    "divided by the sum of the weights": (wrong_loss(by_the_sum_of_weights), [weighted_fit]),
    "weights in the loss only": (
        wrong_loss(weights_forgotten),
        [gradients_are_those_of_the_loss, weighted_fit],
    ),
    "uphill": (
        wrong_loss(gradient_reversed),
        [gradients_are_those_of_the_loss, two_two_two_network, momentum_by_hand, *FITS],
    ),
    "½ of the squares in the gradient": (
        wrong_loss(gradient_halved),
        [gradients_are_those_of_the_loss, two_two_two_network, momentum_by_hand, sgd_fit],
    ),
    "clipped probabilities": (
        replacing("loss_and_gradient", probabilities_clipped),
        [crossentropy_is_not_clipped],
    ),
    # backward
    "dW transposed": (
        replacing("d_affine", kernel_transposed),
        [gradients_are_those_of_the_loss, two_two_two_network, *FITS],
    ),
    "db not summed": (
        replacing("d_affine", bias_not_summed),
        [gradients_are_those_of_the_loss, *FITS],
    ),
    "db averaged": (
        replacing("d_affine", bias_averaged),
        [gradients_are_those_of_the_loss, sgd_fit, weighted_fit, momentum_fit],
    ),
    "dx by the signs of W": (
        replacing("d_affine", outputs_for_inputs),
        [gradients_are_those_of_the_loss, two_two_two_network, *FITS],
    ),
    "relu'(0) = 1": (with_relu_slope_at_zero, [dead_units_learn_nothing]),
    "relu' = 1 everywhere": (
        with_gradient_of("relu", lambda a, da: da),
        [dead_units_learn_nothing, gradients_are_those_of_the_loss],
    ),
    "leaky slope 0.01": (
        with_gradient_of("leaky_relu", lambda a, da: np.where(a > 0, da, da * 0.01)),
        [gradients_are_those_of_the_loss],
    ),
    "leaky slope 0.3": (
        with_gradient_of("leaky_relu", lambda a, da: np.where(a > 0, da, da * 0.3)),
        [gradients_are_those_of_the_loss],
    ),
    "elu' = a": (
        with_gradient_of("elu", lambda a, da: np.where(a < 0, a * da, da)),
        [gradients_are_those_of_the_loss],
    ),
    "elu' = 1 everywhere": (
        with_gradient_of("elu", lambda a, da: da),
        [gradients_are_those_of_the_loss],
    ),
    "σ' = 1 − σ": (
        with_gradient_of("sigmoid", lambda a, da: da * (1 - a)),
        [gradients_are_those_of_the_loss, two_two_two_network],
    ),
    "σ' left out": (
        with_gradient_of("sigmoid", lambda a, da: da),
        [gradients_are_those_of_the_loss, two_two_two_network],
    ),
    "tanh' = 1 − a": (
        with_gradient_of("tanh", lambda a, da: da * (1 - a)),
        [gradients_are_those_of_the_loss, *FITS],
    ),
    "softmax' without its sum": (
        with_gradient_of("softmax", lambda a, da: da * a * (1 - a)),
        [gradients_are_those_of_the_loss],
    ),
    # penalties
    "penalty missing from the loss": (replacing("penalty", lambda r, w: []), PENALIZED),
    "penalty missing from the gradient": (
        replacing("with_penalty", lambda r, w, dw: dw),
        PENALIZED,
    ),
    "penalty missing from val_loss": (
        replacing("validated", validated_without_penalties, plain),
        [penalized_fit, penalized_adam_fit],
    ),
    "2 missing from the penalty's gradient": (
        replacing("with_penalty", half_of_the_gradient),
        PENALIZED,
    ),
    "½·λ·Σ w²": (textbook_halves, [penalties_by_hand, penalized_fit, penalized_adam_fit]),
    "‖w‖ in place of ‖w‖²": (replacing("penalty", root_of_the_squares), PENALIZED),
    "penalties on biases too": (
        biases_too,
        [penalties_by_hand, penalized_fit, penalized_adam_fit],
    ),
    "no penalties on biases": (kernels_only, [penalized_fit, penalized_adam_fit]),
    "penalties against the gradient": (
        replacing("with_penalty", lambda r, w, dw: 2 * dw - right_with_penalty(r, w, dw)),
        PENALIZED,
    ),
    "penalty divided by the rows": (
        by_the_rows,
        [penalties_by_hand, penalized_fit, penalized_adam_fit],
    ),
    "sign(0) = 1": (replacing("with_penalty", sign_of_zero_is_one), [penalties_by_hand]),
    # optimizers
    "learning rate 20 % low": (
        replacing("_updated", updated_with(learning_rate=lambda rate: 0.8 * rate)),
        [two_two_two_network, adam_by_hand, momentum_by_hand, *FITS],
    ),
    "β₁ = 0.8": (
        replacing("_updated", updated_with(beta_1=lambda beta: 0.8)),
        [adam_by_hand, adam_fit, amsgrad_fit],
    ),
    "β₂ = 0.99": (
        replacing("_updated", updated_with(beta_2=lambda beta: 0.99)),
        [adam_by_hand, adam_fit, amsgrad_fit],
    ),
    "ε = 1e-8": (
        replacing("_updated", updated_with(epsilon=lambda epsilon: 1e-8)),
        [adam_by_hand],
    ),
    "textbook ε": (replacing("_updated", textbook_epsilon), [adam_by_hand]),
    "ε under the root": (replacing("move", epsilon_under_the_root), [adam_by_hand, adam_fit]),
    "no bias correction": (
        replacing("step_size", lambda alpha, b1, b2: alpha),
        [adam_by_hand, adam_fit, amsgrad_fit],
    ),
    "correction of m only": (
        replacing("step_size", lambda alpha, b1, b2: alpha / (1 - b1)),
        [adam_by_hand, adam_fit, amsgrad_fit],
    ),
    "t counted late": (replacing("count", one_step_late, plain), [adam_fit, amsgrad_fit]),
    "v̂ not kept": (replacing("largest_yet", lambda v_hat, v: v), [amsgrad_fit]),
    "m and v swapped shares": (
        replacing("blend", lambda average, x, share: average + (x - average) * (1 - share)),
        [adam_by_hand, adam_fit],
    ),
    "momentum with the other sign": (
        replacing("gather_momentum", lambda m, g, alpha, mu: -m * mu - g * alpha),
        [momentum_by_hand, momentum_fit, nesterov_fit],
    ),
    "α on the finished momentum": (
        replacing("gather_momentum", lambda m, g, alpha, mu: (m * mu - g) * alpha),
        [momentum_by_hand, momentum_fit],
    ),
    "momentum damped by 1 − μ": (
        replacing("gather_momentum", lambda m, g, alpha, mu: m * mu - g * alpha * (1 - mu)),
        [momentum_by_hand, momentum_fit, nesterov_fit],
    ),
    "Nesterov without looking ahead": (
        replacing("look_ahead", lambda w, m, g, alpha, mu: w + m),
        [momentum_by_hand, nesterov_fit],
    ),
    # the fit
    "reshuffled in every epoch": (replacing("order_of_epoch", shuffled_anew, plain), FITS),
    "not shuffled": (
        replacing("order_of_epoch", lambda rows, seed, epoch: np.arange(rows), plain),
        FITS,
    ),
    "last batch dropped": (
        replacing("batches", last_batch_dropped, plain),
        [sgd_fit, weighted_fit, momentum_fit, nesterov_fit, adam_fit],
    ),
    "every batch counts alike in the History": (
        replacing("mean_of_epoch", plain_mean, plain),
        [sgd_fit, weighted_fit, momentum_fit],
    ),
    "the last batch is the History": (replacing("mean_of_epoch", last_batch, plain), FITS),
    "validation before the training": (replacing("one_epoch", validation_first, plain), FITS),
    "loss after the update": (replacing("run_epoch", measured_after_the_update, plain), FITS),
    "p ≥ ½ says yes": (replacing("says_yes", lambda p: p >= 0.5, plain), [half_means_no]),
}

PAIRS = [
    pytest.param(change, check, id=f"{name} | {check.__name__}")
    for name, (change, checks) in WRONG.items()
    for check in checks
]


@pytest.mark.parametrize("change, check", PAIRS)
def test_wrong_versions_are_rejected(change, check, monkeypatch):
    change(monkeypatch)
    with pytest.raises(AssertionError):
        check()


def test_every_check_rejects_something():
    assert {check for _, checks in WRONG.values() for check in checks} == set(CHECKS)
    assert len(WRONG) >= 20
