"""Where all random numbers stand: Python's generator, NumPy's, the seed, and the shared one.

What `take` returns is plain JSON, so that an interrupted training can be gone on with in another
process as if nothing had happened.
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from engine.random import seed_generator, seeds


def take() -> dict[str, Any]:
    """Return the state of everything that the engine draws from."""
    version, words, gauss = random.getstate()
    shared = seed_generator.shared_state()
    return {
        "python": [version, list(words), gauss],
        "numpy": take_numpy(),
        "seed": seeds.get_random_seed(),
        "shared": shared,
    }


def put(state: dict[str, Any]) -> None:
    """Go on from what `take` returned."""
    version, words, gauss = state["python"]
    random.setstate((version, tuple(words), gauss))
    put_numpy(state["numpy"])
    seeds.put_random_seed(state["seed"])
    seed_generator.put_shared_state(state["shared"])


def take_numpy() -> list[Any]:
    """Return the state of NumPy's generator, which draws the order of the samples."""
    kind, words, *rest = np.random.get_state(legacy=True)
    return [kind, np.asarray(words).tolist(), *rest]


def put_numpy(state: list[Any]) -> None:
    """Go on from what `take_numpy` returned."""
    kind, words, *rest = state
    np.random.set_state((kind, np.array(words, np.uint32), *rest))
