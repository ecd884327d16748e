"""Seeds that change from call to call, and the seed that stands in when none is given.

Ordered:     (seed, 0), (seed, 1), (seed, 2), …
Unordered:   state ← (state + 1)·5387 mod 933199, on both numbers of the pair

An unseeded object draws ``random.randint(1, 10**9)`` from Python's own generator when it is
*constructed*: this, and the order in which things are constructed, is the whole chain from
``set_random_seed(s)`` to the initial weights.

Keras
-----
``keras.random.SeedGenerator``, ``make_default_seed`` and ``draw_seed`` of Keras 3.15.1.  Keras adds
a counter to the default name ("seed_generator_1"); here it is always "seed_generator".
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

_UNDISTURBED: ContextVar[random.Random | None] = ContextVar("undisturbed", default=None)


def make_default_seed() -> int:
    """Return the seed of an object that was given none; advances Python's generator."""
    return (_UNDISTURBED.get() or random).randint(1, 10**9)


def seed_python(seed: int) -> None:
    """Seed Python's generator, and its twin if this is a block of `undisturbed`."""
    random.seed(seed)
    if (twin := _UNDISTURBED.get()) is not None:
        twin.seed(seed)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Draw seeds in this block from a twin of Python's generator, which no other thread reads.

    Other threads do read Python's: Dask's, to guess how large a list is.
    """
    twin = random.Random()
    twin.setstate(random.getstate())
    before = _UNDISTURBED.set(twin)
    try:
        yield
    finally:
        _UNDISTURBED.reset(before)


def is_seed(seed: Any) -> bool:
    """Say whether `seed` is an integer as Keras means it: no bool, no NumPy integer."""
    return isinstance(seed, int) and not isinstance(seed, bool)


class SeedGenerator:
    """A seed pair that moves on with every draw.

    Example
    -------
    >>> generator = SeedGenerator(7)
    >>> generator.next().tolist(), generator.next().tolist()
    ([7, 0], [7, 1])
    >>> generator.next(ordered=False).tolist(), generator.next().tolist()
    ([7, 2], [43096, 16161])
    """

    def __init__(self, seed: int | None = None, name: str | None = None) -> None:
        self.name = "seed_generator" if name is None else name
        self._initial_seed = seed
        if seed is None:
            seed = make_default_seed()
        if not is_seed(seed):
            raise TypeError(f"Expected seed to be an integer or None. Received: seed={seed!r}")
        if not -(2**63) <= seed < 2**63:
            raise ValueError(f"Expected seed to fit in 64 bits. Received: seed={seed}")
        self.state: NDArray[np.int64] = np.array([seed, 0], np.int64)

    def next(self, ordered: bool = True) -> NDArray[np.int64]:
        """Return the current pair and move on."""
        pair = self.state
        self.state = pair + np.array([0, 1]) if ordered else (pair + 1) * 5387 % 933199
        return pair

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal generator, set back to its start."""
        return {"seed": self._initial_seed, "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> SeedGenerator:
        """Make a generator from the result of `get_config`."""
        return cls(**config)


Seed: TypeAlias = int | SeedGenerator | None

_shared: SeedGenerator | None = None


def global_seed_generator() -> SeedGenerator:
    """Return the generator behind ``seed=None``; its own seed is drawn at first use."""
    global _shared
    if _shared is None:
        _shared = SeedGenerator()
    return _shared


def forget_global_seed_generator() -> None:
    """Drop the generator behind ``seed=None``: the next use draws a new one."""
    global _shared
    _shared = None


def shared_state() -> list[int] | None:
    """Return where the generator behind ``seed=None`` stands; None: it is not drawn yet."""
    return None if _shared is None else [int(number) for number in _shared.state]


def put_shared_state(state: list[int] | None) -> None:
    """Let the generator behind ``seed=None`` stand where `shared_state` said."""
    global _shared
    _shared = None
    if state is not None:
        _shared = SeedGenerator(0)
        _shared.state = np.array(state, np.int64)


def draw_seed(seed: Seed) -> tuple[int, int]:
    """Return the pair for one call: (seed, 0) for an integer, the next pair of a generator."""
    if isinstance(seed, SeedGenerator):
        pair = seed.next()
    elif seed is None:
        pair = global_seed_generator().next(ordered=False)
    elif is_seed(seed):
        pair = SeedGenerator(seed).state
    else:
        raise TypeError(
            f"Expected seed to be an integer, a SeedGenerator or None. Received: seed={seed!r}"
        )
    return int(pair[0]), int(pair[1])
