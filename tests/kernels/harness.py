"""Runs a single instruction on given buffers, alone or in a team."""

import threading

import numpy as np

from engine.kernels import dense, fields
from engine.kernels.compiler import compiled
from engine.kernels.instructions import execute, listed
from engine.kernels.lanes import pointer
from engine.kernels.machine import processors
from engine.kernels.memory import address
from engine.kernels.team import CALLED_OFF, execute_together, gather

OWN = fields.STRIP, fields.PACKED, fields.BLOCK
"""What each member of a team has for itself."""


@compiled
def _run(instructions, frame, rows, numbers):
    execute(instructions, pointer(frame), rows, pointer(numbers))


@compiled
def _run_together(instructions, frame, rows, numbers):
    if gather(pointer(frame)):
        execute_together(instructions, pointer(frame), rows, pointer(numbers))


def run(instruction, numbers, rows, dtype="float32", threads=None, team=1, **buffers):
    """Run `instruction` with its numbers; `buffers` are the frame's, by the fields' names."""
    run_all([(instruction, *numbers)], rows, dtype, threads, team, **buffers)


def run_all(instructions, rows, dtype="float32", threads=None, team=1, **buffers):
    """Run a list of instructions."""
    dtype = str(np.dtype(dtype))
    frame = np.zeros(fields.PLAN_LENGTH, np.int64)
    frame[fields.THREADS] = threads or processors()
    frame[fields.TEAM] = team
    for field, strip in dense.STRIPS.items():
        frame[field] = strip.address(dtype)
    scratch = np.full(1 << 20, np.nan, dtype)
    for name, values in {"SCRATCH": scratch, **buffers}.items():
        assert values.dtype == dtype, name
        frame[getattr(fields, name)] = address(values)
    own = [np.full((team, 1 << 19), np.nan, dtype) for _ in OWN]
    board, table = np.zeros(2 * CALLED_OFF, np.int64), listed(instructions, dtype)
    frame[fields.BOARD] = address(board)
    plans = []
    for member in range(team):
        plans.append(frame.copy())
        plans[-1][fields.MEMBER] = member
        plans[-1][list(OWN)] = [address(values[member]) for values in own]
    if team == 1:
        return _run(table, plans[0], rows, np.zeros(1, dtype))
    members = [
        threading.Thread(
            target=_run_together, args=(table, plan, rows, np.zeros(1, dtype)), daemon=True
        )
        for plan in plans
    ]
    for member in members:
        member.start()
    for member in members:
        member.join(timeout=120)
        assert not member.is_alive(), "the members wait for each other"
    return None
