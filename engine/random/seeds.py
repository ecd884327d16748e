"""One seed for everything: ``set_random_seed(s)``.

It seeds Python's generator (from which unseeded initializers draw), NumPy's generator, and keeps
s for the order of the samples in ``fit``.

Keras
-----
``keras.utils.set_random_seed`` of Keras 3.15.1.  Keras hands s to ``tf.random.set_seed``, which
serves the sample order; a negative or too large s fails there after Python's generator has been
seeded, here before anything has changed.  Keras accepts a bool, this does not.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from engine.random.seed_generator import (
    forget_global_seed_generator,
    is_seed,
    seed_python,
    undisturbed,
)

_global_seed: int | None = None
_TURN = threading.RLock()


def set_random_seed(seed: int) -> None:
    """Seed all random numbers of the engine, of Python and of NumPy.

    Parameters
    ----------
    seed : int
        0 ≤ seed < 2³².

    Raises
    ------
    TypeError
        For anything that is not a Python integer.
    ValueError
        Out of range.  In both cases nothing has been changed.

    Example
    -------
    >>> from engine.random import make_default_seed
    >>> set_random_seed(42)
    >>> make_default_seed()
    686579304
    """
    global _global_seed
    if not is_seed(seed):
        raise TypeError(f"Expected seed to be an integer. Received: seed={seed!r}")
    if not 0 <= seed < 2**32:
        raise ValueError(f"Expected 0 <= seed < 2**32. Received: seed={seed}")
    seed_python(seed)
    np.random.seed(seed)
    forget_global_seed_generator()
    _global_seed = seed


@contextmanager
def seeded(seed: int | None) -> Iterator[None]:
    """Draw from `seed` meanwhile, and put the generators back afterwards; None changes nothing.

    The generators are there once: threads take turns meanwhile.  Threads that know nothing of this
    disturb no seed, either: see :func:`engine.random.seed_generator.undisturbed`.
    """
    global _global_seed
    if seed is None:
        yield
        return
    with _TURN, undisturbed():
        python, numpy_, engine = random.getstate(), np.random.get_state(), get_random_seed()
        set_random_seed(seed)
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(numpy_)
            _global_seed = engine


def get_random_seed() -> int | None:
    """Return the seed last given to `set_random_seed`, or None."""
    return _global_seed


def put_random_seed(seed: int | None) -> None:
    """Let `seed` be the one last given to `set_random_seed`; the generators stay as they are."""
    global _global_seed
    _global_seed = seed
