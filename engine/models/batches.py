"""Data that come as batches: a PyDataset, a generator, a DataLoader, any iterable of them.

    batch = (x, y), (x, y, sample_weight), for predictions x or (x,)

A batch has as many rows as it has; `batch_size` says nothing here.  What can be gone through again
is, in each epoch; a generator goes on where it stands.  Batches of a PyDataset are fetched by their
numbers, in an order that Python's generator draws for each pass if they are to be shuffled.

Keras: the data adapters of ``keras.Model.fit`` for PyDataset, generators, tf.data and DataLoader.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, count, tee
from typing import Any

import numpy as np

from engine.checks.no_numbers import is_sparse
from engine.checks.shown import shown
from engine.models.run import Rows
from engine.models.source import Source
from engine.utils.py_dataset import in_order, in_processes
from engine.utils.spawned import must_not_begin_again

Read = Callable[[Any, Any, Any], Rows]


def are_batches(x: Any) -> bool:
    """Whether `x` is an iterable of batches, and not rows of features.

    >>> are_batches(np.ones((3, 2))), are_batches([[1.0, 2.0], [3.0, 4.0]])
    (False, False)
    >>> are_batches([(np.ones((3, 2)), np.zeros(3))]), are_batches(iter([]))
    (True, True)
    """
    if isinstance(x, str | bytes | Mapping | set | frozenset | np.ndarray) or is_sparse(x):
        return False
    if isinstance(x, Sequence):
        first = x[0] if len(x) else None
        return isinstance(first, tuple) and len(first) > 0 and np.ndim(first[0]) >= 2
    rows = hasattr(x, "__array__") or hasattr(x, "to_numpy")
    return not rows and (is_indexed(x) or isinstance(x, Iterable))


def is_indexed(x: Any) -> bool:
    """Whether `x` is a PyDataset, the engine's or Keras's: its batches have numbers."""
    return hasattr(type(x), "num_batches") and hasattr(type(x), "__getitem__")


class Batches(Source):
    """Batches one by one, each checked by `read` as it comes; a piece is one batch.

    Parameters
    ----------
    data
        What :func:`are_batches` takes for some.
    read
        Makes checked rows of features, labels and weights, where None means that there are none.
    shuffled
        Whether the batches of a PyDataset come in a random order.

    Raises
    ------
    ValueError, TypeError
        If there is no batch, or the first is none that `read` takes; later, another one.
    RuntimeError
        If processes are to make the batches, and this is one of them.
    """

    def __init__(self, data: Any, read: Read, shuffled: bool = False) -> None:
        if in_processes(data):
            must_not_begin_again()
        self._data, self._read, self._shuffled = data, read, shuffled
        self.again = not isinstance(data, Iterator)
        self._indexed = is_indexed(data)
        self.batches = _count(data)
        self.endless = self._indexed and self.batches is None
        self._pass: Iterator[Any] | None = None
        """Of what can be gone through once."""
        if self._indexed:
            first = data[0] if self.batches != 0 else None
        elif self.again:  # its passes may draw random numbers: the first begins with the fit
            first = next(iter(data), None)
        else:
            first = next(data, None)
            self._pass = chain([first], data)
        if first is None:
            raise ValueError(f"Expected at least one batch in x. Received: {shown(data)}")
        self.sample = self._rows(first, 0)
        self.batch = len(self.sample)
        self.even = _size_that_is_known(data)

    def size(self, piece: Rows) -> int:
        """All rows of a piece are one batch."""
        return len(piece)

    def begin(self) -> None:
        """Tell a PyDataset that an epoch begins."""
        if self._indexed and hasattr(self._data, "on_epoch_begin"):
            self._data.on_epoch_begin()

    def end(self) -> None:
        """Tell a PyDataset that an epoch has ended; Keras does so before the first one, too."""
        if self._indexed and hasattr(self._data, "on_epoch_end"):
            self._data.on_epoch_end()

    def pieces(self) -> Iterator[Rows]:
        """The batches of a pass."""
        if not self._indexed:
            opened = iter(self._data) if self._pass is None else self._pass
            yield from (self._rows(batch, number) for number, batch in enumerate(opened))
            return
        numbers: Iterable[int] = count() if self.batches is None else range(self.batches)
        if self._shuffled and self.batches is not None:
            numbers = list(numbers)
            random.shuffle(numbers)
        asked, told = tee(numbers)
        for number, batch in zip(told, in_order(self._data, asked), strict=False):
            yield self._rows(batch, number)

    def _rows(self, batch: Any, number: int) -> Rows:
        parts = (batch,) if hasattr(batch, "__array__") or is_sparse(batch) else batch
        if not isinstance(parts, list | tuple) or not 1 <= len(parts) <= 3:
            raise (ValueError if isinstance(parts, list | tuple) else TypeError)(
                "Expected batches (x, y) or (x, y, sample_weight), for predictions (x,). "
                f"Received: batch {number} = {shown(batch)}"
            )
        x, y, weights = (*parts, None, None)[:3]
        try:
            return self._read(x, y, weights)
        except (ValueError, TypeError) as error:
            raise type(error)(f"{error}, in batch {number}") from None


def _count(data: Any) -> int | None:
    """How many batches a pass has; None if nobody knows, or it has no end."""
    if is_indexed(data):
        known: int | None = data.num_batches
        return known
    try:
        return len(data)
    except TypeError:
        return None


def _size_that_is_known(data: Any) -> int:
    """Rows that all batches of a ``tf.data.Dataset`` have by its own account; else 0."""
    spec = getattr(data, "element_spec", None)
    shape = getattr(spec[0] if isinstance(spec, tuple) else spec, "shape", None)
    return int(shape[0] or 0) if shape else 0
