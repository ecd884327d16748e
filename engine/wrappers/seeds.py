"""What `random_state` means: the seed from which an estimator draws weights and orders.

    None          go on with the generators as they are
    an integer    the same numbers in every fit
    RandomState   an integer drawn from it, so another one in the next fit

While an estimator draws from a seed of its own, the generators of the engine, of Python and of
NumPy stand at that seed; afterwards they stand where they stood.  Threads take turns meanwhile.

scikit-learn: the glossary's ``random_state``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from engine.checks.shown import shown
from engine.random.seeds import seeded


def seed_of(random_state: Any) -> int | None:
    """The seed of one fit.

    Raises
    ------
    ValueError, TypeError
        If it is no seed.

    >>> seed_of(None), seed_of(np.int64(7))
    (None, 7)
    >>> state = np.random.RandomState(0)
    >>> seed_of(state), seed_of(state)
    (209652396, 398764591)
    """
    if random_state is None:
        return None
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**31 - 1))
    expected = (
        "Expected random_state to be None, an integer, 0 ≤ random_state < 2³², or a "
        f"numpy.random.RandomState. Received: random_state={shown(random_state)}"
    )
    if isinstance(random_state, bool) or not isinstance(random_state, int | np.integer):
        raise TypeError(expected)
    if not 0 <= random_state < 2**32:
        raise ValueError(expected)
    return int(random_state)


@contextmanager
def drawing_from(seed: int | None) -> Iterator[None]:
    """Draw from `seed` in this block; None: from the generators as they are."""
    with seeded(seed):
        yield
