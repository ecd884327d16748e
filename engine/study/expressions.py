"""Formulas as trees: each can be shown with its symbols, with its numbers, and be worked out.

    w₀₁·x₀ + b₁     the symbols
    0.15·0.05 + 0.35    the numbers in their places
    0.3575          the value

One tree gives the text, the MathML and the value, so that what is shown is what was computed.
Values are formed in float64 from the numbers at the leaves.

>>> x, w = Number(0.05, Symbol("x", "0")), Number(0.15, Symbol("w", "01"))
>>> tree = Sum(Product(x, w), Number(0.35, Symbol("b", "1")))
>>> tree.text(), tree.text(filled=True), round(tree.value, 4)
('x₀·w₀₁ + b₁', '0.05·0.15 + 0.35', 0.3575)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from typing import ClassVar

import numpy as np

SUM, PRODUCT, POWER, ATOM = range(4)
"""How strongly a formula holds together: what is weaker than its place needs brackets."""

LONG = 17
"""A sum of more terms is shown with its first ones and its last one, unless all are asked for."""

_BELOW = str.maketrans("0123456789,amtx", "₀₁₂₃₄₅₆₇₈₉ˏₐₘₜₓ")
_ABOVE = str.maketrans("0123456789()−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾⁻")


def shown(value: float, digits: int = 6) -> str:
    """A number with so many significant digits and a true minus sign.

    >>> shown(-0.25), shown(1 / 3), shown(2e-9)
    ('−0.25', '0.333333', '2e−09')
    """
    return f"{value:.{digits}g}".replace("-", "−")


def shown_result(value: float) -> str:
    """A result: nine digits, which tell every float32 number from all others; twelve of a float64.

    >>> import numpy as np
    >>> shown_result(float(np.float32(0.1))), shown_result(0.1234567890123)
    ('0.100000001', '0.123456789012')
    """
    with np.errstate(over="ignore"):
        single = float(np.float32(value))
    return shown(value, 9 if single == value or value != value else 12)


@dataclass(frozen=True)
class Symbol:
    """A letter with an index below and one above, as z₁⁽²⁾; `row` tells which row's it is."""

    base: str
    below: str = ""
    above: str = ""
    row: int | None = None

    def text(self) -> str:
        """In Unicode."""
        row = "" if self.row is None else f"[{self.row}]"
        return f"{self.base}{self.below.translate(_BELOW)}{self.above.translate(_ABOVE)}{row}"

    def mathml(self) -> str:
        """As MathML."""
        letter = self.base.removesuffix("′")
        base, above = f"<mi>{escape(letter)}</mi>", self.base[len(letter) :] + self.above
        below = self.below if self.row is None else f"{self.below}[{self.row}]"
        if below and above:
            return f"<msubsup>{base}<mtext>{below}</mtext><mtext>{above}</mtext></msubsup>"
        if below:
            return f"<msub>{base}<mtext>{below}</mtext></msub>"
        return f"<msup>{base}<mtext>{above}</mtext></msup>" if above else base


class Expression:
    """A formula."""

    strength = ATOM

    @property
    def value(self) -> float:
        """What it comes to."""
        raise NotImplementedError

    def text(self, filled: bool = False) -> str:
        """In Unicode, with symbols or `filled` with numbers."""
        raise NotImplementedError

    def mathml(self, filled: bool = False) -> str:
        """The same as MathML, without the math element around it."""
        raise NotImplementedError

    def parts_worked_out(self) -> Expression | None:
        """The formula with each of its parts as a number; None if its parts are numbers.

        >>> Sum(Product(Number(0.5), Number(3.0)), Number(1.0)).parts_worked_out().text(True)
        '1.5 + 1'
        """
        return None

    def _within(self, strength: int, filled: bool) -> str:
        text = self.text(filled)
        return text if self._holds(strength, filled) else f"({text})"

    def _math_within(self, strength: int, filled: bool) -> str:
        math_ = self.mathml(filled)
        if self._holds(strength, filled):
            return math_
        return f"<mrow><mo>(</mo>{math_}<mo>)</mo></mrow>"

    def _holds(self, strength: int, filled: bool) -> bool:
        return self.strength >= strength


