"""How large a step is: the formulas that are the same for all weights.

α      what the schedule says of step s = t − 1         :mod:`engine.optimizers.schedules`
α_t    α·√(1 − β₂ᵗ)/(1 − β₁ᵗ)                           Adam
‖G‖    √Σ ‖g‖² over all weights, and the scale that global_clipnorm makes of it
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from engine.study.expressions import (
    Equation,
    Expression,
    Fraction,
    Function,
    Negative,
    Number,
    Power,
    Product,
    Root,
    Sum,
    Symbol,
)
from engine.study.letters import length_of
from engine.study.trace import Trace

ONE, HALF = Number(1.0), Number(0.5)

LENGTH = Symbol("‖G‖")
SCALE = Symbol("s")


def rates(trace: Trace) -> list[Equation]:
    """In the order of the computation."""
    told = [*_clipping(trace)]
    if trace.schedule is not None:
        told.append(_scheduled(trace))
    if (step := _of_adam(trace)) is not None:
        told.append(step)
    return told


def _clipping(trace: Trace) -> list[Equation]:
    """The length of all gradients together, and what they are multiplied by."""
    clipping = trace.clipping
    if clipping is None or clipping.norm is None or clipping.scale is None:
        return []
    squares = [
        Number(w.squares, length_of(trace, w.name, square=True))
        for w in trace.weights
        if w.squares is not None
    ]
    length, bound = Number(clipping.norm, LENGTH), Number(clipping.bound, Symbol("c"))
    smaller = Function("min", Fraction(ONE, length), Fraction(ONE, bound))
    remark = "over all trained weights"
    return [
        Equation(LENGTH, Root(Sum(*squares)), clipping.norm, remark),
        Equation(SCALE, Product(bound, smaller), clipping.scale, "global_clipnorm c"),
    ]


def _of_adam(trace: Trace) -> Equation | None:
    """α_t, which Adam's step has."""
    if trace.optimizer not in ("Adam", "AdamW"):
        return None
    t, settings = trace.step, trace.settings
    powers = [
        Number(settings[f"beta_{i}"] ** t, Symbol("β", str(i), str(t) if t > 1 else ""))
        for i in (1, 2)
    ]
    one, two = (Sum(ONE, Negative(power)) for power in powers)
    alpha = Number(settings["learning_rate"], Symbol("α"))
    formula = Fraction(Product(alpha, Root(two)), one)
    return Equation(Symbol("α", "t"), formula, trace.rate, f"step t = {t}")


# --- schedules ------------------------------------------------------------------------------------


def _scheduled(trace: Trace) -> Equation:
    """α of this step by its schedule."""
    assert trace.schedule is not None
    name, told = trace.schedule
    s = trace.step - 1
    formula, why = _SCHEDULES.get(name, _of_the_user)(told, Number(float(s), Symbol("s")))
    value = trace.settings["learning_rate"]
    remark = f"{name}, steps counted from s = 0"
    return Equation(Symbol("α"), formula or Number(value), value, remark + why)


def _first(told: dict[str, Any]) -> Number:
    return Number(told["initial_learning_rate"], Symbol("α", "0"))


def _number(told: dict[str, Any], name: str, letter: str) -> Number:
    return Number(float(told[name]), Symbol(letter))


def _exponential(told: dict[str, Any], s: Number) -> tuple[Expression, str]:
    """α₀·γ^(s/n)."""
    passed = _passed(told, s)
    return Product(_first(told), Power(_number(told, "decay_rate", "γ"), passed)), ""


def _inverse_time(told: dict[str, Any], s: Number) -> tuple[Expression, str]:
    """α₀/(1 + γ·s/n)."""
    rate = _number(told, "decay_rate", "γ")
    return Fraction(_first(told), Sum(ONE, Product(rate, _passed(told, s)))), ""


def _passed(told: dict[str, Any], s: Number) -> Expression:
    """s/n, or whole stairs of it."""
    share = Fraction(s, _number(told, "decay_steps", "n"))
    return Function("floor", share) if told["staircase"] else share


