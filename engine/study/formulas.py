"""The formulas of a step as trees, for one unit of one layer and one row of the batch.

Each function builds the tree of one quantity from the numbers of a
:class:`~engine.study.trace.Trace`.  Where a function has two branches, the one that the numbers
take is shown, and a remark says why.

Indices below a letter are those of the arrays, from 0: x₀ … inputs, z₀ … units, w₀₁ from input 0
to unit 1.  The number above tells the layer, from 1 (:mod:`engine.study.letters`).
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.kernels import losses
from engine.losses.binary_crossentropy import EPSILON
from engine.study import stage_formulas
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
    Square,
    Sum,
    Symbol,
    shown,
)
from engine.study.letters import above, passed_on, working
from engine.study.trace import LayerTrace, Trace, WeightTrace
from engine.study.update_formulas import Moved

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
        return above(self.trace, layer)

    def _input(self, k: int, row: int | None = None) -> Number:
        """x_k, or what unit k of the layer before passed on."""
        sample = self.row if row is None else row
        return passed_on(self.trace, self.layer - 1, k, sample, row)[0]

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

    def _read(self) -> list[Number]:
        """What the loss reads of the row: z, a, or what the layers behind make of it."""
        if self.trace.loss_on == "z":
            return self._all("z")
        units = range(self.numbers.z.shape[1])
        return [passed_on(self.trace, self.layer, c, self.row)[0] for c in units]

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

    def before(self, inputs: Sequence[int]) -> list[Equation]:
        """What becomes of some inputs before the first Dense layer reads them."""
        if self.layer > 0:
            return []
        return [e for k in inputs for e in stage_formulas.forward(self.trace, -1, k, self.row)]

    def behind(self) -> list[Equation]:
        """What the layers behind this one make of the unit's a."""
        return stage_formulas.forward(self.trace, self.layer, self.unit, self.row)

    def smoothed(self) -> Equation | None:
        """The label after label_smoothing: what the loss wants of the unit."""
        share, units = self.trace.label_smoothing, self.numbers.z.shape[1]
        if not share or self.trace.targets is self.trace.y:
            return None
        smoothing = Number(share, Symbol("smoothing"))
        given = Number(self.trace.y[self.row, self.unit], Symbol("label", str(self.unit)))
        among = units if self.trace.loss_name.startswith("cat") else 2
        kept = Product(given, Sum(ONE, Negative(smoothing)))
        formula = Sum(kept, Fraction(smoothing, Number(float(among))))
        y = self._label(self.unit)
        assert y.symbol is not None
        return Equation(y.symbol, formula, y.value, "label_smoothing")

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
        y = [self._label(c) for c in range(units)]
        read = self._read()
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

    def signals(self) -> list[Equation]:
        """The gradients on the way back to z, in the order of the computation.

        Where nothing before is trained the way back ends: there are none.
        """
        if self.numbers.dz is None:
            return []
        told = [] if self.numbers.da is None else self._to_a()
        if (slope := self._d_activity()) is not None:
            told.insert(max(len(told) - 1, 0), slope)
        return [*told, self.dz()]

    def _to_a(self) -> list[Equation]:
        """From what the layers behind pass on to a."""
        trace, told = self.trace, []
        stages = stage_formulas.backward(trace, self.layer, self.unit, self.row)
        if stages:
            last = working(trace, self.layer)[-1]
            assert last.doutput is not None
            name = passed_on(trace, self.layer, self.unit, self.row)[0].symbol
            assert name is not None
            value = float(last.doutput[self.row, self.unit])
            told.append(Equation(stage_formulas.derivative(name), *self._from_behind(value)))
        for name, formula, value, remark in stages[:-1]:
            told.append(Equation(name, formula, value, remark))
        formula, value, remark = stages[-1][1:] if stages else self._from_behind(0.0)
        if self.numbers.activity_gradient is not None:
            terms = formula.terms if isinstance(formula, Sum) else (formula,)
            formula = Sum(*terms, self._activity_slope(), most=self.most)
        return [*told, self._equation("da", formula, remark)]

    def _from_behind(self, value: float) -> tuple[Expression, float, str]:
        """The gradient of what is passed on: from the loss, or through the next Dense layer."""
        if self.is_last:
            return self._d_loss(), value, self._d_loss_remark()
        behind = Neuron(self.trace, self.layer + 1, 0, self.row)
        terms = [
            Product(behind._of("dz", c), self._weight(self.unit, c, self.layer + 1))
            for c in range(behind.numbers.z.shape[1])
        ]
        return Sum(*terms, most=self.most), value, ""

    def _activity_slope(self) -> Number:
        """What the penalty on the activations adds to da."""
        assert self.numbers.activity_gradient is not None
        value = self.numbers.activity_gradient[self.row, self.unit]
        return Number(value, self._activity_symbol(self.unit))

    def _activity_symbol(self, unit: int) -> Symbol:
        return Symbol("dactivity", str(unit), self._above(self.layer))

    def _d_activity(self) -> Equation | None:
        """The gradient of the penalty on the activations: that of all rows, divided by them."""
        if self.numbers.activity_gradient is None:
            return None
        slope, a = self._activity_slope(), self._of("a", self.unit)
        factors = self.trace.factors[f"{self.numbers.name}/activity"]
        rows = Number(float(len(self.trace.x)))
        assert slope.symbol is not None
        formula = Fraction(slope_of_penalty(a, factors), rows)
        return Equation(slope.symbol, formula, slope.value, "of the activity_regularizer")

    def dz(self) -> Equation:
        """The gradient with respect to z: the error signal of the unit."""
        if self.numbers.da is None:
            formula, remark = self._d_loss(), self._d_loss_remark()
            if self.numbers.activity_gradient is None:
                return self._equation("dz", formula, remark)
            through, _ = self._back_through_activation(self._activity_slopes())
            return self._equation("dz", Sum(formula, through), remark)
        formula, remark = self._back_through_activation(self._all("da"))
        return self._equation("dz", formula, remark)

    def _activity_slopes(self) -> list[Number]:
        """dactivity of every unit."""
        slopes = self.numbers.activity_gradient
        assert slopes is not None
        return [Number(v, self._activity_symbol(c)) for c, v in enumerate(slopes[self.row])]

    def _back_through_activation(self, slopes: list[Number]) -> tuple[Expression, str]:
        """From gradients of the units' a to that of this unit's z."""
        name, a, da = self.numbers.activation, self._of("a", self.unit), slopes[self.unit]
        if name == "softmax":
            products = [Product(d, v) for d, v in zip(slopes, self._all("a"), strict=True)]
            return Product(a, Sum(da, Negative(Sum(*products)))), ""
        slope, remark = _slope(name, a)
        return (da if slope is ONE else Product(da, slope)), remark

    def _d_loss(self) -> Expression:
        form, j = self.trace.loss_form, self.unit
        read = self._read()
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
        if self.trace.reduction == "sum":
            told = weighted.rstrip("·") or "1"
            return f"g = {told}{f'/{units}' if through else ''}: the sum over the rows"
        if self.trace.reduction == "mean_with_sample_weight" and weighted:
            below = f"(Σ weight{through})" if through else "Σ weight"
            return f"g = {weighted}1/{below}, Σ weight = {shown(self.trace.divisor)}: the mean"
        return (
            f"g = {weighted}1/({rows}{through}): the mean"
            if through
            else f"g = {weighted}1/{rows}: the mean over the rows"
        )

    def dkernel(self, k: int) -> list[Equation]:
        """DW = Σ over the rows x·dz, plus the penalty's gradient; none of a frozen weight."""
        if self.numbers.dkernel is None:
            return []
        rows = range(len(self.trace.x))
        terms = [Product(self._input(k, r), self._of("dz", self.unit, r)) for r in rows]
        weight = self._weight(k, self.unit, self.layer)
        return self._gradient(weight, list(terms), "kernel", (k, self.unit))

    def dbias(self) -> list[Equation]:
        """Db = Σ over the rows dz, plus the penalty's gradient; none of a frozen weight."""
        if self.numbers.bias is None or self.numbers.dbias is None:
            return []
        terms = [self._of("dz", self.unit, r) for r in range(len(self.trace.x))]
        return self._gradient(self._bias(), list(terms), "bias", (self.unit,))

    def _gradient(
        self, weight: Number, terms: list[Expression], which: str, place: tuple[int, ...]
    ) -> list[Equation]:
        told, symbol, before = self._trained(which), weight.symbol, []
        assert symbol is not None and told.gradient is not None
        remark = "Σ over the rows"
        if told.penalty_gradient is not None:
            slope = Number(told.penalty_gradient[place], Symbol("dpenalty"))
            terms.append(slope)
            remark += ", plus the penalty's gradient"
            formula = slope_of_penalty(weight, self.trace.factors[told.name])
            before.append(Equation(Symbol("dpenalty"), formula, slope.value, "of the regularizer"))
        name = Symbol(f"d{symbol.base}", symbol.below, symbol.above)
        total = Sum(*terms, most=self.most)
        return [*before, Equation(name, total, float(told.gradient[place]), remark)]

    def _trained(self, which: str) -> WeightTrace:
        """What the optimizer did with the layer's kernel or bias."""
        name = f"{self.numbers.name}/{which}"
        return next(weight for weight in self.trace.weights if weight.name == name)

    # --- update -------------------------------------------------------------------------------

    def update(self, k: int | None) -> list[Equation]:
        """What the optimizer does with the weight of input k, or with the bias (None)."""
        told = self._trained("bias" if k is None else "kernel")
        place = (self.unit,) if k is None else (k, self.unit)
        weight = self._bias() if k is None else self._weight(k, self.unit, self.layer)
        assert weight.symbol is not None
        return Moved(self.trace, told, place, weight.symbol).equations()

    def _bias(self) -> Number:
        assert self.numbers.bias is not None
        symbol = Symbol("b", str(self.unit), self._above(self.layer))
        return Number(self.numbers.bias[self.unit], symbol)

    def _equation(self, name: str, formula: Expression, remark: str = "") -> Equation:
        number = self._of(name, self.unit)
        assert number.symbol is not None
        return Equation(number.symbol, formula, number.value, remark)


def slope_of_penalty(w: Number, factors: tuple[float | None, float | None]) -> Expression:
    """2·w·l2 + sign(w)·l1, of those that there are."""
    l1, l2 = factors
    terms: list[Expression] = []
    if l1 is not None:
        terms.append(Product(Function("sign", w), Number(l1, Symbol("l1"))))
    if l2 is not None:
        terms.append(Product(TWO, w, Number(l2, Symbol("l2"))))
    return Sum(*terms) if terms else Number(0.0)


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
