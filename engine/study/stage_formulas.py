"""The formulas of layers without trained weights, for one number of one row.

dropout         a·scale·[u ≥ rate]          dx = dy·scale·[u ≥ rate]
scaling         a·scale + offset            dx = dy·scale
normalization   (a − mean)/spread           dx = dy/spread
inverse         mean + a·spread             dx = dy·spread
"""

from __future__ import annotations

from engine.study.expressions import (
    Condition,
    Equation,
    Expression,
    Fraction,
    Negative,
    Number,
    Product,
    Sum,
    Symbol,
)
from engine.study.letters import symbol, working
from engine.study.trace import StageTrace, Trace

REMARKS = {
    "dropout": "u is drawn for every number; scale = 1/(1 − rate)",
    "normalization": "spread = max(√variance, 1e−7)",
    "inverse": "spread = max(√variance, 1e−7)",
}


def forward(trace: Trace, layer: int, unit: int, row: int) -> list[Equation]:
    """What becomes of a unit's a behind Dense layer `layer`; of an input before the first (−1)."""
    told = []
    for number, stage in enumerate(working(trace, layer)):
        x = Number(stage.input[row, unit], symbol(trace, layer, number, unit))
        value = float(stage.output[row, unit])
        name = symbol(trace, layer, number + 1, unit)
        remark = f"{stage.name}: {REMARKS.get(stage.kind, 'on every number')}"
        if stage.kind == "dropout" and stage.draws is None:
            remark = f"{stage.name}: at the rate 1 all is dropped"
        told.append(Equation(name, _made(stage, x, unit, row), value, remark))
    return told


def backward(
    trace: Trace, layer: int, unit: int, row: int
) -> list[tuple[Symbol, Expression, float, str]]:
    """The way back through the same layers: symbol, formula, value and remark, last layer first.

    The last of them is the gradient of what the Dense layer passes on.
    """
    told = []
    for number, stage in reversed(list(enumerate(working(trace, layer)))):
        if stage.doutput is None or stage.dinput is None:
            break
        dy = Number(stage.doutput[row, unit], derivative(symbol(trace, layer, number + 1, unit)))
        name = derivative(symbol(trace, layer, number, unit))
        value = float(stage.dinput[row, unit])
        told.append(
            (name, _carried_back(stage, dy, unit, row), value, f"back through {stage.name}")
        )
    return told


def derivative(of: Symbol) -> Symbol:
    """The symbol of the gradient."""
    return Symbol(f"d{of.base}", of.below, of.above, of.row)


def _made(stage: StageTrace, x: Number, unit: int, row: int) -> Expression:
    if stage.kind == "dropout":
        return _dropped(stage, x, unit, row)
    first, second = (_constant(stage, name, unit) for name in stage.constants)
    if stage.kind == "scaling":
        return Sum(Product(x, first), second)
    if stage.kind == "normalization":
        return Fraction(Sum(x, Negative(first)), second)
    return Sum(first, Product(x, second))


def _carried_back(stage: StageTrace, dy: Number, unit: int, row: int) -> Expression:
    if stage.kind == "dropout":
        return _dropped(stage, dy, unit, row)
    first, second = (_constant(stage, name, unit) for name in stage.constants)
    if stage.kind == "scaling":
        return Product(dy, first)
    return Fraction(dy, second) if stage.kind == "normalization" else Product(dy, second)


def _dropped(stage: StageTrace, x: Number, unit: int, row: int) -> Expression:
    if stage.draws is None:
        return Number(0.0)
    scale = Number(float(stage.constants["scale"]), Symbol("scale"))
    rate = Number(float(stage.constants["rate"]), Symbol("rate"))
    u = Number(stage.draws[row, unit], Symbol("u", str(unit)))
    return Product(x, scale, Condition(u, "≥", rate))


def _constant(stage: StageTrace, name: str, unit: int) -> Number:
    return Number(stage.constants[name][unit], Symbol(name, str(unit)))
