"""The readable step is judged by finite differences of its own loss, in float64."""

import numpy as np
import pytest

import engine
from engine.study import step
from tests.study.differences import differences
from tests.study.nets import ACTIVATIONS, FORMS, make_data, make_model, penalized, smooth_case
from tests.tolerances import assert_close, assert_same_bits


def assert_gradients(model, x, y, w):
    done = step(model, x, y, w)
    expected = differences(model, x, y, w)
    assert all(np.abs(e).max() > 1e-4 for e in expected), "nothing to tell apart"
    for actual, slope, weight in zip(done.gradients, expected, model.weights, strict=True):
        assert_close(actual, slope, "differences", weight.path)


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_losses_and_outputs(float64, form, rng):
    for weighted in (False, True):
        model, x, y, w = smooth_case(form, "tanh", 4, rng)
        assert_gradients(model, x, y, w if weighted else None)


@pytest.mark.parametrize("hidden", ACTIVATIONS)
def test_hidden_activations(float64, hidden, rng):
    for form in (FORMS[0], FORMS[3], FORMS[-1]):
        for use_bias in (True, False):
            assert_gradients(*smooth_case(form, hidden, 5, rng, use_bias))


def test_deep(float64, rng):
    """Five layers: each gradient passes through all that follow."""
    layers = [engine.layers.Dense(4, activation=a) for a in ACTIVATIONS if a != "linear"]
    model = engine.Sequential([engine.Input((3,)), *layers, engine.layers.Dense(2)])
    model.compile("sgd", "mse")
    model.set_weights([rng.normal(size=w.shape) + 0.1 for w in model.weights])
    assert_gradients(model, rng.normal(size=(6, 3)), rng.normal(size=(6, 2)), None)


def test_labels_between_the_classes(float64, rng):
    """Labels that are probabilities themselves."""
    for form in (FORMS[0], FORMS[1], FORMS[2]):
        model, x, _, w = smooth_case(form, "tanh", 4, rng)
        y = rng.dirichlet(np.ones(form.units + 1), 4)[:, : form.units]
        if form.units == 3:
            y /= y.sum(axis=1, keepdims=True)
        assert_gradients(model, x, y, w)


def test_penalties(float64, rng):
    """The loss contains the penalties, and the gradients are those of the whole loss."""
    for form in (FORMS[0], FORMS[3], FORMS[-1]):
        for use_bias in (True, False):
            case = smooth_case(form, "tanh", 5, rng, use_bias, penalties=penalized())
            assert_gradients(*case)
            model, x, y, w = case
            done = step(model, x, y, w)
            assert len(done.penalties) == (3 if use_bias else 2)
            for ours, told in zip(done.penalties, model.losses, strict=True):
                assert_close(np.array(ours), np.array(float(told)), "step")
            total = done.sample_losses.mean() + sum(done.penalties)
            assert_close(np.array(done.loss), np.array(total), "step")


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_loss_is_that_of_the_class(float64, form, rng):
    """A step's loss is what the loss object says about the model's outputs."""
    model, x, y, w = smooth_case(form, "tanh", 6, rng)
    done = step(model, x, y, w)
    logits = form.output in ("sigmoid", "softmax") and "Crossentropy" in form.loss
    outputs = done.layers[-1].z if logits else done.layers[-1].a
    options = {**form.options, **({"from_logits": True} if logits else {})}
    expected = getattr(engine.losses, form.loss)(**options)(y, outputs, sample_weight=w)
    assert_close(np.array(done.loss), np.array(float(expected)), "step")


def test_shapes_and_types(rng):
    for dtype in ("float32", "float64"):
        before = engine.config.floatx()
        engine.config.set_floatx(dtype)
        try:
            model = make_model(FORMS[1], "relu", rng)
        finally:
            engine.config.set_floatx(before)
        x, y, w = make_data(FORMS[1], 7, rng)
        done = step(model, x, y, w)
        for layer, (kernel, bias) in zip(done.layers, [(0, 1), (2, 3)], strict=True):
            assert layer.d_kernel.shape == model.weights[kernel].shape
            assert layer.d_bias.shape == model.weights[bias].shape
            for value in (layer.x, layer.z, layer.a, layer.dz, layer.d_kernel, layer.d_bias):
                assert value.dtype == dtype
            assert layer.z.shape == layer.a.shape == layer.dz.shape
        for weight, new in zip(model.weights, done.weights, strict=True):
            assert new.dtype == dtype and new.shape == weight.shape
        assert done.sample_losses.shape == (7,) and done.sample_losses.dtype == dtype


def test_the_model_stays_as_it_is(rng):
    model = make_model(FORMS[0], "relu", rng, optimizer=engine.optimizers.Adam())
    x, y, w = make_data(FORMS[0], 7, rng)
    model.train_on_batch(x, y)
    weights = model.get_weights()
    slots = [s.copy() for s in model.optimizer.slots]
    first, second = step(model, x, y, w), step(model, x, y, w)
    for a, b in zip(weights + slots, model.get_weights() + model.optimizer.slots, strict=True):
        assert_same_bits(a, b)
    for a, b in zip(
        first.weights + first.gradients, second.weights + second.gradients, strict=True
    ):
        assert_same_bits(a, b)
    assert model.optimizer.iterations == 1
