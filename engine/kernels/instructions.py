"""What a compiled model consists of: instructions, one after the other.

An instruction is a :class:`~engine.kernels.compiler.Part`

    instruction(frame, a, rows, like)

that works on one batch of `rows` rows.  The frame is the plan of the fit
(:mod:`engine.kernels.fields`): where the buffers begin.  `a` are the instruction's own numbers:
places within the buffers, sizes.  `like` is a pointer to numbers of the model's type.  A list of
instructions is a table with a row for each: the address of its function, whether it is shared by
the members of a team (:mod:`engine.kernels.team`), then its numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from numba.core import types

from engine.kernels.compiler import Part, inlined, intrinsic, part
from engine.kernels.lanes import at, call, located, pointer

NUMBERS = 9
"""The most numbers of an instruction."""

ADDRESS, SHARED, FIRST_NUMBER = range(3)
WIDTH = FIRST_NUMBER + NUMBERS
"""Of a row of the table."""


def instruction(
    name: str | None = None, *, shared: bool = False
) -> Callable[[Callable[..., Any]], Part]:
    """Make a function of (frame, a, rows, like) an instruction."""

    def make(function: Callable[..., Any]) -> Part:
        made = part("ttip", name)(function)
        made.shared = shared
        return made

    return make


def listed(instructions: list[tuple[Any, ...]], dtype: str) -> npt.NDArray[np.int64]:
    """The table of instructions that are given as (function, number, number, …)."""
    table = np.zeros((len(instructions), WIDTH), np.int64)
    for row, (function, *numbers) in zip(table, instructions, strict=True):
        row[ADDRESS], row[SHARED] = function.address(dtype), function.shared
        row[FIRST_NUMBER : FIRST_NUMBER + len(numbers)] = numbers
    return table


def any_shared(table: npt.NDArray[np.int64]) -> bool:
    """Whether a table has work for a team."""
    return bool(table[:, SHARED].any())


@intrinsic
def integer(typing: Any, p: types.CPointer, i: types.Integer) -> Any:
    """The integer ``p[i]``."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.load(builder.gep(args[0], [args[1]]))

    return types.int64(p, types.intp), emit


@intrinsic
def put_integer(typing: Any, p: types.CPointer, i: types.Integer, value: types.Integer) -> Any:
    """Write the integer ``p[i]``."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        builder.store(args[2], builder.gep(args[0], [args[1]]))
        return context.get_dummy_value()

    return types.void(p, types.intp, types.int64), emit


@inlined
def place(frame: Any, field: Any, offset: Any, like: Any) -> Any:
    """The place `offset` numbers behind the beginning of one of the frame's buffers."""
    return at(located(integer(frame, field), like), offset)


@intrinsic
def integers_from(typing: Any, p: types.CPointer, i: types.Integer) -> Any:
    """The integers from ``p[i]`` on."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.gep(args[0], [args[1]])

    return p(p, types.intp), emit


@inlined
def execute_one(table: Any, k: Any, frame: Any, rows: Any, like: Any) -> None:
    """Run the instruction whose row of the table begins at `k`."""
    numbers = integers_from(table, k + FIRST_NUMBER)
    call(integer(table, k + ADDRESS), (frame, numbers, rows, like))


@inlined
def execute(instructions: Any, frame: Any, rows: Any, like: Any) -> None:
    """Run a list of instructions on a batch of `rows` rows."""
    table = pointer(instructions)
    for k in range(0, instructions.size, WIDTH):
        execute_one(table, k, frame, rows, like)