@dataclass(frozen=True)
class Number(Expression):
    """A number, which may have a symbol."""

    number: float
    symbol: Symbol | None = None
    digits: int = 6

    @property
    def value(self) -> float:
        """The number."""
        return float(self.number)

    def _shown(self) -> str:
        return shown(self.number, self.digits)

    def _holds(self, strength: int, filled: bool) -> bool:
        symbolic = self.symbol is not None and not filled
        return symbolic or strength == SUM or not self._shown().startswith("−")

    def _math_within(self, strength: int, filled: bool) -> str:
        # The brackets belong to the number, so that formulas with other signs have one form.
        if self._holds(strength, filled):
            return self.mathml(filled)
        return f"<mn>({self._shown()})</mn>"

    def text(self, filled: bool = False) -> str:
        """The symbol, or the number."""
        if self.symbol is not None and not filled:
            return self.symbol.text()
        return self._shown()

    def mathml(self, filled: bool = False) -> str:
        """The symbol, or the number."""
        if self.symbol is not None and not filled:
            return self.symbol.mathml()
        return f"<mn>{self._shown()}</mn>"


def _worked_out(parts: tuple[Expression, ...]) -> tuple[Expression, ...] | None:
    """Numbers of nine digits in the place of what is not one; None if all are numbers."""
    if all(isinstance(part, Number) for part in parts):
        return None
    return tuple(p if isinstance(p, Number) else Number(p.value, None, 9) for p in parts)


class Sum(Expression):
    """Terms that are added; a long sum is shown in part."""

    strength = SUM

    def __init__(self, *terms: Expression, most: int | None = LONG) -> None:
        self.terms, self.most = terms, most

    @property
    def value(self) -> float:
        """The sum."""
        return math.fsum(term.value for term in self.terms)

    def parts_worked_out(self) -> Expression | None:
        """The terms as numbers, with their signs; of a single term its parts."""
        if len(self.terms) == 1:
            return self.terms[0].parts_worked_out()
        found = _worked_out(tuple(t.x if isinstance(t, Negative) else t for t in self.terms))
        if found is None:
            return None
        pairs = zip(self.terms, found, strict=True)
        worked = (Negative(x) if isinstance(term, Negative) else x for term, x in pairs)
        return Sum(*worked, most=self.most)

    def _signed(self) -> Iterator[tuple[int, str, Expression]]:
        """The terms that are shown: how many are left out before each, its sign, and it."""
        count, most = len(self.terms), self.most or len(self.terms)
        chosen = range(count) if count <= most else (*range(most - 2), count - 1)
        before = -1
        for k in chosen:
            term, left_out, before = self.terms[k], k - before - 1, k
            if isinstance(term, Negative):
                yield left_out, "−", term.x
            else:
                yield left_out, "+" if k else "", term

    def text(self, filled: bool = False) -> str:
        """a + b − c."""
        told = ""
        for left_out, sign, term in self._signed():
            if left_out:
                told += f" + … ({left_out:,} more)"
            told += f" {sign} " if told else sign
            told += term._within(PRODUCT if told else SUM, filled)
        return told

    def mathml(self, filled: bool = False) -> str:
        """a + b − c."""
        return f"<mrow>{''.join(self.pieces(filled))}</mrow>"

    def pieces(self, filled: bool = False) -> list[str]:
        """The MathML of each term with its sign: between them a line may end."""
        pieces: list[str] = []
        for left_out, sign, term in self._signed():
            told = ""
            if left_out:
                told = f"<mo form='infix'>+</mo><mtext>… ({left_out:,} more)</mtext>"
            if sign:
                told += f"<mo form='infix'>{sign}</mo>" if pieces else f"<mo>{sign}</mo>"
            pieces.append(told + term._math_within(PRODUCT if told else SUM, filled))
        return pieces


class Product(Expression):
    """Factors that are multiplied."""

    strength = PRODUCT

    def __init__(self, *factors: Expression) -> None:
        self.factors = factors

    @property
    def value(self) -> float:
        """The product."""
        return math.prod(factor.value for factor in self.factors)

    def parts_worked_out(self) -> Expression | None:
        """The factors as numbers."""
        found = _worked_out(self.factors)
        return None if found is None else Product(*found)

    def text(self, filled: bool = False) -> str:
        """a·b."""
        return "·".join(factor._within(POWER, filled) for factor in self.factors)

    def mathml(self, filled: bool = False) -> str:
        """a·b."""
        told = "<mo>·</mo>".join(factor._math_within(POWER, filled) for factor in self.factors)
        return f"<mrow>{told}</mrow>"


