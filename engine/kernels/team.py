"""Several threads at one training.

Each member of a team runs the same lists of instructions with a plan of its own.  An instruction
that is `shared` works out the member's share of its result; the others are the first member's
alone.  After an instruction of either kind whose results others read, the members meet.

Which member works out an element changes nothing about how it is worked out: the results do not
depend on the size of the team.

    share of n in blocks of g numbers: member m of t has the blocks ⌊m·b/t⌋ … ⌊(m+1)·b/t⌋ − 1
    of b = ⌈n/g⌉
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import types

from engine.kernels import fields
from engine.kernels.compiler import inlined, intrinsic
from engine.kernels.instructions import (
    SHARED,
    WIDTH,
    execute_one,
    integer,
    put_integer,
)
from engine.kernels.lanes import at, located, pointer
from engine.kernels.machine import let_others_work, pause

PATIENCE = 200
"""How often a member looks whether the others have come before it lets other programs work."""

CALLED_OFF = 8
"""Where, behind the count of arrivals and in another line of the cache, stands whether the first
meeting is called off."""


@intrinsic
def next_number(typing: Any, p: types.CPointer) -> Any:
    """The integer at `p`, to which 1 is added before any other thread sees it."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        one = ir.Constant(args[0].type.pointee, 1)
        return builder.atomic_rmw("add", args[0], one, "seq_cst")

    return types.int64(p), emit


@intrinsic
def seen(typing: Any, p: types.CPointer) -> Any:
    """What stands at `p`, and with it all that was written before it was written."""

    def emit(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.load_atomic(args[0], "acquire", 8)

    return types.int64(p), emit


@inlined
def wait(looked: Any) -> None:
    """Wait a moment for another thread, after having `looked` so often."""
    if looked < PATIENCE:
        pause()
    else:
        let_others_work()


@inlined
def gather(frame: Any) -> Any:
    """Wait until all members are there; False if the work is called off before they are.

    Python may be interrupted while it starts the members.  Behind this meeting nothing interrupts
    them.
    """
    board = located(integer(frame, fields.BOARD), frame)
    put_integer(frame, fields.MEETINGS, 1)
    next_number(board)
    looked = 0
    while seen(board) < integer(frame, fields.TEAM):
        if seen(at(board, CALLED_OFF)) > 0:
            return False
        wait(looked)
        looked += 1
    return True


@inlined
def meet(frame: Any) -> None:
    """Wait until all members of the team have come to this meeting."""
    team = integer(frame, fields.TEAM)
    if team == 1:
        return
    board, meetings = located(integer(frame, fields.BOARD), frame), integer(frame, fields.MEETINGS)
    put_integer(frame, fields.MEETINGS, meetings + 1)
    next_number(board)
    looked = 0
    while seen(board) < team * (meetings + 1):
        wait(looked)
        looked += 1


@inlined
def share(frame: Any, n: Any, block: Any) -> Any:
    """The member's share of `n` things that come in blocks: its first, and the first behind it."""
    member, team = integer(frame, fields.MEMBER), integer(frame, fields.TEAM)
    blocks = (n + block - 1) // block
    return (
        min(n, blocks * member // team * block),
        min(n, blocks * (member + 1) // team * block),
    )


@inlined
def is_shared(instructions: Any) -> Any:
    """Whether any instruction of a list is."""
    table = pointer(instructions)
    for k in range(0, instructions.size, WIDTH):
        if integer(table, k + SHARED) > 0:
            return True
    return False


@inlined
def execute_together(instructions: Any, frame: Any, rows: Any, like: Any) -> None:
    """Run a list of instructions on a batch of `rows` rows as a member of a team."""
    table = pointer(instructions)
    first, last = integer(frame, fields.MEMBER) == 0, instructions.size - WIDTH
    for k in range(0, instructions.size, WIDTH):
        shared = integer(table, k + SHARED) > 0
        if shared or first:
            execute_one(table, k, frame, rows, like)
        # What the first member does alone, one after the other, nobody waits for.
        if shared or k == last or integer(table, k + WIDTH + SHARED) > 0:
            meet(frame)
