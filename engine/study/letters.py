"""What the numbers of a step are called in formulas.

    x          the batch
    z⁽¹⁾ a⁽¹⁾  of the first Dense layer, before and after its activation
    h⁽¹⁾ p⁽¹⁾  what the layers behind it without trained weights make of a⁽¹⁾, one after the other
    h⁽⁰⁾ p⁽⁰⁾  the same before the first Dense layer: of x

Layers that compute nothing get no letter.  Indices below a letter are those of the arrays, from 0.
"""

from __future__ import annotations

from engine.study.expressions import Number, Symbol
from engine.study.trace import StageTrace, Trace

SUPERSCRIPTS = str.maketrans("0123456789()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾")

BEHIND = "hpqr"
"""Of the first, second … layer behind a Dense one; later ones are h5, h6 …"""


def above(trace: Trace, layer: int) -> str:
    """The number over the letters of Dense layer `layer`, where there is another one to tell."""
    return f"({layer + 1})" if len(trace.layers) > 1 or trace.stages else ""


def length_of(trace: Trace, name: str, square: bool = False) -> Symbol:
    """The length of a weight's gradient, as ‖dW⁽²⁾‖, by the name of the weight."""
    owner, which = name.rsplit("/", 1)
    number = [layer.name for layer in trace.layers].index(owner)
    letter = "dW" if which == "kernel" else "db"
    told = f"‖{letter}{above(trace, number).translate(SUPERSCRIPTS)}‖"
    return Symbol(told + "²" * square)


def working(trace: Trace, layer: int) -> list[StageTrace]:
    """The layers behind Dense layer `layer` that compute something."""
    return [stage for stage in trace.behind(layer) if stage.kind != "unchanged"]


def passed_through(trace: Trace, layer: int, number: int) -> str:
    """The letter of what comes to the layer `number` behind Dense layer `layer`."""
    if number == 0:
        return "x" if layer < 0 else "a"
    return BEHIND[number - 1] if number <= len(BEHIND) else f"h{number}"


def symbol(trace: Trace, layer: int, number: int, unit: int, row: int | None = None) -> Symbol:
    """What comes to the layer `number` behind a Dense layer; x has no layer."""
    letter = passed_through(trace, layer, number)
    return Symbol(letter, str(unit), "" if letter == "x" else above(trace, layer), row)


def passed_on(
    trace: Trace, layer: int, unit: int, sample: int, row: int | None = None
) -> tuple[Number, str]:
    """What Dense layer `layer` (−1: the batch) and those behind it pass on, and its letter.

    `sample` is the row of the batch; `row` is set if the symbol shall tell which it is.
    """
    stages = working(trace, layer)
    if stages:
        value = stages[-1].output[sample, unit]
    else:
        value = (trace.x if layer < 0 else trace.layers[layer].a)[sample, unit]
    name = symbol(trace, layer, len(stages), unit, row)
    return Number(value, name), name.base
