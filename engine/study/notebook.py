"""What a notebook shows of a step: the tensors as tables, the equations of a neuron as MathML.

Jupyter asks an object for `_repr_html_`; where it cannot show HTML it takes the text.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from engine.study.expressions import Equation, shown_result
from engine.study.text import cells, parts
from engine.study.trace import Trace

if TYPE_CHECKING:
    from engine.kernels.memory import Array
    from engine.study.explain import Explanation

_CELL = "text-align: right; padding: 0 .6em; font-variant-numeric: tabular-nums"
_LEFT = "text-align: left; vertical-align: middle; padding: .2em .8em"


def of_trace(trace: Trace) -> str:
    """The parts of a step, a table for each."""
    told = [f"<p>{escape(repr(trace))}</p>"]
    for title, rows in parts(trace):
        lines = "".join(
            f'<tr><th scope="row" style="{_LEFT}">{escape(name)}</th>'
            f'<td style="{_LEFT}">{escape(formula)}</td>'
            f'<td style="{_LEFT}">{_matrix(values)}</td></tr>'
            for name, formula, values in rows
        )
        told.append(_table(title, lines))
    return f"<div>{''.join(told)}</div>"


def of_explanation(explanation: Explanation) -> str:
    """The equations of a neuron, each with symbols, with numbers, and its result."""
    told = [f"<p><strong>{escape(explanation.title)}</strong></p>"]
    for section in explanation.sections:
        lines = "".join(_equation(equation) for equation in section.equations)
        told.append(_table(section.title, lines))
        if section.note:
            told.append(f"<p>{escape(section.note)}</p>")
    return f"<div>{''.join(told)}</div>"


def _table(title: str, lines: str) -> str:
    style = "text-align: left; font-weight: bold"
    return f'<table><caption style="{style}">{escape(title)}</caption>{lines}</table>'


def _matrix(values: Array) -> str:
    rows = "".join(
        "<tr>" + "".join(f'<td style="{_CELL}">{escape(cell)}</td>' for cell in row) + "</tr>"
        for row in cells(values)
    )
    return f"<table>{rows}</table>"


def _equation(equation: Equation) -> str:
    """A row for each side; the symbol stands before the first."""
    sides = [formula.mathml(filled) for formula, filled in equation.sides()]
    told = [f'<math displaystyle="true">{side}</math>' for side in sides]
    told.append(f"<strong>{shown_result(equation.value)}</strong>")
    first = f"<math>{equation.symbol.mathml()}</math>"
    remark = escape(equation.remark)
    lines = []
    for number, side in enumerate(told):
        begin, end = (first, remark) if number == 0 else ("", "")
        lines.append(
            f'<tr><td style="{_LEFT}">{begin}</td><td style="{_LEFT}">= {side}</td>'
            f'<td style="{_LEFT}">{end}</td></tr>'
        )
    return "".join(lines)