class Fraction(Expression):
    """A quotient."""

    strength = PRODUCT

    def __init__(self, numerator: Expression, denominator: Expression) -> None:
        self.numerator, self.denominator = numerator, denominator

    @property
    def value(self) -> float:
        """The quotient."""
        above, below = self.numerator.value, self.denominator.value
        if below:
            return above / below
        return math.copysign(math.inf, below) * above if above else math.nan

    def parts_worked_out(self) -> Expression | None:
        """Both sides as numbers."""
        found = _worked_out((self.numerator, self.denominator))
        return None if found is None else Fraction(*found)

    def text(self, filled: bool = False) -> str:
        """a/b."""
        above, below = (v._within(POWER, filled) for v in (self.numerator, self.denominator))
        return f"{above}/{below}"

    def mathml(self, filled: bool = False) -> str:
        """One above the other."""
        return f"<mfrac>{self.numerator.mathml(filled)}{self.denominator.mathml(filled)}</mfrac>"


@dataclass(frozen=True)
class Negative(Expression):
    """−x."""

    x: Expression
    strength = SUM

    @property
    def value(self) -> float:
        """−x."""
        return -self.x.value

    def parts_worked_out(self) -> Expression | None:
        """Minus the parts of x."""
        x = self.x.parts_worked_out()
        return None if x is None else Negative(x)

    def text(self, filled: bool = False) -> str:
        """−x."""
        return f"−{self.x._within(PRODUCT, filled)}"

    def mathml(self, filled: bool = False) -> str:
        """−x."""
        return f"<mrow><mo>−</mo>{self.x._math_within(PRODUCT, filled)}</mrow>"


@dataclass(frozen=True)
class Exponential(Expression):
    """eˣ."""

    x: Expression
    strength = POWER

    @property
    def value(self) -> float:
        """eˣ."""
        x = self.x.value
        return math.exp(x) if x < 709.0 else math.inf

    def text(self, filled: bool = False) -> str:
        """e^x."""
        return f"e^{self.x._within(ATOM, filled)}"

    def mathml(self, filled: bool = False) -> str:
        """The exponent above."""
        return f"<msup><mi>e</mi><mrow>{self.x.mathml(filled)}</mrow></msup>"


@dataclass(frozen=True)
class Square(Expression):
    """x²."""

    x: Expression
    strength = POWER

    @property
    def value(self) -> float:
        """x²."""
        return self.x.value**2

    def text(self, filled: bool = False) -> str:
        """x²."""
        return f"{self.x._within(ATOM, filled)}²"

    def mathml(self, filled: bool = False) -> str:
        """x²."""
        return f"<msup>{self.x._math_within(ATOM, filled)}<mn>2</mn></msup>"


@dataclass(frozen=True)
class Power(Expression):
    """x to the power of y."""

    x: Expression
    y: Expression
    strength = POWER

    @property
    def value(self) -> float:
        """What it comes to; NaN for a root of a negative number."""
        try:
            return math.pow(self.x.value, self.y.value)
        except (ValueError, OverflowError, ZeroDivisionError):
            return math.nan

    def parts_worked_out(self) -> Expression | None:
        """Both as numbers."""
        found = _worked_out((self.x, self.y))
        return None if found is None else Power(*found)

    def text(self, filled: bool = False) -> str:
        """x^y."""
        return f"{self.x._within(ATOM, filled)}^{self.y._within(ATOM, filled)}"

    def mathml(self, filled: bool = False) -> str:
        """The exponent above."""
        x, y = self.x._math_within(ATOM, filled), self.y.mathml(filled)
        return f"<msup>{x}<mrow>{y}</mrow></msup>"


@dataclass(frozen=True)
class Root(Expression):
    """√x."""

    x: Expression
    strength = POWER

    @property
    def value(self) -> float:
        """√x."""
        x = self.x.value
        return math.sqrt(x) if x >= 0 else math.nan

    def text(self, filled: bool = False) -> str:
        """√x."""
        return f"√{self.x._within(ATOM, filled)}"

    def mathml(self, filled: bool = False) -> str:
        """√x."""
        return f"<msqrt>{self.x.mathml(filled)}</msqrt>"


