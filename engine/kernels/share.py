"""How many of the processors a computation may take: all of them, or the share of a worker.

    threads(n) = min(n, the share of the block around it, NUMBA_NUM_THREADS, OMP_NUM_THREADS)

Workers of a cluster stand side by side on one machine.  joblib's process pool sets both variables
for its workers, the nanny of a `dask worker` the second; where neither is set, n is all there are.

A share changes no bits: who works out a number changes nothing about how it is worked out.  What
does count is how many processors there *are*: TensorFlow cuts sums of more than 108,388 terms by
that (docs/parity.md).  So a worker is told the number of the machine that asks, and counts as if it
were there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_SHARE: ContextVar[int | None] = ContextVar("share", default=None)
_COUNTED: ContextVar[int | None] = ContextVar("counted", default=None)
VARIABLES = "NUMBA_NUM_THREADS", "OMP_NUM_THREADS"


def threads(processors: int) -> int:
    """How many threads may be started where there are so many processors; at least one.

    >>> with share(1, counted=64):
    ...     threads(64)
    1
    """
    told = [os.environ.get(name, "") for name in VARIABLES]
    # OpenMP allows a list, one number for each level: the first is ours.
    limits = [int(first) for text in told if (first := text.split(",")[0].strip()).isdecimal()]
    own = _SHARE.get()
    return max(1, min([processors, *limits, *([] if own is None else [own])]))


def counted() -> int | None:
    """How many processors this block is to count; None: those that there are."""
    return _COUNTED.get()


@contextmanager
def share(threads: int, counted: int) -> Iterator[None]:
    """Start no more than `threads` in this block, and count `counted` processors."""
    before = _SHARE.set(threads), _COUNTED.set(counted)
    try:
        yield
    finally:
        _SHARE.reset(before[0])
        _COUNTED.reset(before[1])