def _polynomial(told: dict[str, Any], s: Number) -> tuple[Expression, str]:
    """(α₀ − α₁)·(1 − min(s, n)/n)^p + α₁."""
    last = Number(told["end_learning_rate"], Symbol("α", "1"))
    n: Expression = _number(told, "decay_steps", "n")
    if told["cycle"]:
        n = Product(n, Function("ceil", Fraction(s, n))) if s.value else n
        share = Fraction(s, n)
    else:
        share = Fraction(Function("min", s, n), n)
    left = Power(Sum(ONE, Negative(share)), _number(told, "power", "p"))
    return Sum(Product(Sum(_first(told), Negative(last)), left), last), ""


def _piecewise(told: dict[str, Any], s: Number) -> tuple[Expression, str]:
    """The value of the piece that the step is in."""
    passed = [b for b in told["boundaries"] if s.value > b]
    value = told["values"][len(passed)]
    if len(passed) < len(told["boundaries"]):
        return Number(value), f": s = {s.value:g} ≤ {told['boundaries'][len(passed)]:g}"
    return Number(value), f": s = {s.value:g} > {passed[-1]:g}"


def _cosine(told: dict[str, Any], s: Number) -> tuple[Expression, str]:
    """Half a wave, maybe after a rise."""
    n = _number(told, "decay_steps", "n")
    if told["warmup_target"] is None:
        return _wave(told, _first(told), Fraction(Function("min", s, n), n)), ""
    target, w = _number(told, "warmup_target", "β"), _number(told, "warmup_steps", "w")
    if s.value < w.value:
        rise = Product(Sum(target, Negative(_first(told))), Fraction(s, w))
        return Sum(rise, _first(told)), ": the rise, while s < w"
    passed = Sum(Function("min", s, Sum(n, w)), Negative(w))
    return _wave(told, target, Fraction(passed, n)), ""


def _wave(told: dict[str, Any], highest: Expression, share: Expression) -> Expression:
    """highest·((1 − ρ)·½·(1 + cos(π·share)) + ρ)."""
    rho = _number(told, "alpha", "ρ")
    wave = Sum(ONE, Function("cos", Product(Number(math.pi, Symbol("π")), share)))
    return Product(highest, Sum(Product(Sum(ONE, Negative(rho)), HALF, wave), rho))


def _restarts(told: dict[str, Any], s: Number) -> tuple[Expression, str]:
    """α₀·((1 − ρ)·½·mʳ·(1 + cos(π·f)) + ρ)."""
    t, c = float(told["t_mul"]), s.value / told["first_decay_steps"]
    r = math.floor(c) if t == 1 else math.floor(math.log(1 - c * (1 - t)) / math.log(t))
    f = c - r if t == 1 else (c - (1 - t**r) / (1 - t)) / t**r
    rho, higher = _number(told, "alpha", "ρ"), _number(told, "m_mul", "m")
    share = Number(f, Symbol("f"))
    wave = Sum(ONE, Function("cos", Product(Number(math.pi, Symbol("π")), share)))
    height = Power(higher, Number(float(r), Symbol("r")))
    inner = Sum(Product(Sum(ONE, Negative(rho)), HALF, height, wave), rho)
    return Product(_first(told), inner), f": restart r = {r}, of which the share f has passed"


def _of_the_user(told: dict[str, Any], s: Number) -> tuple[Expression | None, str]:
    """A schedule of the user's, whose formula nobody knows."""
    return None, ": what it says of this step"


_SCHEDULES: dict[str, Callable[[dict[str, Any], Number], tuple[Expression | None, str]]] = {
    "ExponentialDecay": _exponential,
    "InverseTimeDecay": _inverse_time,
    "PolynomialDecay": _polynomial,
    "PiecewiseConstantDecay": _piecewise,
    "CosineDecay": _cosine,
    "CosineDecayRestarts": _restarts,
}
