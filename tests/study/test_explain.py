"""Every formula that is written out comes to the number beside it."""

import numpy as np
import pytest

import engine
from engine.study.expressions import Sum
from tests.study.examples import assert_digits, published_network
from tests.study.nets import ACTIVATIONS, FORMS, penalized, smooth_case
from tests.study.random_nets import OPTIMIZERS, draw


def equations(explanation):
    return [e for section in explanation.sections for e in section.equations]


def assert_explained(told, tolerance):
    """All units of all layers on all rows; how many equations there were."""
    count = 0
    for number, layer in enumerate(told.layers):
        inputs, units = layer.kernel.shape
        for unit in range(units):
            for row in range(len(told.x)):
                for e in equations(told.explain(number, unit, row, range(inputs))):
                    terms = e.formula.terms if isinstance(e.formula, Sum) else [e.formula]
                    size = max([abs(e.value), *(abs(t.value) for t in terms)])
                    error = abs(e.formula.value - e.value)
                    assert error <= tolerance * size, f"{e.text()} is {e.formula.value}"
                    count += 1
    return count


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_losses(float64, form, rng):
    for weighted in (False, True):
        model, x, y, w = smooth_case(form, "tanh", 4, rng)
        assert assert_explained(model.trace(x, y, w if weighted else None), 1e-9) > 100


@pytest.mark.parametrize("hidden", ACTIVATIONS)
def test_activations(float64, hidden, rng):
    for use_bias in (True, False):
        model, x, y, w = smooth_case(FORMS[0], hidden, 5, rng, use_bias)
        assert_explained(model.trace(x, y, w), 1e-9)


@pytest.mark.parametrize("number", range(len(OPTIMIZERS)))
def test_optimizers(float64, number, rng):
    model, x, y, w = smooth_case(FORMS[3], "tanh", 4, rng, penalties=penalized())
    model.compile(OPTIMIZERS[number](), FORMS[3].make_loss())
    for _ in range(3):
        assert_explained(model.trace(x, y, w, apply=True), 1e-9)


@pytest.mark.parametrize("seed", range(0, 40, 3))
def test_any_network_can_be_explained(seed):
    """In float32 the numbers at the leaves are rounded; cancelling terms lose digits."""
    model, x, y, weights, _ = draw(seed)
    told = model.trace(x, y, weights)
    for number, layer in enumerate(told.layers):
        for e in equations(told.explain(number, layer.kernel.shape[1] - 1, len(x) - 1)):
            assert e.text()
            if e.symbol.base in ("z", "da", "w′", "b′", "m′"):
                terms = e.formula.terms if isinstance(e.formula, Sum) else [e.formula]
                size = max([abs(e.value), 1e-30, *(abs(t.value) for t in terms)])
                assert abs(e.formula.value - e.value) <= 1e-4 * size, e.text()


def published():
    model, x, y = published_network()
    return model.trace(x, y)


def test_published_numbers_can_be_read(float64):
    """Mazur's worked example: net input, output, the error's way back, the new weights."""
    told = published()
    hidden = str(told.explain(0, 0))
    assert_digits(
        str(told) + hidden + "".join(str(told.explain(*n)) for n in ((0, 1), (1, 0), (1, 1)))
    )
    assert "z₀⁽¹⁾ = x₀·w₀₀⁽¹⁾ + x₁·w₁₀⁽¹⁾ + b₀⁽¹⁾" in hidden
    assert "= 0.05·0.15 + 0.1·0.2 + 0.35" in hidden


def test_what_is_left_out():
    model = engine.Sequential([engine.Input((100,)), engine.layers.Dense(1)])
    model.compile("sgd", "mse")
    told = model.trace(np.ones((2, 100)), np.ones((2, 1)))
    text = str(told.explain(0, 0))
    assert "… and 92 more weights: ask for them with inputs=[…]" in text
    assert "dw₇₀ =" in text and "dw₈₀ =" not in text
    assert "dw₉₉ˏ₀ =" in str(told.explain(0, 0, inputs=[99]))
    assert "(85 more)" in text  # of the sum's terms


def test_all_terms_of_a_sum():
    model = engine.Sequential([engine.Input((100,)), engine.layers.Dense(1)])
    model.compile("sgd", "mse")
    step = model.trace(np.ones((40, 100)), np.ones((40, 1)))
    told = str(step.explain(0, 0, inputs=[0], terms=None))
    assert "more)" not in told
    z, _ = step.explain(0, 0, inputs=[0], terms=None).sections[0].equations
    assert z.formula.text(filled=True).count("·") == 100
    assert z.formula.parts_worked_out().text(True).count("+ ") == 100
    assert "(97 more)" in str(step.explain(0, 0, inputs=[0], terms=5))
    with pytest.raises(ValueError, match="Expected terms to be a whole number ≥ 3"):
        step.explain(0, 0, terms=2)


def test_layers_by_name():
    told = published()
    name = told.layers[1].name
    assert str(told.explain(name, 1)) == str(told.explain(1, 1))
    assert repr(told.explain(1, 1)).startswith("<Explanation: Unit 1 of layer 2")


MISTAKES = [
    ((2, 0), ValueError, r"Expected layer to be in 0 … 1, of hidden, output\. Received: layer=2"),
    ((-1, 0), ValueError, "Received: layer=-1"),
    (("first", 0), ValueError, "Expected layer to be one of hidden, output, or a number. Received"),
    ((0, 2), ValueError, r"Expected unit to be in 0 … 1, of layer 'hidden'\. Received: unit=2"),
    ((0, 0, 1), ValueError, r"Expected sample to be in 0 … 0, of the batch\. Received: sample=1"),
    ((0, 0, 0, [0, 2]), ValueError, r"Expected inputs\[1\] to be in 0 … 1"),
    ((0, 0, 0, 2), TypeError, "Expected inputs to be a list of whole numbers. Received: inputs=2"),
    ((0.0, 0), TypeError, "Expected layer to be a whole number"),
    ((0, "a"), TypeError, "Expected unit to be a whole number"),
    ((0, True), TypeError, "Expected unit to be a whole number"),
    ((0, 0, None), TypeError, "Expected sample to be a whole number"),
]


@pytest.mark.parametrize(("arguments", "error", "words"), MISTAKES, ids=str)
def test_mistakes(arguments, error, words):
    with pytest.raises(error, match=words):
        published().explain(*arguments)
