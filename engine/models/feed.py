"""What a fit or an evaluation goes through: rows at hand, or epochs of rows that come in pieces."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.kernels.memory import Array
from engine.models.arguments import BATCH_SIZE
from engine.models.batches import Batches
from engine.models.epochs import Epochs
from engine.models.run import Rows
from engine.models.source import Source
from engine.models.stored import Arrays, Stored

Given = Rows | Arrays | Batches
"""Data as they were given, looked at: all rows checked; arrays in files; batches."""


def as_they_are(rows: Rows) -> Rows:
    """These rows."""
    return rows


@dataclass
class Feed:
    """The rows of a pass, in batches.

    Attributes
    ----------
    rows
        All of them; of rows that come in pieces some.
    batch
        How many are in a batch.
    even
        The same, if all batches have as many; else 0.
    epochs
        The pieces; None: all rows are at hand.
    """

    rows: Rows
    batch: int
    even: int
    epochs: Epochs | None = None

    @property
    def steps(self) -> int | None:
        """How many batches an epoch has; None if nobody knows."""
        return -(-len(self.rows) // self.batch) if self.epochs is None else self.epochs.steps


def feed(
    given: Given,
    batch_size: int | None,
    steps: int | None = None,
    order: Callable[[int], Array] | None = None,
    weigh: Callable[[Rows], Rows] = as_they_are,
) -> Feed:
    """Data for epochs of `steps` batches, or of a pass.

    `order` draws that of the rows of a pass, unless all are at hand; `weigh` gives rows their
    weights.
    """
    if isinstance(given, Rows) and steps is None:
        batch, rows = batch_size or BATCH_SIZE, weigh(given)
        return Feed(rows, min(batch, len(rows)), 0 if len(rows) % batch else batch)
    if isinstance(given, Batches):
        source: Source = given
    else:
        arrays = Arrays.of(given) if isinstance(given, Rows) else given
        batch = batch_size or (-(-len(arrays) // steps) if steps else BATCH_SIZE)
        source = Stored(arrays, batch, order)
    rows = weigh(source.sample)
    return Feed(rows, source.batch, source.even, Epochs(source, steps, weigh))


def check_passes(data: Feed, epochs: int, name: str, option: str) -> None:
    """Raise if the data cannot be gone through so many times, each with an end."""
    if data.epochs is None or data.epochs.bounded(epochs):
        return
    if data.epochs.source.again:
        raise ValueError(
            f"Expected {option}: the PyDataset given as {name} has no last batch. "
            f"Received: {option}=None"
        )
    raise ValueError(
        f"Expected {option}, or as {name} data that can be gone through {epochs} times: a list of "
        "batches, a PyDataset, an iterable that begins anew. "
        f"Received: {option}=None and a generator, which can be gone through once"
    )