class Function(Expression):
    """A function of one or more arguments: ln, max, tanh, cos, sign, ⌊·⌋, |·|."""

    _KNOWN: ClassVar[dict[str, Callable[..., float]]] = {
        "ln": lambda x: math.log(x) if x > 0 else -math.inf if x == 0 else math.nan,
        "max": max,
        "min": min,
        "tanh": math.tanh,
        "sign": lambda x: float((x > 0) - (x < 0)),
        "cos": math.cos,
        "abs": abs,
        "floor": lambda x: float(math.floor(x)) if math.isfinite(x) else x,
        "ceil": lambda x: float(math.ceil(x)) if math.isfinite(x) else x,
    }
    _BRACKETS: ClassVar[dict[str, str]] = {"abs": "||", "floor": "⌊⌋", "ceil": "⌈⌉"}

    def __init__(self, name: str, *arguments: Expression) -> None:
        self.name, self.arguments = name, arguments

    @property
    def value(self) -> float:
        """What the function comes to."""
        return float(self._KNOWN[self.name](*(v.value for v in self.arguments)))

    def parts_worked_out(self) -> Expression | None:
        """The arguments as numbers."""
        found = _worked_out(self.arguments)
        return None if found is None else Function(self.name, *found)

    def text(self, filled: bool = False) -> str:
        """ln(x)."""
        told = ", ".join(v.text(filled) for v in self.arguments)
        if brackets := self._BRACKETS.get(self.name):
            return f"{brackets[0]}{told}{brackets[1]}"
        return f"{self.name}({told})"

    def mathml(self, filled: bool = False) -> str:
        """ln(x)."""
        told = "<mo>,</mo>".join(v.mathml(filled) for v in self.arguments)
        if brackets := self._BRACKETS.get(self.name):
            return f"<mrow><mo>{brackets[0]}</mo>{told}<mo>{brackets[1]}</mo></mrow>"
        return f"<mrow><mi>{self.name}</mi><mo>(</mo>{told}<mo>)</mo></mrow>"


@dataclass(frozen=True)
class Condition(Expression):
    """[x > y] or [x ≥ y], as [x > 0]: 1 if it holds, 0 if not."""

    x: Expression
    sign: str = ">"
    than: Expression = Number(0.0)

    @property
    def value(self) -> float:
        """1 or 0."""
        x, than = self.x.value, self.than.value
        return float(x > than if self.sign == ">" else x >= than)

    def text(self, filled: bool = False) -> str:
        """[x > 0]."""
        return f"[{self.x.text(filled)} {self.sign} {self.than.text(filled)}]"

    def mathml(self, filled: bool = False) -> str:
        """[x > 0]."""
        sign = escape(self.sign)
        x, than = self.x.mathml(filled), self.than.mathml(filled)
        return f"<mrow><mo>[</mo>{x}<mo>{sign}</mo>{than}<mo>]</mo></mrow>"


def pieces(formula: Expression, filled: bool = False) -> list[str]:
    """The MathML of a formula in pieces between which a line may end."""
    return formula.pieces(filled) if isinstance(formula, Sum) else [formula.mathml(filled)]


@dataclass(frozen=True)
class Equation:
    """A symbol, the formula that it stands for, and the number that the training has for it."""

    symbol: Symbol
    formula: Expression
    value: float
    remark: str = ""

    def sides(self) -> list[tuple[Expression, bool]]:
        """What stands behind the signs of equality, but for the result: formulas, filled or not.

        The formula with its symbols, with its numbers, and with its parts worked out; a side that
        would say what another one says is left out.
        """
        told = [(self.formula, False), (self.formula, True)]
        if (worked := self.formula.parts_worked_out()) is not None:
            told.append((worked, True))
        texts = [formula.text(filled) for formula, filled in told]
        known = {shown(self.value), shown_result(self.value)}
        return [
            side
            for number, side in enumerate(told)
            if number == 0 or texts[number] not in {*known, *texts[:number]}
        ]

    def text(self) -> str:
        """Symbols, numbers and result, a line each."""
        sides = [formula.text(filled) for formula, filled in self.sides()]
        result = shown_result(self.value)
        told = sides if sides[-1] == result else [*sides, result]
        indent = " " * (len(self.symbol.text()) + 1)
        return f"\n{indent}= ".join([f"{self.symbol.text()} = {told[0]}", *told[1:]])
