"""What stands around an optimizer's step: clipped gradients, decaying weights, their average.

The formulas are those of :mod:`engine.optimizers.clipping`, :mod:`engine.optimizers.decay` and
:mod:`engine.optimizers.moving_average`; sums of squares are formed weight by weight
(:func:`engine.kernels.sums.long_sum`).

All instructions work on a stretch of the parameters and leave alone what lies behind it.
"""

from __future__ import annotations

from typing import Any

from engine.kernels import fields
from engine.kernels.compiler import inlined
from engine.kernels.instructions import instruction, integer, place, put_integer
from engine.kernels.lanes import address, broadcast, fill, load, number, put, store
from engine.kernels.sums import long_sum
from engine.optimizers.clipping import clipped_norm, clipped_value, global_scale, norm
from engine.optimizers.decay import decayed
from engine.optimizers.moving_average import averaged

CLIP, DECAY, MOMENTUM = 4, 5, 6
"""Where among the optimizer's numbers the bound of the gradients stands, λ, and μ."""


@inlined
def _hyper(frame: Any, i: Any, like: Any) -> Any:
    return broadcast(place(frame, fields.HYPER, 0, like), i, 16)


@inlined
def _sum_of_squares(frame: Any, g: Any, n: Any, like: Any) -> Any:
    """Σ g² of n numbers."""
    squares = place(frame, fields.SQUARES, 0, like)
    for i in range(0, n, 16):
        x = load(g, i, 16)
        store(squares, i, x * x)
    return long_sum(squares, n, integer(frame, fields.THREADS))


@instruction()
def clip_value(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """Numbers: place and size of a stretch of the gradients."""
    g, n, c = place(frame, fields.GRADIENTS, integer(a, 0), like), integer(a, 1), CLIP
    for i in range(0, n, 16):
        put(g, i, clipped_value(load(g, i, 16), _hyper(frame, c, like)), n - i, 16)


@instruction()
def clip_norm(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """Numbers: place and size of a weight's gradient."""
    g, n, c = place(frame, fields.GRADIENTS, integer(a, 0), like), integer(a, 1), CLIP
    length = fill(like, number(norm(_sum_of_squares(frame, g, n, like))), 16)
    for i in range(0, n, 16):
        put(g, i, clipped_norm(load(g, i, 16), length, _hyper(frame, c, like)), n - i, 16)


@instruction()
def square_norm(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """‖g‖².  Numbers: place and size of a weight's gradient, which of the lengths it is."""
    g, n = place(frame, fields.GRADIENTS, integer(a, 0), like), integer(a, 1)
    lengths = place(frame, fields.LENGTHS, 0, like)
    store(lengths, integer(a, 2), _sum_of_squares(frame, g, n, like))


@inlined
def _global_scale(frame: Any, count: Any, like: Any) -> Any:
    """s, from the squared lengths of `count` gradients."""
    lengths = place(frame, fields.LENGTHS, 0, like)
    total = number(long_sum(lengths, count, integer(frame, fields.THREADS)))
    bound = place(frame, fields.HYPER, 0, like)
    return global_scale(norm(fill(like, total, 1)), load(bound, CLIP, 1))


@instruction()
def clip_rate(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """Make the step shorter instead of the gradients: g·(s·α), or (g·α)·s of a single number.

    So does TensorFlow's graph where the gradient is multiplied by the rate and by nothing else.
    Numbers: how many weights have a length; s·α goes behind the lengths, then s.
    """
    count, rate = integer(a, 0), place(frame, fields.RATE, 0, like)
    scale, lengths = _global_scale(frame, count, like), place(frame, fields.LENGTHS, 0, like)
    store(lengths, count, scale * load(rate, 0, 1))
    store(lengths, count + 1, scale)


@instruction()
def times_rate(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """g·α of a weight that is a single number.

    Numbers: its place among the gradients, where the product goes among the squares, which nobody
    needs any more.
    """
    g = load(place(frame, fields.GRADIENTS, integer(a, 0), like), 0, 1)
    alpha = load(place(frame, fields.RATE, 0, like), 0, 1)
    store(place(frame, fields.SQUARES, integer(a, 1), like), 0, g * alpha)


def _use_rate(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """Take another rate.  Numbers: its place among the lengths."""
    rate = place(frame, fields.LENGTHS, integer(a, 0), like)
    put_integer(frame, fields.RATE, address(rate))


use_rate = instruction("use_rate")(_use_rate)
use_rate_shared = instruction("use_rate_shared", shared=True)(_use_rate)
"""The same for every member of a team."""


@instruction()
def clip_all(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """Numbers: place and size of a stretch of the gradients, how many weights have a length."""
    g, n, count = place(frame, fields.GRADIENTS, integer(a, 0), like), integer(a, 1), integer(a, 2)
    scale = fill(like, number(_global_scale(frame, count, like)), 16)
    for i in range(0, n, 16):
        put(g, i, load(g, i, 16) * scale, n - i, 16)


@instruction()
def decay(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """Numbers: place and size of a stretch of the weights."""
    w, n = place(frame, fields.WEIGHTS, integer(a, 0), like), integer(a, 1)
    alpha = broadcast(place(frame, fields.LEARNING_RATE, 0, like), 0, 16)
    for i in range(0, n, 16):
        put(w, i, decayed(load(w, i, 16), _hyper(frame, DECAY, like), alpha), n - i, 16)


@instruction()
def average(frame: Any, a: Any, rows: Any, like: Any) -> None:
    """Numbers: place and size of a stretch of the weights, every how many steps it takes over."""
    w, n = place(frame, fields.WEIGHTS, integer(a, 0), like), integer(a, 1)
    kept, step = place(frame, fields.AVERAGE, integer(a, 0), like), integer(frame, fields.ITERATION)
    momentum = _hyper(frame, MOMENTUM, like) * fill(like, 0.0 if step == 0 else 1.0, 16)
    every = integer(a, 2)
    overwrite = every > 0 and (step + 1) % max(every, 1) == 0
    for i in range(0, n, 16):
        mean = averaged(load(kept, i, 16), load(w, i, 16), momentum)
        put(kept, i, mean, n - i, 16)
        if overwrite:
            put(w, i, mean, n - i, 16)
