"""The one place that says how code is compiled, and why.

Three decorators, and nowhere else in the project does ``njit`` appear:

``compiled``
    An entry point: called from Python, cached on disk.
``piece``
    A large part of a kernel, compiled once and called.
``inlined``
    A small part of a kernel: merged into every caller by LLVM.
``formula``
    Element-wise mathematics that is written once and read three ways: as plain NumPy, as
    compiled scalars and as compiled SIMD lanes (:mod:`engine.kernels.lanes`).

The options, each with its reason:

``fastmath`` stays off
    The order of operations is part of the result, and NaN and infinity must come out when they
    go in.
``error_model="numpy"``
    Division by zero gives infinity or NaN, as in NumPy, and needs no branch.
``nogil=True``
    Other threads go on while a training runs.
``cache=True``
    A kernel is compiled once per machine.  Numba looks only at the file that holds the entry
    point to decide whether a cached kernel is stale; here the key covers every source file that a
    kernel can be made of.
"""

from __future__ import annotations

import hashlib
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numba.extending
from numba import njit, types

intrinsic: Any = numba.extending.intrinsic
"""A function that writes LLVM's instructions itself.  For kernels it has other arguments than its
definition, which type checkers need not try to understand."""

_ROOMS_WITH_KERNEL_CODE = (
    "kernels",
    "activations",
    "losses",
    "optimizers",
    "random",
    "regularizers",
)


def _digest_of_sources() -> str:
    root = Path(__file__).parent.parent
    digest = hashlib.sha256()
    for room in _ROOMS_WITH_KERNEL_CODE:
        for path in sorted((root / room).glob("*.py")):
            digest.update(f"{room}/{path.name}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


_SOURCES = _digest_of_sources()


def compiled(function: Callable[..., Any]) -> Any:
    """Compile `function` as an entry point whose cache is keyed by all kernel sources."""
    try:
        dispatcher: Any = njit(cache=True, error_model="numpy", nogil=True)(function)
    except RuntimeError:  # neither beside the sources nor at home may anything be written
        return njit(error_model="numpy", nogil=True)(function)
    # Numba offers no public hook for the freshness stamp of a cached function.
    dispatcher._cache._cache_file._source_stamp = _SOURCES
    return dispatcher


def piece(function: Callable[..., Any]) -> Any:
    """Compile `function` as a part that kernels call, once whatever constants it is given."""
    dispatcher: Any = njit(error_model="numpy", nogil=True)(function)
    compile_for = dispatcher.get_call_template
    # Numba would compile it anew for every constant among the arguments.
    dispatcher.get_call_template = lambda args, kws: compile_for(
        tuple(types.unliteral(a) for a in args), {k: types.unliteral(a) for k, a in kws.items()}
    )
    return dispatcher


def inlined(function: Callable[..., Any]) -> Any:
    """Compile `function` as a piece that LLVM merges into every kernel that calls it."""
    return njit(error_model="numpy", forceinline=True)(function)


def formula(function: Callable[..., Any]) -> Any:
    """Leave `function` a plain Python function and let kernels call it, too."""
    return numba.extending.register_jitable(error_model="numpy", forceinline=True)(function)


_CALLED: set[tuple[str, str]] = set()


@contextmanager
def announced(kernel: Any, dtype: str) -> Iterator[None]:
    """Say so if the first call of `kernel` takes over a second: it is being compiled then."""
    key = (kernel.py_func.__name__, dtype)
    if key in _CALLED:
        yield
        return
    message = (
        "Compiling the kernels for this machine: once, about half a minute. "
        "They are kept for the next time.\n"
    )
    timer = threading.Timer(1.0, lambda: print(message, end="", file=sys.stderr, flush=True))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
    _CALLED.add(key)
