"""Passes over rows that come in pieces, cut into epochs.

    steps_per_epoch = None    an epoch is a pass
    steps_per_epoch = s       an epoch is s batches; the next one goes on where it ended, and a new
                              pass begins with the first epoch after the last batch

A pass that ends within an epoch of s batches ends the epoch, with a warning.

Keras: ``EpochIterator`` of 3.15.1.  There a generator that has ended begins again with its first
two batches, which were kept; here the fit ends.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator

from engine.models.run import Rows
from engine.models.source import Source


class Epochs:
    """The epochs of a fit, or of an evaluation, over a source.

    Parameters
    ----------
    source
        Where the rows come from.
    steps
        How many batches an epoch has; None: as many as a pass.
    weigh
        Gives rows their weights.
    """

    def __init__(self, source: Source, steps: int | None, weigh: Callable[[Rows], Rows]) -> None:
        self.source, self._steps, self._weigh = source, steps, weigh
        self._pass: Iterator[Rows] | None = None
        self._rest: Rows | None = None
        self._left: int | None = None
        self._first = False
        self._known = source.batches

    @property
    def steps(self) -> int | None:
        """How many batches an epoch has, once somebody knows."""
        return self._known if self._steps is None else self._steps

    @property
    def whole(self) -> bool:
        """Whether each epoch is a pass that can be made again."""
        return self._steps is None and self.source.again

    def bounded(self, epochs: int) -> bool:
        """Whether there are so many epochs, and each of them ends."""
        ends = not self.source.endless and (self.source.again or epochs <= 1)
        return self._steps is not None or ends

    def restart(self) -> None:
        """Begin with a new pass."""
        if self.source.again:
            self._pass = self._rest = None
        self.source.end()

    def begin(self) -> None:
        """Begin an epoch."""
        self.source.begin()
        if self._steps is None and self.source.again:
            self._pass = self._rest = None
        self._left, self._first = self._steps, self._pass is not None

    def go_on(self) -> bool:
        """Whether there is a batch for another epoch."""
        if self._rest is None and not self.source.again:
            self._rest = next(self._opened(), None)
        return self.source.again or self._rest is not None

    def next(self) -> Rows | None:
        """The next piece of the epoch; None at its end."""
        if self._left == 0:
            return None
        piece, self._rest = self._rest, None
        if piece is None:
            piece = next(self._opened(), None)
            if piece is None and self._first and self.source.again:
                self._pass = None  # the pass ended with the epoch before
                piece = next(self._opened(), None)
        if piece is None:
            self._pass = None if self.source.again else self._pass
            if self._left is not None:
                self._warn()
            return None
        self._first = False
        if self._left is not None:
            size = self.source.size(piece)
            if len(piece) > self._left * size:
                piece, self._rest = piece.split(self._left * size)
            self._left -= -(-len(piece) // size)
        return self._weigh(piece)

    def end(self, steps: int) -> None:
        """End an epoch that had so many batches."""
        if self._steps is None and self.source.again:
            self._known = steps
        self.source.end()

    def _opened(self) -> Iterator[Rows]:
        if self._pass is None:
            self._pass = self.source.pieces()
        return self._pass

    def _warn(self) -> None:
        assert self._steps is not None and self._left is not None
        warnings.warn(
            f"Expected data for {self._steps} batches in each epoch. Received: the end of the data "
            f"after {self._steps - self._left} of them, which is where the epoch ends",
            stacklevel=2,
        )
