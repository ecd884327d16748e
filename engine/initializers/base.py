"""What every initializer is, and what every random one does with its seed.

An initializer is called as ``initializer(shape, dtype=None)`` and returns an array.  A random
one without a seed draws one *when it is constructed*, so an instance gives the same array every
time, and two layers that share an instance start with the same weights if their shapes agree.

Keras
-----
``keras.initializers.Initializer`` and ``RandomInitializer`` of Keras 3.15.1.  A seed that is
no integer is a ValueError there, a TypeError here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from numpy.typing import DTypeLike, NDArray

from engine.random.seed_generator import Seed, SeedGenerator, is_seed, make_default_seed


class Initializer:
    """Base class: a subclass defines ``__call__`` and, if it takes arguments, ``get_config``."""

    def __call__(self, shape: Sequence[int], dtype: DTypeLike | None = None) -> NDArray[Any]:
        """Return an array of `shape` and `dtype`."""
        raise NotImplementedError(f"{type(self).__name__} does not define __call__(shape, dtype)")

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor, as JSON can hold them."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Make an initializer from the result of `get_config`."""
        return cls(**config)

    def clone(self) -> Self:
        """Return an initializer with the same arguments; without a seed, it draws a new one."""
        return self.from_config(self.get_config())


class RandomInitializer(Initializer):
    """Base class of the random initializers: holds the seed."""

    def __init__(self, seed: Seed | dict[str, Any] = None) -> None:
        self._init_seed = seed
        if seed is None:
            self.seed: int | SeedGenerator = make_default_seed()
        elif isinstance(seed, dict):
            self.seed = SeedGenerator.from_config(seed["config"])
        elif isinstance(seed, SeedGenerator) or is_seed(seed):
            self.seed = seed
        else:
            raise TypeError(
                f"Expected seed to be an integer, a SeedGenerator or None. Received: seed={seed!r}"
            )

    def get_config(self) -> dict[str, Any]:
        """Return the seed as it was given; None stays None."""
        seed = self._init_seed
        if isinstance(seed, SeedGenerator):
            seed = {
                "module": "keras.random",
                "class_name": "SeedGenerator",
                "config": seed.get_config(),
                "registered_name": None,
            }
        return {"seed": seed}
