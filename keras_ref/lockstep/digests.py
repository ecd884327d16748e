"""Events with digests in the place of large arrays: 32 bytes show whether any bit differs.

    a step's tensors         their values if few, else a SHA-256 each
    weights after an epoch   one SHA-256 of all; after the last epoch their values, if few
    initial weights          their values if few, else one SHA-256 of all
    predictions              their values if few, else a SHA-256

Both sides of a comparison must pass through `digested`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, pairwise

import numpy as np

from keras_ref.lockstep.events import End, Epoch, Event, Start, Tensors

FEW = 1000


def digested(events: Iterable[Event]) -> Iterator[Event]:
    """Yield the events with large arrays as digests."""
    for event, following in pairwise(chain(events, [None])):
        if isinstance(event, Start):
            yield replace(event, weights=_values_or_digest(event.weights))
        elif isinstance(event, Epoch):
            last = isinstance(following, End)
            weights = event.weights
            yield replace(event, weights=_values_or_digest(weights) if last else digest(weights))
        elif isinstance(event, End):
            predicted = _values_or_digest({"predict": event.predicted})
            yield replace(event, predicted=next(iter(predicted.values())))
        else:
            kept: Tensors = {}
            for name, values in event.tensors.items():
                kept |= _values_or_digest({name: values})
            yield replace(event, tensors=kept)


def digest(tensors: Tensors) -> Tensors:
    """Return the SHA-256 of names, types, shapes and bits, called "W1, b1, …".

    >>> {name: is_digest(value) for name, value in digest({"W1": np.zeros(3)}).items()}
    {'W1': True}
    """
    found = hashlib.sha256()
    for name, values in tensors.items():
        found.update(f"{name} {values.dtype} {values.shape} ".encode())
        found.update(values.tobytes())
    return {", ".join(tensors): np.array(np.void(found.digest()))}


def is_digest(values: np.ndarray) -> bool:
    """Whether an array is what `digest` makes of others: raw bytes."""
    return values.dtype.kind == "V"


def _values_or_digest(tensors: Tensors) -> Tensors:
    few = sum(values.size for values in tensors.values()) <= FEW
    return tensors if few else digest(tensors)
