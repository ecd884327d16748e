"""One neuron in one step, written out: each formula with its symbols, its numbers, its result.

>>> import engine, numpy as np
>>> engine.utils.set_random_seed(0)
>>> model = engine.Sequential([engine.Input((2,)), engine.layers.Dense(1, "sigmoid")])
>>> model.compile("sgd", "binary_crossentropy")
>>> told = model.trace(np.ones((1, 2)), np.ones((1, 1))).explain(0, 0)
>>> [section.title for section in told.sections]
['Forward', 'Loss', 'Backward', 'Gradients and update']
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.checks.shown import shown
from engine.models.arguments import whole
from engine.study.expressions import LONG, Equation
from engine.study.formulas import Neuron
from engine.study.loss_formulas import penalties, total
from engine.study.rate_formulas import rates
from engine.study.trace import Trace

MOST_WEIGHTS = 8
"""So many of a neuron's weights are written out unless others are asked for."""

NO_WAY_BACK = "No gradient is formed: neither this layer nor one before it has a trained weight."


@dataclass(frozen=True)
class Section:
    """Some equations under a title, with a note for what is left out."""

    title: str
    equations: list[Equation]
    note: str = ""


@dataclass(frozen=True)
class Explanation:
    """A neuron's part of a step; ``print`` shows it."""

    title: str
    sections: list[Section]

    def __str__(self) -> str:
        """As text."""
        parts = [self.title]
        for section in self.sections:
            parts.append(f"\n{section.title}")
            for equation in section.equations:
                remark = f"    ({equation.remark})" if equation.remark else ""
                first, *rest = equation.text().split("\n")
                parts.append("\n".join(f"    {line}" for line in (first + remark, *rest)))
            if section.note:
                parts.append(f"    {section.note}")
        return "\n".join(parts)

    def _repr_html_(self) -> str:
        """What a notebook shows: :mod:`engine.study.notebook`."""
        from engine.study.notebook import of_explanation

        return of_explanation(self)

    def __repr__(self) -> str:
        """What is explained."""
        return f"<Explanation: {self.title}>"


def explain(
    trace: Trace,
    layer: int | str,
    unit: int,
    sample: int = 0,
    inputs: Sequence[int] | None = None,
    terms: int | None = LONG,
) -> Explanation:
    """Write out one unit of a layer on one row of the batch.

    Parameters
    ----------
    trace
        The step.
    layer
        The number of the layer from 0, or its name.
    unit, sample
        Which unit of the layer, which row of the batch, from 0.
    inputs
        The inputs whose weights are written out; the first eight by default.
    terms
        So many terms of a sum over inputs, units or rows are shown; None: all.

    Raises
    ------
    ValueError, TypeError
        If there is no such layer, unit, sample or input.
    """
    number = _layer_number(trace, layer)
    found = trace.layers[number]
    count, units = found.kernel.shape
    unit = _index("unit", unit, units, f"of layer {found.name!r}")
    sample = _index("sample", sample, len(trace.x), "of the batch")
    if inputs is not None and (isinstance(inputs, str) or not isinstance(inputs, Iterable)):
        raise TypeError(
            f"Expected inputs to be a list of whole numbers. Received: inputs={shown(inputs)}"
        )
    chosen = range(min(count, MOST_WEIGHTS)) if inputs is None else inputs
    where = f"of layer {found.name!r}"
    wanted = [_index(f"inputs[{i}]", k, count, where) for i, k in enumerate(chosen)]

    most = None if terms is None else whole("terms", terms, least=3)
    neuron = Neuron(trace, number, unit, sample, most)
    sections = []
    if before := neuron.before(wanted):
        sections.append(Section("What comes in", before))
    sections.append(Section("Forward", [neuron.z(), neuron.a(), *neuron.behind()]))
    if neuron.is_last:
        smoothed = neuron.smoothed()
        of_row = [neuron.loss()] if smoothed is None else [smoothed, neuron.loss()]
        sections.append(Section("Loss", [*of_row, *penalties(trace), total(trace, most)]))
    backward = neuron.signals()
    sections.append(Section("Backward", backward, "" if backward else NO_WAY_BACK))
    trained = rates(trace)
    for k in wanted:
        trained += [*neuron.dkernel(k), *neuron.update(k)]
    if found.bias is not None:
        trained += [*neuron.dbias(), *neuron.update(None)]
    left = count - len(set(wanted))
    weights = "1 more weight" if left == 1 else f"{left:,} more weights"
    note = f"… and {weights}: ask for them with inputs=[…]" if left else ""
    sections.append(Section("Gradients and update", trained, note))
    title = (
        f"Unit {unit} of layer {number + 1}, {found.name!r} ({found.activation}), on row {sample}"
    )
    return Explanation(title, sections)


def _layer_number(trace: Trace, layer: Any) -> int:
    names = [found.name for found in trace.layers]
    if isinstance(layer, str):
        if layer not in names:
            raise ValueError(
                f"Expected layer to be one of {', '.join(names)}, or a number. "
                f"Received: layer={shown(layer)}"
            )
        return names.index(layer)
    return _index("layer", layer, len(names), f"of {', '.join(names)}")


def _index(name: str, value: Any, count: int, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"Expected {name} to be a whole number. Received: {name}={shown(value)}")
    if not 0 <= value < count:
        raise ValueError(
            f"Expected {name} to be in 0 … {count - 1}, {where}. Received: {name}={value}"
        )
    return int(value)
