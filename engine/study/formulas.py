"""The formulas of a step as trees, for one unit of one layer and one row of the batch.

Each function builds the tree of one quantity from the numbers of a
:class:`~engine.study.trace.Trace`.  Where a function has two branches, the one that the numbers
take is shown, and a remark says why.

Indices below a letter are those of the arrays, from 0: x₀ … inputs, z₀ … units, w₀₁ from input 0
to unit 1.  The number above tells the layer, from 1; a⁽⁰⁾ is x.
"""

from __future__ import annotations

from engine.kernels import losses
from engine.losses.binary_crossentropy import EPSILON
from engine.study.expressions import (
    LONG,
    Condition,
    Equation,
    Exponential,
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
from engine.study.trace import LayerTrace, Trace, WeightTrace

ONE, TWO = Number(1.0), Number(2.0)

LIMITS = "p is kept between 1e−7 and 1 − 1e−7"


class Neuron:
    """Unit `unit` of layer number `layer` (from 0) on row `row` of the batch.

    `most` terms of the sums over inputs, units and rows are shown; None: all.
    """

    def __init__(
        self, trace: Trace, layer: int, unit: int, row: int, most: int | None = LONG
    ) -> None:
        self.trace, self.layer, self.unit, self.row = trace, layer, unit, row
        self.most = most
        self.numbers: LayerTrace = trace.layers[layer]
        self.is_last = layer == len(trace.layers) - 1

    # --- letters ------------------------------------------------------------------------------

    def _above(self, layer: int) -> str:
        return f"({layer + 1})" if len(self.trace.layers) > 1 else ""

    def _input(self, k: int, row: int | None = None) -> Number:
        """x_k, or what unit k of the layer before passed on."""
        value = self.numbers.input[self.row if row is None else row, k]
        if self.layer == 0:
            return Number(value, Symbol("x", str(k), "", row))
        return Number(value, Symbol("a", str(k), self._above(self.layer - 1), row))

    def _weight(self, k: int, unit: int, layer: int) -> Number:
        below = f"{k}{unit}" if max(k, unit) < 10 else f"{k},{unit}"
        value = self.trace.layers[layer].kernel[k, unit]
        return Number(value, Symbol("w", below, self._above(layer)))

    def _of(self, name: str, unit: int, row: int | None = None) -> Number:
        """z, a, da or dz of a unit of this layer."""
        values = getattr(self.numbers, name)
        value = values[self.row if row is None else row, unit]
        return Number(value, Symbol(name, str(unit), self._above(self.layer), row))

    def _label(self, unit: int) -> Number:
        """What the loss wants of a unit: y, or 1 for the class that is the label."""
        y = self.trace.targets
        if self.trace.loss_form in (losses.SPARSE_LOGITS, losses.SPARSE):
            return Number(float(y[self.row, 0] == unit), Symbol("y", str(unit)))
        return Number(y[self.row, unit], Symbol("y", str(unit)))

    def _all(self, name: str) -> list[Number]:
        return [self._of(name, c) for c in range(self.numbers.z.shape[1])]

    # --- forward ------------------------------------------------------------------------------

    def z(self) -> Equation:
        """z = Σ x·w + b."""
        inputs = self.numbers.kernel.shape[0]
        terms: list[Expression] = [
            Product(self._input(k), self._weight(k, self.unit, self.layer)) for k in range(inputs)
        ]
        if self.numbers.bias is not None:
            terms.append(self._bias())
        return self._equation("z", Sum(*terms, most=self.most))

    def a(self) -> Equation:
        """a = activation(z)."""
        z, name = self._of("z", self.unit), self.numbers.activation
        if name == "softmax":
            return self._equation("a", _share(self._all("z"), self.unit))
        formula, remark = _activation(name, z)
        return self._equation("a", formula, remark)

    def loss(self) -> Equation:
        """The loss of the row."""
        formula, remark = self._loss()
        weights = self.trace.sample_weight
        if weights is not None:
            formula = Product(Number(weights[self.row], Symbol("weight")), formula)
        value = float(self.trace.sample_losses[self.row])
        return Equation(Symbol("loss", "", "", self.row), formula, value, remark)

    def _loss(self) -> tuple[Expression, str]:
        form, units = self.trace.loss_form, self.numbers.z.shape[1]
        z, a = self._all("z"), self._all("a")
        y = [self._label(c) for c in range(units)]
        read = z if self.trace.loss_on == "z" else a
        if form == losses.BINARY_LOGITS:
            return _mean([_binary_on_logits(v, t) for v, t in zip(read, y, strict=True)]), ""
        if form == losses.SQUARED:
            terms = [Square(Sum(t, Negative(v))) for v, t in zip(read, y, strict=True)]
            return _mean(list(terms)), ""
        if form == losses.BINARY:
            terms_ = [_binary(self._clipped(v), t) for v, t in zip(read, y, strict=True)]
            return _mean(list(terms_)), LIMITS if any(map(self._is_clipped, read)) else ""
        if form in (losses.CATEGORICAL_LOGITS, losses.SPARSE_LOGITS):
            logarithm = Function("ln", Sum(*(Exponential(v) for v in _shifted(read))))
            surprises = [Sum(logarithm, Negative(v)) for v in _shifted(read)]
            parts = [Product(t, s) for t, s in zip(y, surprises, strict=True) if t.value]
            return Sum(*parts) if parts else Number(0.0), "terms with y = 0 left out"
        if form == losses.SPARSE:
            p = [self._clipped(v) for v in read]
            q: list[Expression] = [Fraction(v, Sum(*p)) for v in p]
        else:
            q = [self._clipped(Fraction(v, Sum(*read))) for v in read]
        logs = [Product(t, Function("ln", v)) for t, v in zip(y, q, strict=True) if t.value]
        return Negative(Sum(*logs)) if logs else Number(0.0), f"terms with y = 0 left out; {LIMITS}"

    # --- backward -----------------------------------------------------------------------------

    def da(self) -> Equation | None:
        """The gradient with respect to a: through the layer behind, or from the loss."""
        if self.numbers.da is None:
            return None
        if self.is_last:
            return self._equation("da", self._d_loss(), self._d_loss_remark())
        behind = Neuron(self.trace, self.layer + 1, 0, self.row)
        units = behind.numbers.z.shape[1]
        terms = [
            Product(behind._of("dz", c), self._weight(self.unit, c, self.layer + 1))
            for c in range(units)
        ]
        return self._equation("da", Sum(*terms, most=self.most))

    def dz(self) -> Equation:
        """The gradient with respect to z: the error signal of the unit."""
        if self.numbers.da is None:
            return self._equation("dz", self._d_loss(), self._d_loss_remark())
        name, da = self.numbers.activation, self._of("da", self.unit)
        a = self._of("a", self.unit)
        if name == "softmax":
            products = [Product(d, v) for d, v in zip(self._all("da"), self._all("a"), strict=True)]
            return self._equation("dz", Product(a, Sum(da, Negative(Sum(*products)))))
        slope, remark = _slope(name, a)
        return self._equation("dz", Product(da, slope) if slope is not ONE else da, remark)

    def _d_loss(self) -> Expression:
        form, j = self.trace.loss_form, self.unit
        read = self._all("z" if self.trace.loss_on == "z" else "a")
        y, v = self._label(j), read[j]
        g = Number(self.trace.share[self.row, j], Symbol("g"))
        if form == losses.BINARY_LOGITS:
            p = self._of("a", j) if self._activated_by("sigmoid") else _logistic(v)
            return Product(g, Sum(p, Negative(y)))
        if form == losses.SQUARED:
            return Negative(Product(TWO, g, Sum(y, Negative(v))))
        if form in (losses.CATEGORICAL_LOGITS, losses.SPARSE_LOGITS):
            p = self._of("a", j) if self._activated_by("softmax") else _share(read, j)
            return Product(g, Sum(p, Negative(y)))
        if form == losses.BINARY:
            if self._is_clipped(v):
                return Number(0.0)
            no = Fraction(Sum(ONE, Negative(y)), Sum(ONE, Negative(v)))
            return Product(g, Sum(no, Negative(Fraction(y, v))))
        if form == losses.SPARSE:
            if self._is_clipped(v):
                return Number(0.0)
            share = Fraction(v, Sum(*(self._clipped(p) for p in read)))
            return Product(Fraction(g, v), Sum(share, Negative(y)))
        total = Sum(*read)
        labels = [self._label(c) for c in range(len(read))]
        along = [
            Product(g, Fraction(t, Fraction(p, total)), Fraction(p, Square(total)))
            for t, p in zip(labels, read, strict=True)
            if t.value and not self._is_clipped(Fraction(p, total))
        ]
        if self._is_clipped(Fraction(v, total)) or not y.value:
            return Sum(*along) if along else Number(0.0)
        own = Fraction(Product(g, Fraction(y, Fraction(v, total))), total)
        return Sum(*along, Negative(own))

    def _is_clipped(self, p: Expression) -> bool:
        """Whether a probability is so near to 0 or 1 that its logarithm is not taken."""
        number = self.numbers.z.dtype.type
        return not float(number(EPSILON)) <= p.value <= float(number(1) - number(EPSILON))

    def _clipped(self, p: Expression) -> Expression:
        """The probability, or the limit where it is beyond."""
        if not self._is_clipped(p) or p.value != p.value:
            return p
        number = self.numbers.z.dtype.type
        return Number(float(number(EPSILON) if p.value < 0.5 else number(1) - number(EPSILON)))

    def _activated_by(self, name: str) -> bool:
        return self.trace.loss_on == "z" and self.numbers.activation == name

    def _d_loss_remark(self) -> str:
        rows, units = self.trace.share.shape
        through = f"·{units}" if self.trace.loss_form not in losses.ROW_WISE and units > 1 else ""
        weighted = "" if self.trace.sample_weight is None else "weight·"
        return (
            f"g = {weighted}1/({rows}{through}): the mean"
            if through
            else f"g = {weighted}1/{rows}: the mean over the rows"
        )

    def dkernel(self, k: int) -> Equation:
        """dW = Σ over the rows x·dz, plus the penalty's gradient."""
        rows = range(len(self.trace.x))
        terms = [Product(self._input(k, r), self._of("dz", self.unit, r)) for r in rows]
        weight = self._weight(k, self.unit, self.layer)
        return self._gradient(weight, list(terms), "kernel", (k, self.unit))

    def dbias(self) -> Equation | None:
        """db = Σ over the rows dz, plus the penalty's gradient."""
        if self.numbers.bias is None:
            return None
        terms = [self._of("dz", self.unit, r) for r in range(len(self.trace.x))]
        return self._gradient(self._bias(), list(terms), "bias", (self.unit,))

    def _gradient(
        self, weight: Number, terms: list[Expression], which: str, place: tuple[int, ...]
    ) -> Equation:
        told, symbol = self._trained(which), weight.symbol
        assert symbol is not None
        remark = "Σ over the rows"
        if told.penalty_gradient is not None:
            terms.append(Number(told.penalty_gradient[place], Symbol("dpenalty")))
            remark += ", plus the penalty's gradient"
        name = Symbol(f"d{symbol.base}", symbol.below, symbol.above)
        total = Sum(*terms, most=self.most)
        return Equation(name, total, float(told.gradient[place]), remark)

    def _trained(self, which: str) -> WeightTrace:
        """What the optimizer did with the layer's kernel or bias."""
        name = f"{self.numbers.name}/{which}"
        return next(weight for weight in self.trace.weights if weight.name == name)

    # --- update -------------------------------------------------------------------------------

    def update(self, k: int | None) -> list[Equation]:
        """The slots and the new value of the weight of input k, or of the bias (None)."""
        told = self._trained("bias" if k is None else "kernel")
        place = (self.unit,) if k is None else (k, self.unit)
        weight = self._bias() if k is None else self._weight(k, self.unit, self.layer)
        symbol = weight.symbol
        assert symbol is not None
        below, above = symbol.below, symbol.above
        g = Number(told.gradient[place], Symbol(f"d{symbol.base}", below, above))

        def slot(name: str, letter: str, after: bool) -> Number:
            values = (told.slots_after if after else told.slots_before)[name]
            return Number(values[place], Symbol(letter + "′" * after, below, above))

        def becomes(number: Number, formula: Expression, remark: str = "") -> Equation:
            assert number.symbol is not None
            return Equation(number.symbol, formula, number.value, remark)

        new = Number(told.new[place], Symbol(symbol.base + "′", below, above))
        settings = self.trace.settings
        alpha = Number(self.trace.rate, Symbol("α"))
        if self.trace.optimizer == "SGD":
            if "momentum" not in told.slots_after:
                return [becomes(new, Sum(weight, Negative(Product(alpha, g))))]
            mu, m = Number(settings["momentum"], Symbol("μ")), slot("momentum", "m", True)
            before = slot("momentum", "m", False)
            descent = Negative(Product(alpha, g))
            equations = [becomes(m, Sum(Product(mu, before), descent))]
            if settings["nesterov"]:
                return [*equations, becomes(new, Sum(weight, Product(mu, m), descent))]
            return [*equations, becomes(new, Sum(weight, m))]
        alpha = Number(self.trace.rate, Symbol("α", "t"))
        shares = [
            Sum(ONE, Negative(Number(settings[f"beta_{i}"], Symbol("β", str(i))))) for i in (1, 2)
        ]
        equations, slots = [], []
        for (name, letter), share, x in zip(
            (("momentum", "m"), ("velocity", "v")), shares, (g, Square(g)), strict=True
        ):
            before, after = slot(name, letter, False), slot(name, letter, True)
            blended = Sum(before, Product(Sum(x, Negative(before)), share))
            equations.append(becomes(after, blended))
            slots.append(after)
        m, v = slots
        if settings["amsgrad"]:
            v_hat = slot("velocity_hat", "v̂", True)
            highest = Function("max", slot("velocity_hat", "v̂", False), v)
            equations.append(becomes(v_hat, highest))
            v = v_hat
        epsilon = Number(settings["epsilon"], Symbol("ε"))
        stride = Fraction(Product(alpha, m), Sum(Root(v), epsilon))
        return [*equations, becomes(new, Sum(weight, Negative(stride)))]

    def _bias(self) -> Number:
        assert self.numbers.bias is not None
        symbol = Symbol("b", str(self.unit), self._above(self.layer))
        return Number(self.numbers.bias[self.unit], symbol)

    def _equation(self, name: str, formula: Expression, remark: str = "") -> Equation:
        number = self._of(name, self.unit)
        assert number.symbol is not None
        return Equation(number.symbol, formula, number.value, remark)


def rate(trace: Trace) -> Equation | None:
    """α_t = α·√(1 − β₂ᵗ)/(1 − β₁ᵗ), which Adam's step has."""
    if trace.optimizer == "SGD":
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


def _activation(name: str, z: Number) -> tuple[Expression, str]:
    """a of z, and which branch it is."""
    if name == "linear":
        return z, ""
    if name == "relu":
        return Function("max", z, Number(0.0)), ""
    if name == "sigmoid":
        return _logistic(z), ""
    if name == "tanh":
        return Function("tanh", z), ""
    if z.value > 0:
        return z, "because z > 0"
    if name == "leaky_relu":
        return Product(Number(0.2), z), "because z ≤ 0"
    return Sum(Exponential(z), Negative(ONE)), "because z ≤ 0"


def _logistic(z: Number) -> Expression:
    """1/(1 + e^−z)."""
    return Fraction(ONE, Sum(ONE, Exponential(Negative(z))))


def _slope(name: str, a: Number) -> tuple[Expression, str]:
    """da/dz by a, and which branch it is."""
    if name == "linear":
        return ONE, ""
    if name == "relu":
        return Condition(a), "the slope at 0 counts as 0"
    if name == "sigmoid":
        return Product(a, Sum(ONE, Negative(a))), ""
    if name == "tanh":
        return Sum(ONE, Negative(Square(a))), ""
    if name == "leaky_relu":
        return (ONE, "because z > 0") if a.value > 0 else (Number(0.2), "because z ≤ 0")
    return (ONE, "because a ≥ 0") if a.value >= 0 else (Sum(a, ONE), "because a < 0: eᶻ = a + 1")


def _shifted(z: list[Number]) -> list[Expression]:
    """z − max z: nothing overflows."""
    largest = Number(max(v.value for v in z), Symbol("z", "max"))
    return [Sum(v, Negative(largest)) for v in z]


def _share(z: list[Number], j: int) -> Expression:
    """The softmax of z at j."""
    shifted = _shifted(z)
    return Fraction(Exponential(shifted[j]), Sum(*(Exponential(v) for v in shifted)))


def _mean(terms: list[Expression]) -> Expression:
    if len(terms) == 1:
        return terms[0]
    count = Number(float(len(terms)))
    # One fraction for each unit: what it adds to the loss.
    return Sum(*(Fraction(term, count) for term in terms))


def _binary_on_logits(z: Number, y: Number) -> Expression:
    """ln(1 + e^−|z|) + max(z, 0) − z·y."""
    logarithm = Function("ln", Sum(ONE, Exponential(Negative(Function("abs", z)))))
    return Sum(logarithm, Function("max", z, Number(0.0)), Negative(Product(z, y)))


def _binary(p: Expression, y: Number) -> Expression:
    """−(y·ln p + (1 − y)·ln(1 − p))."""
    no = Product(Sum(ONE, Negative(y)), Function("ln", Sum(ONE, Negative(p))))
    return Negative(Sum(Product(y, Function("ln", p)), no))
