"""The result of a lockstep in the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

import engine
from engine.promise import Arithmetic
from keras_ref.lockstep.compare import APART, BITS, NEAR, Comparison, Difference, Growth
from keras_ref.lockstep.recorded import about
from keras_ref.lockstep.tolerance import TOLERANCE
from keras_ref.lockstep.ulps import FARTHEST, hexadecimal
from keras_ref.lockstep.why import PARTLY, Tried

VERDICTS = {
    BITS: ("the same bits, from the seed to the end", "green"),
    NEAR: (f"not the same bits, but inside the tolerance of {TOLERANCE:g}", "yellow"),
    APART: (f"DIFFERENT: not inside the tolerance of {TOLERANCE:g}", "bold red"),
}
ROWS = 12


def show(console: Console, result: Comparison, promise: Arithmetic) -> None:
    """Print the verdict, what was promised, the first difference and the growth."""
    verdict, style = VERDICTS[result.level]
    console.print(Text(verdict, style))
    console.print(f"  promised: {promise.promise}", highlight=False)
    for reason in promise.reasons:
        console.print(f"    {reason}", highlight=False)
    fits = f"{result.fits} fits, " if result.fits > 1 else ""
    console.print(
        f"  compared: {fits}{result.steps:,} steps, {result.tensors:,} tensors, "
        f"{result.numbers:,} numbers"
    )
    if result.first is not None:
        console.print(f"  losses, max |Δ|: {result.loss_difference:.2g}\n")
        show_difference(console, result.first)
        console.print()
        console.print(growth_table(result.growth))


def show_difference(console: Console, found: Difference) -> None:
    """Print where the two differ first, with both values and the formula."""
    if not found.epoch:
        place = "before the first step"
    elif not found.step:
        place = f"at the end of epoch {found.epoch}"
    elif found.batch:
        place = f"step {found.step:,} (epoch {found.epoch}, batch {found.batch})"
    else:
        place = f"after step {found.step:,} (end of epoch {found.epoch})"
    where = f", {found.layer}" if found.layer else ""
    console.print(Text.assemble(("First difference: ", "bold"), f"{found.fit}, {place}{where}"))
    console.print(Text.assemble("  tensor  ", (found.tensor, "bold"), f"  {_shape(found)}"))
    if found.formula:
        console.print(
            f"  formula {found.tensor} = {found.formula}",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
    if found.remark:
        console.print(f"  {found.remark}", markup=False)
    if found.engine is None:
        return
    index = f"[{', '.join(map(str, found.index))}]" if found.index else ""
    for side, value in (("engine", found.engine), ("Keras", found.keras)):
        console.print(
            f"  {side:7s} {found.tensor}{index} = {value!s:>16}  {hexadecimal(value)}",
            highlight=False,
            markup=False,
        )
    console.print(f"  {ulp_text(found.ulps)} apart there; max |Δ| = {found.largest:.3g}")


def growth_table(growth: Sequence[Growth]) -> Table:
    """Return the distances of the weights after the epochs: all, or some of many."""
    of = "" if {point.dtype for point in growth} <= {"float32"} else f" ({growth[0].dtype})"
    title = f"Weights{of}, engine − Keras, after each epoch"
    table = Table(title=title, title_justify="left")
    several = len({point.fit for point in growth}) > 1
    headings = (["fit"] if several else []) + [
        "epoch",
        "steps",
        "max ulps",
        "median ulps",
        "max |Δ|",
    ]
    for heading in headings:
        table.add_column(heading, justify="left" if heading == "fit" else "right")
    for point in _some(growth):
        cells = [point.fit] if several else []
        cells += [str(point.epoch), f"{point.steps:,}", _count(point.max_ulps)]
        table.add_row(*cells, _count(point.median_ulps), f"{point.max_difference:.2g}")
    return table


def why_table(tried: Sequence[Tried], differs: bool) -> Table:
    """Return what each known cause explains, or how far it would move Keras's weights."""
    title = "Why? Keras" if differs else "Keras"
    differs = differs and any(row.verdict for row in tried)
    table = Table(
        title=f"{title} once more, with one change each: how far the weights move",
        title_justify="left",
    )
    table.add_column("change")
    headings = ("engine −\nchanged,\nmax ulps", "Keras −\nchanged,\nmax ulps")
    if not differs:
        headings = ("max |Δ|", "median ulps", "max ulps")  # type: ignore[assignment]
    for heading in headings:
        table.add_column(heading, justify="right")
    if differs:
        table.add_column("is it this?")
        table.caption = (
            "It is this if the changed Keras has the engine's bits, a part of it if it is "
            f"{PARTLY} times nearer to the engine than Keras unchanged."
        )
        table.caption_justify = "left"
    for row in tried:
        if row.skipped:
            table.add_row(f"{row.title} ({row.skipped})", *["–"] * len(headings))
        elif differs:
            verdict = Text(row.verdict, "bold green" if row.explains else "")
            table.add_row(row.title, _count(row.engine), _count(row.keras), verdict)
        else:
            last = row.growth[-1]
            cells = (f"{last.max_difference:.2g}", _count(last.median_ulps), _count(row.keras))
            table.add_row(row.title, *cells)
    return table


def remarks(
    result: Comparison, tried: Sequence[Tried] = (), recorded: Path | None = None
) -> list[str]:
    """Return what the first difference and the causes that were tried tell, in sentences."""
    if result.first is None:
        return []
    found = []
    if result.undecided:
        found.append("Predictions kept as digests differ: how far they are apart is not known.")
    if result.first.tensor == "x":
        found.append("The order of the rows differs: the same seed, another permutation.")
    if not result.first.epoch:
        found.append("The initial weights differ: another seed, initializer or order of layers.")
    if result.growth and all(point.max_ulps == 0 for point in result.growth):
        found.append("The weights agree after every epoch: what differs does not reach them.")
    elif tried and not any(row.explains for row in tried):
        found.append(
            "None of these changes gives the engine's bits: look at the formula of the first "
            "difference."
        )
    if recorded is not None:
        began, begins = about(recorded)["reciprocal"], engine.arithmetic().machine.estimate
        if began != begins:
            found.append(f"It was recorded where 1/x begins with {began}; here with {begins}.")
    return found


def ulp_text(distance: float) -> str:
    """Return "3 ulps"."""
    if distance == FARTHEST:
        return "a NaN and a number are"
    return f"{distance:,.0f} ulp{'' if distance == 1 else 's'}"


def _count(distance: float) -> str:
    return (
        "∞"
        if distance == FARTHEST
        else f"{distance:,.10g}"
        if distance < 1e9
        else f"{distance:.1e}"
    )


def _shape(found: Difference) -> str:
    if found.engine is None:
        return ""
    return f"shape {found.shape}, {found.count} of {found.size} numbers differ"


def _some(growth: Sequence[Growth]) -> list[Growth]:
    """Return all points of short fits; of long ones the 1st, 2nd, 5th, 10th, … and the last."""
    if len(growth) <= ROWS:
        return list(growth)
    last = {point.fit: point.epoch for point in growth}
    chosen = {1, 2, 5} if len(last) == 1 else {1}
    chosen |= {10**k * n for k in range(1, 7) for n in ((1, 2, 5) if len(last) == 1 else (1,))}
    return [p for p in growth if p.epoch in chosen or p.epoch == last[p.fit]]
