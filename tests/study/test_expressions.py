"""Formulas as trees: brackets where they are needed, numbers in their places, the right value."""

import math
import re
from xml.etree import ElementTree

import numpy as np
import pytest

from engine.study.expressions import (
    Condition,
    Equation,
    Exponential,
    Fraction,
    Function,
    Negative,
    Number,
    Power,
    Product,
    Root,
    Square,
    Sum,
    Symbol,
    shown,
)

A, B, C = (Number(value, Symbol(name)) for name, value in (("a", 2.0), ("b", -3.0), ("c", 0.5)))

CASES = [
    (Sum(A, B), "a + b", "2 + (−3)", -1.0),
    (Sum(B, A), "b + a", "−3 + 2", -1.0),
    (Sum(A, Negative(B)), "a − b", "2 − (−3)", 5.0),
    (Sum(A, Negative(Sum(B, C))), "a − (b + c)", "2 − (−3 + 0.5)", 4.5),
    (Product(A, Sum(B, C)), "a·(b + c)", "2·(−3 + 0.5)", -5.0),
    (Product(A, Product(B, C)), "a·(b·c)", "2·((−3)·0.5)", -3.0),
    (Negative(Sum(A, B)), "−(a + b)", "−(2 + (−3))", 1.0),
    (Negative(Product(A, B)), "−a·b", "−2·(−3)", 6.0),
    (Fraction(A, Sum(B, C)), "a/(b + c)", "2/(−3 + 0.5)", -0.8),
    (Fraction(Product(A, B), C), "(a·b)/c", "(2·(−3))/0.5", -12.0),
    (Exponential(Negative(A)), "e^(−a)", "e^(−2)", math.exp(-2)),
    (Exponential(A), "e^a", "e^2", math.exp(2)),
    (Square(B), "b²", "(−3)²", 9.0),
    (Square(Sum(A, B)), "(a + b)²", "(2 + (−3))²", 1.0),
    (Root(A), "√a", "√2", math.sqrt(2)),
    (Root(Sum(A, C)), "√(a + c)", "√(2 + 0.5)", math.sqrt(2.5)),
    (Function("max", B, C), "max(b, c)", "max(−3, 0.5)", 0.5),
    (Function("abs", B), "|b|", "|−3|", 3.0),
    (Function("sign", B), "sign(b)", "sign(−3)", -1.0),
    (Function("ln", A), "ln(a)", "ln(2)", math.log(2)),
    (Condition(B), "[b > 0]", "[−3 > 0]", 0.0),
    (Condition(A, "≥", C), "[a ≥ c]", "[2 ≥ 0.5]", 1.0),
    (Power(B, A), "b^a", "(−3)^2", 9.0),
    (Power(C, Fraction(A, B)), "c^(a/b)", "0.5^(2/(−3))", 0.5 ** (-2 / 3)),
    (Function("floor", B), "⌊b⌋", "⌊−3⌋", -3.0),
    (Function("ceil", C), "⌈c⌉", "⌈0.5⌉", 1.0),
    (Function("cos", A), "cos(a)", "cos(2)", math.cos(2)),
    (Sum(A, Product(B, Number(4.0))), "a + b·4", "2 + (−3)·4", -10.0),
]


@pytest.mark.parametrize(("tree", "symbols", "numbers", "value"), CASES, ids=lambda v: str(v)[:20])
def test_text_and_value(tree, symbols, numbers, value):
    assert tree.text() == symbols
    assert tree.text(filled=True) == numbers
    assert tree.value == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize("tree", [case[0] for case in CASES], ids=lambda tree: tree.text())
def test_mathml(tree):
    """Well-formed, with the symbols or the numbers of the text in the same order."""
    for filled in (False, True):
        root = ElementTree.fromstring(f"<math>{tree.mathml(filled)}</math>")
        leaves = [e.text for e in root.iter() if e.tag == ("mn" if filled else "mi")]
        letters = re.findall(r"\b[abc]\b", tree.text())
        found = [leaf for leaf in leaves if filled or leaf in letters]
        assert len(found) >= len(letters)
        assert {"mfrac"} <= {e.tag for e in root.iter()} or not isinstance(tree, Fraction)


def test_symbols():
    symbol = Symbol("w", "10,2", "(3)", 4)
    assert symbol.text() == "w₁₀ˏ₂⁽³⁾[4]"
    assert (
        "<msubsup><mi>w</mi><mtext>10,2[4]</mtext><mtext>(3)</mtext></msubsup>" in symbol.mathml()
    )
    assert Symbol("α", "t").text() == "αₜ"
    assert Symbol("z", "max").text() == "zₘₐₓ"
    assert Symbol("<").mathml() == "<mi>&lt;</mi>"


def test_long_sums_are_shown_in_part():
    terms = [Number(float(k), Symbol("x", str(k))) for k in range(20)]
    tree = Sum(*terms)
    assert tree.text().startswith("x₀ + x₁ + x₂ + ")
    assert tree.text().endswith(" + x₁₄ + … (4 more) + x₁₉")
    assert tree.value == 190
    assert "(4 more)" in tree.mathml()
    assert Sum(*terms[:17]).text().count("+") == 16  # 16 inputs and a bias: whole


def test_parts_worked_out():
    """One level: what is no number becomes one, with nine digits; signs stay."""
    a, b = Number(0.1, Symbol("a")), Number(1 / 3, Symbol("b"))
    tree = Sum(Product(a, b), Negative(Square(b)), a)
    assert tree.parts_worked_out().text(True) == "0.0333333333 − 0.111111111 + 0.1"
    assert Product(a, Sum(Number(1.0), Negative(a))).parts_worked_out().text(True) == "0.1·0.9"
    assert Fraction(Sum(a, b), b).parts_worked_out().text(True) == "0.433333333/0.333333"
    assert Negative(Sum(Product(a, b), a)).parts_worked_out().text(True) == "−(0.0333333333 + 0.1)"
    assert (
        Function("max", Product(a, b), a).parts_worked_out().text(True) == "max(0.0333333333, 0.1)"
    )
    for plain in (
        a,
        Sum(Product(a, b)),
        Sum(a, b),
        Sum(a, Negative(b)),
        Product(a, b),
        Fraction(a, b),
        Square(a),
    ):
        assert plain.parts_worked_out() is None
    told = Equation(Symbol("z"), Sum(Product(a, b), a), 0.4 / 3)
    assert told.text().split("\n") == [
        "z = a·b + a", "  = 0.1·0.333333 + 0.1", "  = 0.0333333333 + 0.1", "  = 0.133333333333",
    ]  # fmt: skip


def test_what_has_no_value():
    zero, low = Number(0.0), Number(-1.0)
    assert math.isnan(Fraction(zero, zero).value)
    assert Fraction(low, zero).value == -math.inf
    assert Function("ln", zero).value == -math.inf
    assert math.isnan(Function("ln", low).value) and math.isnan(Root(low).value)
    assert Exponential(Number(1000.0)).value == math.inf


def test_an_equation():
    equation = Equation(Symbol("z"), Sum(A, B), -1.0, "a remark")
    assert equation.text() == "z = a + b\n  = 2 + (−3)\n  = −1"
    plain = Equation(Symbol("y"), Number(2.0), 2.0)
    assert plain.text() == "y = 2"


def test_numbers():
    assert [shown(v) for v in (0.0, -0.0, 1e-7, np.float32(0.1), float("nan"), -math.inf)] == [
        "0", "−0", "1e−07", "0.1", "nan", "−inf",
    ]  # fmt: skip
