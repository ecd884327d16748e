"""The training loop: it runs lists of instructions, batch after batch.

A call runs as many batches as it is told to and leaves everything it needs to go on in the plan, so
that a fit can be cut into slices short enough for Ctrl-C and the progress bar.  The weights are
always those of the last finished batch.
"""

from __future__ import annotations

from typing import Any

from engine.kernels import fields
from engine.kernels.compiler import compiled, inlined
from engine.kernels.instructions import execute, integer, place, put_integer
from engine.kernels.lanes import address, at, fill, load, pointer, store
from engine.kernels.machine import FLUSHING, exchange_mode
from engine.kernels.team import execute_together, gather, is_shared, meet

# Behind the field of the features those of the labels and so on follow.
Y, TARGETS, WEIGHTS, ROWS, BATCH, MORE = (
    field - fields.TRAIN_X
    for field in (
        fields.TRAIN_Y,
        fields.TRAIN_TARGETS,
        fields.TRAIN_WEIGHTS,
        fields.TRAIN_ROWS,
        fields.TRAIN_BATCH,
        fields.TRAIN_MORE,
    )
)


@inlined
def _record(frame: Any, column: Any, like: Any) -> None:
    """Copy the states of loss and metrics into a row of the history and start them afresh."""
    if integer(frame, fields.MEMBER) > 0:
        return
    columns, sums = integer(frame, fields.COLUMNS), place(frame, fields.SUMS, 0, like)
    row = integer(frame, fields.EPOCH) * 2 * columns + column
    history = place(frame, fields.HISTORY, row, like)
    for m in range(columns):
        store(history, m, load(sums, m, 1))
        store(sums, m, fill(sums, 0.0, 1))


@inlined
def _batches(most, frame, first, scaling, instructions, step, training, like) -> Any:
    """Run the batches to come of a pass, at most `most`; return how many they were.

    A pass without a shared instruction is the first member's; the others wait for its end.  The
    fields of the rows to train on, or to validate on, begin with `first`.
    """
    item = address(at(like, 1)) - address(at(like, 0))
    start, rows = integer(frame, fields.POSITION), integer(frame, first + ROWS)
    size, weighted = integer(frame, first + BATCH), integer(frame, first + WEIGHTS) != 0
    in_x, in_y = item * integer(frame, fields.INPUTS), item * integer(frame, fields.LABELS)
    x, y = integer(frame, first) + start * in_x, integer(frame, first + Y) + start * in_y
    targets = integer(frame, first + TARGETS) + start * in_y
    weights = integer(frame, first + WEIGHTS) + start * item
    rate = integer(frame, fields.RATES) + step * item
    learning_rate = integer(frame, fields.LEARNING_RATES)
    decaying = learning_rate != 0
    learning_rate += step * item
    put_integer(frame, fields.ROW_WEIGHTS, 0)
    first_member = integer(frame, fields.MEMBER) == 0
    together = integer(frame, fields.TEAM) > 1 and is_shared(instructions)
    done, scaled_for = 0, 0
    while done < most and start < rows:
        n = min(size, rows - start)
        put_integer(frame, fields.X, x)
        put_integer(frame, fields.Y, y)
        put_integer(frame, fields.TARGETS, targets)
        put_integer(frame, fields.RATE, rate)
        if decaying:
            put_integer(frame, fields.LEARNING_RATE, learning_rate)
        if weighted:
            put_integer(frame, fields.ROW_WEIGHTS, weights)
        if training and first_member and (weighted or n != scaled_for):
            execute(scaling, frame, n, like)
            scaled_for = n
        if together:
            execute_together(instructions, frame, n, like)
        elif first_member:
            execute(instructions, frame, n, like)
        start += n
        x, y, targets = x + n * in_x, y + n * in_y, targets + n * in_y
        weights, rate, learning_rate = weights + n * item, rate + item, learning_rate + item
        done += 1
        if training and first_member:
            put_integer(frame, fields.ITERATION, integer(frame, fields.ITERATION) + 1)
    if not together:
        meet(frame)
    put_integer(frame, fields.POSITION, start)
    return done


@inlined
def go_on(batches, frame, scaling, training, validating, like) -> Any:
    """Go on with a fit for `batches` batches, or until it (or, if so planned, an epoch) ends.

    Return how many batches are left.

    A fit is, for every epoch, a pass over the rows to train on with an update after each batch,
    then a pass over the rows to validate on without.  The rows are in the order of the epoch
    already.  Row e of the history receives loss and metrics of epoch e, then those of the
    validation.  Of rows that come in pieces these may be some: more of the pass will follow.
    """
    columns = integer(frame, fields.COLUMNS)
    left, step = batches, 0
    while left > 0 and integer(frame, fields.EPOCH) < integer(frame, fields.EPOCHS):
        if integer(frame, fields.PHASE) == fields.TRAINING:
            first = fields.TRAIN_X
            done = _batches(left, frame, first, scaling, training, step, True, like)
            step += done
            put_integer(frame, fields.STEPS_DONE, integer(frame, fields.STEPS_DONE) + done)
        else:
            first = fields.VALIDATION_X
            done = _batches(left, frame, first, scaling, validating, 0, False, like)
        left -= done
        if integer(frame, fields.POSITION) < integer(frame, first + ROWS):
            return left
        if integer(frame, first + MORE):
            return left
        put_integer(frame, fields.POSITION, 0)
        if first == fields.TRAIN_X:
            _record(frame, 0, like)
            put_integer(frame, fields.PHASE, fields.VALIDATING)
            if integer(frame, fields.VALIDATION_ROWS) > 0:
                continue
        else:
            _record(frame, columns, like)
        put_integer(frame, fields.PHASE, fields.TRAINING)
        put_integer(frame, fields.EPOCH, integer(frame, fields.EPOCH) + 1)
        if integer(frame, fields.STOP_AT_EPOCH_END):
            return left
    return left


@compiled
def run(batches, plan, scaling, training, validating, numbers) -> None:
    """Go on with the fit of `plan`; `numbers` is any array of the type that it computes with.

    The lists of instructions are for a new number of rows (or rows with weights), for a batch to
    train on and for a batch to validate on.  The members of a team call this at the same time, each
    with its own plan.
    """
    frame, mode = pointer(plan), exchange_mode(FLUSHING)
    if integer(frame, fields.TEAM) == 1 or gather(frame):
        go_on(batches, frame, scaling, training, validating, pointer(numbers))
    exchange_mode(mode)


@compiled
def predict(plan, x, rows, out, instructions, batch, left_at, units) -> None:
    """Write the outputs for all rows of `x`, `batch` rows at a time.

    The instructions leave them at the place `left_at` among the outputs.
    """
    mode = exchange_mode(FLUSHING)
    frame, like = pointer(plan), pointer(out)
    start = 0
    while start < rows:
        n = min(batch, rows - start)
        batch_x = at(pointer(x), start * integer(frame, fields.INPUTS))
        put_integer(frame, fields.X, address(batch_x))
        execute(instructions, frame, n, like)
        p = place(frame, fields.OUTPUTS, left_at, like)
        for i in range(n * units):
            store(at(like, start * units), i, load(p, i, 1))
        start += n
    exchange_mode(mode)
