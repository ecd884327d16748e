"""Every formula of every part of a step comes to the number beside it."""

import pytest

from engine.study.expressions import Sum
from tests.study.whole_nets import draw


def equations(explanation):
    return [e for section in explanation.sections for e in section.equations]


def assert_worked_out(equation, tolerance):
    terms = equation.formula.terms if isinstance(equation.formula, Sum) else [equation.formula]
    size = max([abs(equation.value), 1e-30, *(abs(term.value) for term in terms)])
    error = abs(equation.formula.value - equation.value)
    assert error <= tolerance * size, f"{equation.text()} is {equation.formula.value}"


@pytest.mark.parametrize("seed", range(40))
def test_any_step(float64, seed):
    """The last unit of every layer, on one row, for two steps."""
    model, x, y, weights, _ = draw(seed, rows=3)
    symbols = set()
    for _ in range(2):
        told = model.trace(x, y, weights, apply=True)
        for number, layer in enumerate(told.layers):
            shown = told.explain(number, layer.kernel.shape[1] - 1, seed % 3)
            assert str(shown) and shown._repr_html_()
            for equation in equations(shown):
                assert_worked_out(equation, 1e-7)
                symbols.add(equation.symbol.base)
    assert {"z", "a", "loss"} <= symbols
