"""How the losses of the rows become the loss of the step.

penalty = l1·Σ|w| + l2·Σw²            that of a layer's activations is divided by the rows
loss    = Σ loss[row] / rows + penalties             or without the division, for a sum
"""

from __future__ import annotations

import numpy as np

from engine.kernels.memory import Array
from engine.study.expressions import (
    LONG,
    Equation,
    Expression,
    Fraction,
    Number,
    Product,
    Sum,
    Symbol,
)
from engine.study.trace import Trace


def penalties(trace: Trace) -> list[Equation]:
    """What each regularizer adds to the loss."""
    told = []
    for name, value in trace.penalties.items():
        owner, which = name.rsplit("/", 1)
        activity = which == "activity"
        if activity:
            numbers = next(layer.a for layer in trace.layers if layer.name == owner)
        else:
            numbers = next(w.value for w in trace.weights if w.name == name)
        formula = _penalty(numbers, trace.factors[name], "a" if activity else "w")
        if activity:
            formula = Fraction(formula, Number(float(len(trace.x))))
        told.append(Equation(_symbol(name), formula, value, "of the regularizer"))
    return told


def total(trace: Trace, most: int | None = LONG) -> Equation:
    """The loss of the step: what is trained."""
    rows = [
        Number(v, Symbol("loss", "", "", row)) for row, v in enumerate(trace.sample_losses.tolist())
    ]
    formula: Expression = Sum(*rows, most=most)
    remark = "the mean over the rows"
    if trace.reduction == "sum":
        remark = "the sum over the rows"
    else:
        weighted = trace.reduction == "mean_with_sample_weight" and trace.sample_weight is not None
        below = Number(trace.divisor, Symbol("Σ weight") if weighted else None)
        formula = Fraction(formula, below)
        remark = "divided by the sum of the weights" if weighted else remark
    if trace.penalties:
        added = (Number(v, _symbol(name)) for name, v in trace.penalties.items())
        terms = formula.terms if isinstance(formula, Sum) else (formula,)
        formula, remark = Sum(*terms, *added, most=most), f"{remark}, plus the penalties"
    return Equation(Symbol("loss"), formula, trace.loss, remark)


def _symbol(name: str) -> Symbol:
    return Symbol(f"penalty({name})")


def _penalty(w: Array, factors: tuple[float | None, float | None], letter: str) -> Expression:
    """l1·Σ|w| + l2·Σw², of those that there are."""
    wide, terms = w.astype(np.float64), []
    l1, l2 = factors
    if l1 is not None:
        absolute = Number(float(np.abs(wide).sum()), Symbol(f"Σ|{letter}|"))
        terms.append(Product(Number(l1, Symbol("l1")), absolute))
    if l2 is not None:
        squares = Number(float(np.square(wide).sum()), Symbol(f"Σ{letter}²"))
        terms.append(Product(Number(l2, Symbol("l2")), squares))
    return Sum(*terms) if terms else Number(0.0)
