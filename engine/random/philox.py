"""Philox4x32-10, the counter-based generator behind every random number of TensorFlow.

A block is a function of a counter x (four 32-bit words) and a key k (two words); nothing else is
remembered.  Ten rounds of::

    x₀' = hi(M₁·x₂) ⊕ x₁ ⊕ k₀      x₁' = lo(M₁·x₂)
    x₂' = hi(M₀·x₀) ⊕ x₃ ⊕ k₁      x₃' = lo(M₀·x₀)
    k₀' = k₀ + W₀                  k₁' = k₁ + W₁        (mod 2³²)

A *stream* is the row of blocks i = 0, 1, 2, … with counter (i lo, i hi, c₂, c₃).  It is kept as
``uint64[4] = (k₀, k₁, c₂, c₃)``, so that block i can be made without the blocks before it.

Words are held in uint64, where a 32 × 32-bit product fits; the same lines run on NumPy arrays,
on single numbers and inside compiled loops.

Source
------
Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011), section 3.3.

Keras
-----
TensorFlow 2.21: ``tsl/lib/random/philox_random.h`` (the generator) and the kernels of
``StatelessRandomGetKeyCounter`` (the scrambling).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.kernels.compiler import compiled, formula

Stream = NDArray[np.uint64]

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_LOW, _32 = np.uint64(0xFFFFFFFF), np.uint64(32)

# The key with which TensorFlow scrambles a stateless seed.
_SCRAMBLE_0, _SCRAMBLE_1 = np.uint64(0x3EC8F720), np.uint64(0x02461E29)


@formula
def philox4x32(x0: Any, x1: Any, x2: Any, x3: Any, k0: Any, k1: Any) -> Any:
    """Return the four output words of counter x and key k; all are uint64 below 2³²."""
    for _ in range(10):
        p0 = _M0 * x0
        p1 = _M1 * x2
        x0, x1, x2, x3 = (p1 >> _32) ^ x1 ^ k0, p1 & _LOW, (p0 >> _32) ^ x3 ^ k1, p0 & _LOW
        k0 = (k0 + _W0) & _LOW
        k1 = (k1 + _W1) & _LOW
    return x0, x1, x2, x3


@formula
def block(stream: Any, i: Any) -> Any:
    """Return the four words of block `i` (uint64) of `stream`."""
    return philox4x32(i & _LOW, i >> _32, stream[2], stream[3], stream[0], stream[1])


@formula
def stateless_key(seed0: Any, seed1: Any) -> Any:
    """Return (k₀, k₁, c₂, c₃) of a stateless seed pair, of numbers below 2³²."""
    s0, s1, zero = np.uint64(seed0), np.uint64(seed1), np.uint64(0)
    return philox4x32(s0, zero, s1, zero, _SCRAMBLE_0, _SCRAMBLE_1)


@formula
def words_at(key: Any, i: Any) -> Any:
    """Return the four words of block `i` < 2³² of the stream with such a `key`."""
    return philox4x32(np.uint64(i), np.uint64(0), key[2], key[3], key[0], key[1])


@compiled
def fill_words(words: Any, stream: Any) -> None:
    """Write the first words of `stream`; ``words.size`` is a multiple of 4."""
    for i in range(words.size // 4):
        w0, w1, w2, w3 = block(stream, np.uint64(i))
        words[4 * i] = w0
        words[4 * i + 1] = w1
        words[4 * i + 2] = w2
        words[4 * i + 3] = w3


def stateful_stream(seed: int, seed2: int) -> Stream:
    """Return the stream of a stateful TensorFlow operation: key = seed, counter = (0, seed2)."""
    key, upper = np.uint64(seed % 2**64), np.uint64(seed2 % 2**64)
    return np.array([key & _LOW, key >> _32, upper & _LOW, upper >> _32], np.uint64)


def stateless_stream(seed0: int, seed1: int) -> Stream:
    """Return the stream of a stateless TensorFlow operation, whose seeds are scrambled first.

    (y₀, y₁, y₂, y₃) = Philox(counter = (seed0, seed1), a fixed key); the stream then has the key
    (y₀, y₁) and the upper half of the counter (y₂, y₃).
    """
    low, high, low1, high1 = stateful_stream(seed0, seed1)
    return np.array(philox4x32(low, high, low1, high1, _SCRAMBLE_0, _SCRAMBLE_1), np.uint64)
