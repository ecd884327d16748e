"""Random arrays: uniform, normal and truncated normal.

    uniform             u·(maxval − minval) + minval      u in [0, 1)
    normal              z·stddev + mean
    truncated_normal    z·stddev + mean                   −2 < z < 2; the standard deviation of
                                                          what is left is 0.8796…·stddev

Product and sum are rounded one by one, in the array's dtype.  The seed pair is taken
mod 2³¹ − 2 before it is scrambled, as Keras does to make an int32 of it.

Keras
-----
``keras.random.uniform``, ``normal`` and ``truncated_normal`` of Keras 3.15.1 on TensorFlow 2.21:
the same bits in float32 and float64.  A trap that is kept: in float64, `minval` and `maxval` given
as Python floats are rounded to float32 first (``tf.cast`` of a Python float), `mean` and `stddev`
are not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from engine.random import fills
from engine.random.checks import as_cast_number, as_float_dtype, as_number, as_shape
from engine.random.philox import Stream, stateless_stream
from engine.random.seed_generator import Seed, draw_seed

_SEED_MODULUS = 2**31 - 2
_Fill = Callable[[Any, Stream], None]


def _filled(
    shape: tuple[int, ...], dtype: np.dtype[Any], seed: Seed, fill32: _Fill, fill64: _Fill
) -> NDArray[Any]:
    """Return an array that a kernel has filled from the stream of `seed`."""
    seed0, seed1 = draw_seed(seed)
    stream = stateless_stream(seed0 % _SEED_MODULUS, seed1 % _SEED_MODULUS)
    size = math.prod(shape)
    group, fill = (4, fill32) if dtype == np.float32 else (2, fill64)
    out = np.empty(-(-size // group) * group, dtype)
    fill(out, stream)
    return out[:size].reshape(shape)


def uniform(
    shape: Sequence[int],
    minval: float = 0.0,
    maxval: float = 1.0,
    dtype: DTypeLike | None = None,
    seed: Seed = None,
) -> NDArray[Any]:
    """Draw from [minval, maxval), every value as likely as any other.

    Parameters
    ----------
    shape : sequence of int
        May be empty: then one number is drawn.
    minval, maxval : float
        The bounds.
    dtype : float32 or float64
        None means float32.
    seed : int, SeedGenerator or None
        An integer gives the same array every time; None goes on with a shared generator.

    Raises
    ------
    TypeError, ValueError
        For a bad shape, dtype, bound or seed.

    Example
    -------
    >>> uniform((2, 2), seed=1)
    array([[0.8784882 , 0.45998025],
           [0.60029125, 0.39259768]], dtype=float32)
    """
    shape, kind = as_shape(shape), as_float_dtype(dtype)
    low, high = as_cast_number("minval", minval, kind), as_cast_number("maxval", maxval, kind)
    u = _filled(shape, kind, seed, fills.fill_uniform32, fills.fill_uniform64)
    u *= high - low
    u += low
    return u


def normal(
    shape: Sequence[int],
    mean: float = 0.0,
    stddev: float = 1.0,
    dtype: DTypeLike | None = None,
    seed: Seed = None,
) -> NDArray[Any]:
    """Draw from the normal distribution with `mean` and standard deviation `stddev`.

    Parameters, errors and meaning of `seed` as in `uniform`.

    Example
    -------
    >>> normal((3,), seed=1)
    array([ 0.1266503 , -0.49301657,  0.6311907 ], dtype=float32)
    """
    return _scaled(shape, mean, stddev, dtype, seed, fills.fill_normal32, fills.fill_normal64)


def truncated_normal(
    shape: Sequence[int],
    mean: float = 0.0,
    stddev: float = 1.0,
    dtype: DTypeLike | None = None,
    seed: Seed = None,
) -> NDArray[Any]:
    """Draw from the normal distribution without what is 2·`stddev` or more from `mean`.

    `stddev` is the standard deviation *before* the tails are cut off.  Parameters, errors and
    meaning of `seed` as in `uniform`.

    Example
    -------
    >>> truncated_normal((3,), seed=1)
    array([ 0.1266503 , -0.49301657,  0.6311907 ], dtype=float32)
    """
    return _scaled(shape, mean, stddev, dtype, seed, fills.fill_truncated32, fills.fill_truncated64)


def _scaled(
    shape: Sequence[int],
    mean: float,
    stddev: float,
    dtype: DTypeLike | None,
    seed: Seed,
    fill32: _Fill,
    fill64: _Fill,
) -> NDArray[Any]:
    """Return z·stddev + mean."""
    shape, kind = as_shape(shape), as_float_dtype(dtype)
    centre, spread = as_number("mean", mean, kind), as_number("stddev", stddev, kind)
    z = _filled(shape, kind, seed, fill32, fill64)
    z *= spread
    z += centre
    return z
