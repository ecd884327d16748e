"""What the page shows, as plain lists and strings: all numbers are written here, none in the page.

Equations of one form differ in their numbers only.  So a form is kept once, as MathML with a gap
for each number, and an equation is the number of its form and the texts for the gaps.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from engine.kernels.memory import Array
from engine.study.expressions import Equation, pieces, shown, shown_result
from engine.study.formulas import Neuron
from engine.study.letters import passed_on
from engine.study.loss_formulas import penalties, total
from engine.study.rate_formulas import rates
from engine.study.trace import LayerTrace, Trace

MOST_ROWS, MOST_UNITS, MOST_INPUTS = 8, 64, 8
"""So many rows of the batch, units of a layer and weights of a unit are written out."""

DIGITS = 6
"""Significant digits of the numbers in tables."""

Tensors = Mapping[str, Array]

BREAK = "\n"
"""Between the parts of a form where a line may end."""

_NUMBER = re.compile(r"<mn>([^<]*)</mn>")


class Forms:
    """The forms of all equations, each once."""

    def __init__(self) -> None:
        self.all: list[str] = []
        self._places: dict[str, int] = {}

    def place(self, form: str) -> int:
        """The number of a form."""
        if form not in self._places:
            self._places[form] = len(self.all)
            self.all.append(form)
        return self._places[form]

    def told(self, equation: Equation, other: Any = None) -> list[Any]:
        """[symbol, formula, filled sides, result, remark, other].

        A filled side is a formula with gaps and the texts for them.  `other` is the number that
        another engine has for it.
        """
        first, *rest = equation.sides()
        filled = []
        for formula, _ in rest:
            told = BREAK.join(pieces(formula, filled=True))
            filled += [self.place(_NUMBER.sub("<mn></mn>", told)), " ".join(_NUMBER.findall(told))]
        return [
            self.place(equation.symbol.mathml()),
            self.place(BREAK.join(pieces(*first))),
            filled,
            shown_result(equation.value),
            equation.remark,
            "" if other is None else beside(equation.value, float(other)),
        ]


def beside(ours: float, theirs: float) -> str:
    """What another engine says, beside what we say.

    >>> beside(0.5, 0.5), beside(0.5, 0.50000006)
    ('0.5, the same', '0.50000006, 6e−08 more')
    """
    if ours == theirs or (ours != ours and theirs != theirs):
        return f"{shown_result(theirs)}, the same"
    difference = theirs - ours
    far = f"{shown(abs(difference), 2)} {'more' if difference > 0 else 'less'}"
    return f"{shown_result(theirs)}, {far}"


def payload(
    traces: Sequence[Trace], title: str, others: Sequence[Tensors] | None = None
) -> dict[str, Any]:
    """All that the page shows of some steps of one model.

    `others` has, for each step, the tensors that Keras has for it, as :func:`engine.study.batch`
    calls them: a1, dz1, dW1, db1 …, the slots m(W1) … and the weights after it, W1, b1 …
    """
    first, forms = traces[0], Forms()
    steps = [
        _step(trace, {} if others is None else others[k], forms) for k, trace in enumerate(traces)
    ]
    return {
        "title": title,
        "loss": first.loss_name,
        "optimizer": first.optimizer,
        "inputs": first.x.shape[1],
        "layers": [
            {
                "name": layer.name,
                "activation": layer.activation,
                "units": layer.kernel.shape[1],
                "behind": [stage.name for stage in first.behind(number)],
            }
            for number, layer in enumerate(first.layers)
        ],
        "before": [stage.name for stage in first.behind(-1)],
        "most": {"rows": MOST_ROWS, "units": MOST_UNITS, "inputs": MOST_INPUTS},
        "forms": forms.all,
        "keras": others is not None,
        "steps": steps,
    }


def _texts(values: Array, digits: int = DIGITS) -> Any:
    """Numbers as texts, in lists as the array has them."""
    if values.ndim == 0:
        return shown(float(values), digits)
    return [_texts(part, digits) for part in values]


def _step(trace: Trace, other: Tensors, forms: Forms) -> dict[str, Any]:
    rows = min(len(trace.x), MOST_ROWS)
    return {
        "number": trace.step,
        "loss": shown_result(trace.loss),
        "batch": len(trace.x),
        "rows": rows,
        "x": _texts(trace.x[:rows]),
        "read": _read(trace, -1, rows),
        "y": _texts(trace.y[:rows]),
        "losses": [shown_result(float(v)) for v in trace.sample_losses[:rows]],
        "total": [
            *(forms.told(penalty) for penalty in penalties(trace)),
            forms.told(total(trace), other.get("loss")),
        ],
        "rates": [forms.told(rate) for rate in rates(trace)],
        "layers": [_layer(trace, n, rows, other, forms) for n in range(len(trace.layers))],
    }


def _read(trace: Trace, layer: int, rows: int) -> list[Any] | None:
    """What a layer (−1: the batch) and those behind it pass on, if it is not x or a: letter, it."""
    stages = trace.behind(layer)
    letter = passed_on(trace, layer, 0, 0)[1]
    if letter in ("x", "a"):
        return None
    # Of the first layer's inputs all are drawn as x is, of others as many as units.
    most = None if layer < 0 else MOST_UNITS
    return [letter, _texts(stages[-1].output[:rows, :most])]


def _layer(trace: Trace, number: int, rows: int, other: Tensors, forms: Forms) -> dict[str, Any]:
    layer = trace.layers[number]
    units, inputs = min(layer.kernel.shape[1], MOST_UNITS), layer.kernel.shape[0]
    told: dict[str, Any] = {
        name: None if values is None else _texts(values[:rows, :units])
        for name, values in (("z", layer.z), ("a", layer.a), ("da", layer.da), ("dz", layer.dz))
    }
    told["passed"] = _read(trace, number, rows)
    for weight in trace.weights:
        owner, name = weight.name.rsplit("/", 1)
        if owner == layer.name:
            parts = {"": weight.value, "d": weight.gradient, "update ": weight.change}
            for prefix, values in parts.items():
                told[prefix + name] = None if values is None else _texts(values[..., :units])
    told["units"] = [
        _unit(Neuron(trace, number, unit, 0), rows, range(min(inputs, MOST_INPUTS)), other, forms)
        for unit in range(units)
    ]
    return told


def _unit(
    neuron: Neuron, rows: int, inputs: Sequence[int], other: Tensors, forms: Forms
) -> dict[str, Any]:
    trace, layer, unit = neuron.trace, neuron.layer, neuron.unit
    found: LayerTrace = neuron.numbers
    number = layer + 1

    def theirs(name: str, *place: int) -> Any:
        """What Keras has, if it tells."""
        return other[name][place] if name in other else None

    def of_row(name: str, equation: Equation, row: int) -> list[Any]:
        return forms.told(equation, theirs(f"{name}{number}", row, unit))

    of_rows = []
    for row in range(rows):
        here = Neuron(trace, layer, unit, row)
        before = [forms.told(e) for e in here.before(inputs)] if unit == 0 else []
        z, a = of_row("z", here.z(), row), of_row("a", here.a(), row)
        smoothed = here.smoothed() if here.is_last else None
        back = here.signals()
        of_rows.append(
            {
                "before": before,
                "forward": [z, a, *(forms.told(e) for e in here.behind())],
                "smoothed": [] if smoothed is None else [forms.told(smoothed)],
                "loss": [forms.told(here.loss())] if here.is_last else [],
                "backward": [
                    *(forms.told(e) for e in back[:-1]),
                    *(of_row("dz", e, row) for e in back[-1:]),
                ],
            }
        )

    def changed(k: int | None) -> list[Any]:
        """The equations of a weight's update: its slots, then its new value."""
        weight, place = (f"b{number}", (unit,)) if k is None else (f"W{number}", (k, unit))
        letters = {f"{letter}′": f"{letter}({weight})" for letter in ("m", "v", "v̂", "ḡ", "ŵ")}
        letters |= {"w′": weight, "b′": weight}
        letters |= {"clipped dw": f"d{weight}", "clipped db": f"d{weight}"}
        return [
            forms.told(e, theirs(letters.get(e.symbol.base, ""), *place)) for e in neuron.update(k)
        ]

    def slopes(equations: list[Equation], name: str, *place: int) -> list[Any]:
        """The gradient, and before it its penalty's; what is clipped, Keras tells as clipped."""
        value = None if trace.clipping is not None else theirs(name, *place)
        return [
            *(forms.told(e) for e in equations[:-1]),
            *(forms.told(e, value) for e in equations[-1:]),
        ]

    gradients = [e for k in inputs for e in slopes(neuron.dkernel(k), f"dW{number}", k, unit)]
    updates = [told for k in inputs for told in changed(k)]
    if found.bias is not None:
        gradients += slopes(neuron.dbias(), f"db{number}", unit)
        updates += changed(None)
    return {
        "rows": of_rows,
        "gradients": gradients,
        "updates": updates,
        "left": found.kernel.shape[0] - len(inputs),
    }
