"""Five toy problems in the plane, from NumPy's seeded generator.

Each function returns a frame with the columns `x1`, `x2` (float64) and `label` (int64). Row i
belongs to class i mod k before the rows are shuffled, so the classes differ by at most one row;
`noise` is the standard deviation of a normal draw added to both coordinates. One seed, one frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


def xor(n: int = 4, noise: float = 0.0, seed: int = 0) -> pd.DataFrame:
    """Exclusive or: row i is the corner (⌊i / 2⌋ mod 2, i mod 2), label x1 ⊕ x2, in this order.

    Examples
    --------
    >>> xor().to_numpy().tolist()
    [[0.0, 0.0, 0.0], [0.0, 1.0, 1.0], [1.0, 0.0, 1.0], [1.0, 1.0, 0.0]]
    """
    _check_count("n", n, 4)
    rng, i = _generator(noise, seed), np.arange(n)
    corner = np.stack([i // 2 % 2, i % 2], axis=1)
    return _frame(corner + noise * rng.standard_normal((n, 2)), corner[:, 0] ^ corner[:, 1])


def blobs(
    n: int = 300,
    centers: Sequence[Sequence[float]] = ((-2.0, -2.0), (2.0, -2.0), (0.0, 2.0)),
    noise: float = 1.0,
    seed: int = 0,
) -> pd.DataFrame:
    """Round clouds: x = center_c + noise · z, z standard normal, one class for each center."""
    places = np.asarray(centers, dtype=np.float64)
    if places.ndim != 2 or places.shape[1] != 2 or len(places) < 1:
        raise ValueError(
            f"Expected centers of shape (k, 2). Received: centers.shape={places.shape}"
        )
    if not np.isfinite(places).all():
        raise ValueError(f"Expected finite centers. Received: centers={places.tolist()}")
    _check_count("n", n, len(places))
    label = np.arange(n) % len(places)
    return _shuffled(places[label], label, noise, seed)


def moons(n: int = 200, noise: float = 0.1, seed: int = 0) -> pd.DataFrame:
    """Two half circles, one in the other's hollow; t even from 0 to π along each.

    Class 0: (cos t, sin t). Class 1: (1 − cos t, ½ − sin t).
    """
    _check_count("n", n, 2)
    label = np.arange(n) % 2
    t = np.pi * _steps(label)
    upper = np.stack([np.cos(t), np.sin(t)], axis=1)
    lower = np.stack([1.0 - np.cos(t), 0.5 - np.sin(t)], axis=1)
    return _shuffled(np.where(label[:, None] == 0, upper, lower), label, noise, seed)


def circles(n: int = 200, factor: float = 0.5, noise: float = 0.05, seed: int = 0) -> pd.DataFrame:
    """Ring in ring: x = r (cos φ, sin φ), r = 1 in class 0 and r = factor in class 1."""
    _check_number("factor", factor)
    if not 0.0 < factor < 1.0:
        raise ValueError(f"Expected 0 < factor < 1. Received: factor={factor}")
    _check_count("n", n, 2)
    label = np.arange(n) % 2
    per_class = np.bincount(label)[label]
    angle = 2.0 * np.pi * (np.arange(n) // 2) / per_class
    radius = np.where(label == 0, 1.0, factor)
    return _shuffled(_polar(radius, angle), label, noise, seed)


def spiral(
    n: int = 300, classes: int = 2, turns: float = 1.25, noise: float = 0.03, seed: int = 0
) -> pd.DataFrame:
    """Interleaved arms: r = t, φ = 2π (turns · t + c / classes), t even from 0.05 to 1."""
    _check_count("classes", classes, 2)
    _check_number("turns", turns)
    if not 0.0 < turns < np.inf:
        raise ValueError(f"Expected a finite turns > 0. Received: turns={turns}")
    _check_count("n", n, classes)
    label = np.arange(n) % classes
    t = 0.05 + 0.95 * _steps(label)
    return _shuffled(_polar(t, 2.0 * np.pi * (turns * t + label / classes)), label, noise, seed)


def _steps(label: np.ndarray) -> np.ndarray:
    """Return for each row its place in its class, evenly from 0 to 1 (one row alone: 0)."""
    within = np.arange(len(label)) // (label.max() + 1)
    return within / np.maximum(np.bincount(label)[label] - 1, 1)


def _polar(radius: np.ndarray, angle: np.ndarray) -> np.ndarray:
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def _shuffled(x: np.ndarray, label: np.ndarray, noise: float, seed: int) -> pd.DataFrame:
    """Add the noise, then put the rows in a random order (so that a tail is a fair sample)."""
    rng = _generator(noise, seed)
    x = x + noise * rng.standard_normal(x.shape)
    order = rng.permutation(len(x))
    return _frame(x[order], label[order])


def _frame(x: np.ndarray, label: np.ndarray) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({"x1": x[:, 0], "x2": x[:, 1], "label": label.astype(np.int64)})


def _generator(noise: float, seed: int) -> np.random.Generator:
    _check_number("noise", noise)
    if not 0.0 <= noise < np.inf:
        raise ValueError(f"Expected a finite noise ≥ 0. Received: noise={noise}")
    _check_count("seed", seed, 0)
    return np.random.default_rng(seed)


def _check_count(name: str, value: Any, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"Expected {name} to be an int. Received: {name}={value!r}")
    if value < least:
        raise ValueError(f"Expected {name} ≥ {least}. Received: {name}={value}")


def _check_number(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise TypeError(f"Expected {name} to be a number. Received: {name}={value!r}")
