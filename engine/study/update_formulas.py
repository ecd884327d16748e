"""What the optimizer does with one weight, as equations in the order of the computation.

    the gradient, clipped    the weight, decayed    the slots    the new weight    its average

The letters are those of :mod:`engine.optimizers`; a prime says "after the step".
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.study.expressions import (
    Equation,
    Expression,
    Fraction,
    Function,
    Negative,
    Number,
    Product,
    Root,
    Square,
    Sum,
    Symbol,
)
from engine.study.letters import length_of
from engine.study.rate_formulas import SCALE
from engine.study.trace import Trace, WeightTrace

ONE = Number(1.0)


@dataclass(frozen=True)
class Moved:
    """One number of a weight: which it is, its symbol, and what the optimizer did with all."""

    trace: Trace
    told: WeightTrace
    place: tuple[int, ...]
    symbol: Symbol

    def equations(self) -> list[Equation]:
        """All of them; of a frozen weight that it stays."""
        if not self.told.trained:
            return [self.becomes(self._weight("′"), self._weight(), "frozen: it is not trained")]
        told = [*self._clipping(), *self._decay()]
        slots, new = _STEPS[self.trace.optimizer](self)
        told += slots
        if "average" not in self.told.slots_after:
            return [*told, self.becomes(self._weight("′"), new)]
        return [*told, *self._averaged(new)]

    # --- letters ------------------------------------------------------------------------------

    def _named(self, base: str) -> Symbol:
        return Symbol(base, self.symbol.below, self.symbol.above)

    def _weight(self, prime: str = "") -> Number:
        values = self.told.new if prime else self.told.value
        return Number(values[self.place], self._named(self.symbol.base + prime))

    def slot(self, name: str, letter: str, after: bool) -> Number:
        """A slot of this number, before or after the step."""
        values = (self.told.slots_after if after else self.told.slots_before)[name]
        return Number(values[self.place], self._named(letter + "′" * after))

    def setting(self, name: str, letter: str, below: str = "") -> Number:
        """A number of the optimizer."""
        return Number(self.trace.settings[name], Symbol(letter, below))

    def becomes(self, number: Number, formula: Expression, remark: str = "") -> Equation:
        """The equation of a number."""
        assert number.symbol is not None
        return Equation(number.symbol, formula, number.value, remark)

    # --- around the step ----------------------------------------------------------------------

    @property
    def raw(self) -> Number:
        """The gradient before clipping."""
        assert self.told.gradient is not None
        return Number(self.told.gradient[self.place], self._named(f"d{self.symbol.base}"))

    @property
    def gradient(self) -> Number:
        """The gradient that the optimizer sees."""
        if self.told.clipped is None:
            return self.raw
        value = self.told.clipped[self.place]
        return Number(value, self._named(f"clipped d{self.symbol.base}"))

    @property
    def alpha(self) -> list[Expression]:
        """The factors of the size of the step: α, or s·α where the rate is made shorter."""
        adam = self.trace.optimizer in ("Adam", "AdamW")
        alpha = Number(self.trace.rate, Symbol("α", "t" if adam else ""))
        clipping = self.trace.clipping
        if clipping is None or clipping.scale is None or self.told.clipped is not None:
            return [alpha]
        return [Number(clipping.scale, SCALE), alpha]

    @property
    def from_where(self) -> Number:
        """The weight that the step begins at: after its decay."""
        if self.told.decay is None:
            return self._weight()
        value = self.told.value[self.place] + self.told.decay[self.place]
        return Number(value, self._named(f"decayed {self.symbol.base}"))

    def _clipping(self) -> list[Equation]:
        clipping = self.trace.clipping
        if clipping is None or self.told.clipped is None:
            return []
        c, g = Number(clipping.bound, Symbol("c")), self.raw
        if clipping.name == "clipvalue":
            formula: Expression = Function("max", Function("min", g, c), Negative(c))
            return [self.becomes(self.gradient, formula, "clipvalue c")]
        if clipping.scale is not None:
            return [self.becomes(self.gradient, Product(g, Number(clipping.scale, SCALE)))]
        assert self.told.squares is not None
        length = Number(self.told.squares**0.5, length_of(self.trace, self.told.name))
        formula = Fraction(Product(g, c), Function("max", length, c))
        return [self.becomes(self.gradient, formula, "clipnorm c; ‖…‖ = √Σ g² over the weight")]

    def _decay(self) -> list[Equation]:
        if self.told.decay is None:
            return []
        rate, share = self.setting("learning_rate", "α"), self.setting("weight_decay", "λ")
        formula = Sum(self._weight(), Negative(Product(self._weight(), share, rate)))
        return [self.becomes(self.from_where, formula)]

    def _averaged(self, new: Expression) -> list[Equation]:
        """The new weight, the moving average, and the weight that becomes it."""
        assert self.told.moved is not None
        average = self.slot("average", "ŵ", True)
        overwritten = self.trace.settings["ema_overwrite_frequency"]
        overwritten = overwritten and self.trace.step % overwritten == 0
        name = f"moved {self.symbol.base}" if overwritten else f"{self.symbol.base}′"
        moved = Number(self.told.moved[self.place], self._named(name))
        first = self.trace.step == 1
        mu = Number(0.0 if first else self.trace.settings["ema_momentum"], Symbol("μ", "a"))
        blended = Sum(
            Product(mu, self.slot("average", "ŵ", False)), Product(Sum(ONE, Negative(mu)), moved)
        )
        remark = "μₐ = 0 in the first step" if first else "μₐ: ema_momentum"
        told = [self.becomes(moved, new), self.becomes(average, blended, remark)]
        if overwritten:
            remark = "the average takes the weight's place"
            told.append(self.becomes(self._weight("′"), average, remark))
        return told


Step = tuple[list[Equation], Expression]


def _sgd(of: Moved) -> Step:
    """−α·g, or from the momentum: the equations of the slots, and the new weight."""
    descent = Negative(Product(*of.alpha, of.gradient))
    if "momentum" not in of.told.slots_after:
        return [], Sum(of.from_where, descent)
    mu, m = of.setting("momentum", "μ"), of.slot("momentum", "m", True)
    before = of.slot("momentum", "m", False)
    gathered = [of.becomes(m, Sum(Product(mu, before), descent))]
    if of.trace.settings["nesterov"]:
        return gathered, Sum(of.from_where, Product(mu, m), descent)
    return gathered, Sum(of.from_where, m)


def _adam(of: Moved) -> Step:
    """−α_t·m/(√v + ε)."""
    shares = [Sum(ONE, Negative(of.setting(f"beta_{i}", "β", str(i)))) for i in (1, 2)]
    equations, slots = [], []
    g = of.gradient
    for (name, letter), share, x in zip(
        (("momentum", "m"), ("velocity", "v")), shares, (g, Square(g)), strict=True
    ):
        before, after = of.slot(name, letter, False), of.slot(name, letter, True)
        blended = Sum(before, Product(Sum(x, Negative(before)), share))
        equations.append(of.becomes(after, blended))
        slots.append(after)
    m, v = slots
    if of.trace.settings["amsgrad"]:
        v_hat = of.slot("velocity_hat", "v̂", True)
        highest = Function("max", of.slot("velocity_hat", "v̂", False), v)
        equations.append(of.becomes(v_hat, highest))
        v = v_hat
    stride = Fraction(Product(*of.alpha, m), Sum(Root(v), of.setting("epsilon", "ε")))
    return equations, Sum(of.from_where, Negative(stride))


def _rmsprop(of: Moved) -> Step:
    """−α·g/√(v + ε)."""
    rho, epsilon, g = of.setting("rho", "ρ"), of.setting("epsilon", "ε"), of.gradient
    rest = Sum(ONE, Negative(rho))
    v = of.slot("velocity", "v", True)
    running = Sum(Product(rho, of.slot("velocity", "v", False)), Product(rest, Square(g)))
    equations = [of.becomes(v, running)]
    below = [v, epsilon]
    if of.trace.settings["centered"]:
        mean = of.slot("average_gradient", "ḡ", True)
        running = Sum(Product(rho, of.slot("average_gradient", "ḡ", False)), Product(rest, g))
        equations.append(of.becomes(mean, running))
        below = [v, Negative(Square(mean)), epsilon]  # type: ignore[list-item]
    delta = Fraction(Product(*of.alpha, g), Root(Sum(*below)))
    if "momentum" not in of.told.slots_after:
        return equations, Sum(of.from_where, Negative(delta))
    m, mu = of.slot("momentum", "m", True), of.setting("momentum", "μ")
    gathered = Sum(Product(mu, of.slot("momentum", "m", False)), delta)
    equations.append(of.becomes(m, gathered))
    return equations, Sum(of.from_where, Negative(m))


_STEPS = {"SGD": _sgd, "Adam": _adam, "AdamW": _adam, "RMSprop": _rmsprop}
