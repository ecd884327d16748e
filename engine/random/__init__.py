"""Random numbers: Philox, Keras's seed chain, the distributions and the order of the samples.

Keras's words are ``SeedGenerator``, ``normal``, ``uniform``, ``truncated_normal`` and, from its
``utils``, ``set_random_seed``.
"""

from engine.random.sampling import normal, truncated_normal, uniform
from engine.random.seed_generator import Seed, SeedGenerator, draw_seed, make_default_seed
from engine.random.seeds import get_random_seed, set_random_seed
from engine.random.shuffle import epoch_order

__all__ = [
    "Seed",
    "SeedGenerator",
    "draw_seed",
    "epoch_order",
    "get_random_seed",
    "make_default_seed",
    "normal",
    "set_random_seed",
    "truncated_normal",
    "uniform",
]
