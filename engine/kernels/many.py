"""Many fits with the same instructions: each thread takes one after the other.

A fit is a row of plans.  What a thread writes while it works (outputs, gradients, the rows in the
order of the fit) stands in buffers of its own: a second plan, whose fields that are not 0 take the
place of the fit's.
"""

from __future__ import annotations

from typing import Any

from engine.kernels import fields
from engine.kernels.compiler import compiled, inlined
from engine.kernels.instructions import integer, integers_from, put_integer
from engine.kernels.lanes import address, at, pointer
from engine.kernels.machine import FLUSHING, exchange_mode
from engine.kernels.rows import gather
from engine.kernels.team import next_number
from engine.kernels.train import go_on


@inlined
def _begin(frame: Any, plan: Any, own: Any, like: Any) -> None:
    """Make a fit the one that the thread works on."""
    for field in range(fields.PLAN_LENGTH):
        value = integer(own, field)
        put_integer(frame, field, value if value != 0 else integer(plan, field))
    inputs, labels = integer(frame, fields.INPUTS), integer(frame, fields.LABELS)
    gather(frame, fields.FROM_X, fields.TRAIN_X, inputs, like)
    gather(frame, fields.FROM_Y, fields.TRAIN_Y, labels, like)
    gather(frame, fields.FROM_TARGETS, fields.TRAIN_TARGETS, labels, like)
    gather(frame, fields.FROM_WEIGHTS, fields.TRAIN_WEIGHTS, 1, like)


@compiled
def run(batches, taken, plans, frames, own, scaling, training, validating, numbers) -> None:
    """Go on with the fits of the rows of `plans` for `batches` batches.

    All threads call this at the same time, each with its own row of `frames` and `own`; `taken`
    counts the fits that a thread has begun.  A thread goes on with the fit of its frame; when that
    is complete (or there is none yet: 0 of 0 epochs) it takes the next.
    """
    mode = exchange_mode(FLUSHING)
    frame, like, count = pointer(frames), pointer(numbers), plans.shape[0]
    item, left = address(at(like, 1)) - address(like), batches
    while left > 0:
        if integer(frame, fields.EPOCH) == integer(frame, fields.EPOCHS):
            if integer(pointer(taken), 0) >= count:
                break
            fit = next_number(pointer(taken))
            if fit >= count:
                break
            plan = integers_from(pointer(plans), fit * fields.PLAN_LENGTH)
            _begin(frame, plan, pointer(own), like)
        rates, steps = integer(frame, fields.RATES), integer(frame, fields.STEPS_DONE)
        left = go_on(left, frame, scaling, training, validating, like)
        # The sizes of the steps to come begin behind those of the steps that are done.
        done = integer(frame, fields.STEPS_DONE) - steps
        put_integer(frame, fields.RATES, rates + done * item)
        if integer(frame, fields.LEARNING_RATES) != 0:
            rates = integer(frame, fields.LEARNING_RATES)
            put_integer(frame, fields.LEARNING_RATES, rates + done * item)
    exchange_mode(mode)
