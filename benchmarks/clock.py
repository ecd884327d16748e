"""The time that the engine spends inside of its compiled training loop."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import get_ident
from time import perf_counter
from typing import Any


@contextmanager
def clocked() -> Iterator[list[float]]:
    """Add up the seconds of the compiled calls of the block in the one number of the list."""
    from engine.kernels import train

    kernel, spent, thread = train.run, [0.0], get_ident()

    def run(*arguments: Any) -> None:
        start = perf_counter()
        kernel(*arguments)
        if get_ident() == thread:  # the others of a team work at the same time
            spent[0] += perf_counter() - start

    run.py_func = kernel.py_func  # type: ignore[attr-defined]
    train.run = run
    try:
        yield spent
    finally:
        train.run = kernel
