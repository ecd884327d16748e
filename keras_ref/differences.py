"""How far two lists of weights, or two histories, are apart, and where. NaN never agrees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

LOSS_TOLERANCE = 1e-5
LOSSES = ("loss", "val_loss")

History = Mapping[str, list[float]]
Weights = Sequence[np.ndarray]


def same_bits(ours: Weights, theirs: Weights) -> bool:
    """Whether two lists of arrays hold the same finite bytes in the same shapes and dtypes."""
    return len(ours) == len(theirs) and all(
        a.shape == b.shape
        and a.dtype == b.dtype
        and a.tobytes() == b.tobytes()
        and bool(np.isfinite(a).all())
        for a, b in zip(ours, theirs, strict=True)
    )


def weights_difference(ours: Weights, theirs: Weights) -> float:
    """Return max |a − b|; infinity where shapes differ, NaN where a value is NaN."""
    if [a.shape for a in ours] != [b.shape for b in theirs]:
        return float("inf")
    pairs = zip(ours, theirs, strict=True)
    worst = [np.max(np.abs(a.astype("f8") - b), initial=0.0) for a, b in pairs]
    return float(np.max(worst, initial=0.0))


def loss_difference(ours: History, theirs: History) -> float:
    """Return max |a − b| of the losses over all epochs; infinity where keys or lengths differ."""
    worst = 0.0
    for key in LOSSES:
        a, b = (np.asarray(history.get(key, ()), float) for history in (ours, theirs))
        if a.shape != b.shape or (key == "loss" and a.size == 0):
            return float("inf")
        worst = float(np.maximum(worst, np.max(np.abs(a - b), initial=0.0)))
    return worst


def same_history(ours: History, theirs: History) -> bool:
    """Whether keys, their order and every value are equal."""
    return list(ours.items()) == list(theirs.items())


def where_weights_differ(a: Weights, b: Weights) -> str:
    """Return "(2 of 64 values of array 0, …)": where two lists of weights differ."""
    shapes = [[w.shape for w in weights] for weights in (a, b)]
    if shapes[0] != shapes[1]:
        return f"(shapes {shapes[0]}, {shapes[1]})"
    parts = []
    for number, (mine, his) in enumerate(zip(a, b, strict=True)):
        if mine.dtype != his.dtype:
            parts.append(f"array {number}: {mine.dtype}, {his.dtype}")
        elif not same_bits([mine], [his]):
            bits = [np.ascontiguousarray(w).view(f"u{w.itemsize}") for w in (mine, his)]
            count = int(np.sum((bits[0] != bits[1]) | ~np.isfinite(mine)))
            parts.append(f"{count} of {mine.size} values of array {number}")
    return f"({', '.join(parts)})"


def first_epoch_apart(ours: History, theirs: History) -> str:
    """Return ", first in epoch 3 of val_loss" for the first epoch that is too far off."""
    for key in LOSSES:
        a, b = ours.get(key, []), theirs.get(key, [])
        if len(a) != len(b):
            return f": {len(a)} and {len(b)} epochs of {key}"
        for epoch, (mine, his) in enumerate(zip(a, b, strict=True), start=1):
            if not abs(mine - his) <= LOSS_TOLERANCE:
                return f", first in epoch {epoch} of {key}"
    return ""
