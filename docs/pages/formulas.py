"""Formulas as MathML, which browsers draw by themselves: no script, no font from elsewhere."""

from __future__ import annotations

from typing import Any

from latex2mathml.converter import convert


def mathml(latex: str) -> str:
    """The element for a formula that stands alone."""
    # The converter knows the environment by the name that it has outside of formulas.
    for word in (r"\begin{", r"\end{"):
        latex = latex.replace(f"{word}aligned}}", f"{word}align*}}")
    return convert(latex.strip(), display="block")


def fence(source: str, *_: Any, **__: Any) -> str:
    """What pymdownx.superfences asks for."""
    return f'<div class="formula">{mathml(source)}</div>'
