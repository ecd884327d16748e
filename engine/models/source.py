"""Where rows come from that are not all at hand: they come in pieces, pass after pass."""

from __future__ import annotations

from collections.abc import Iterator

from engine.models.run import Rows


class Source:
    """Rows in pieces; a piece is one or several batches.

    Attributes
    ----------
    sample
        Some of the rows, checked: they tell shapes.
    batch
        Rows of a batch; of batches that come as they are, those of the first.
    batches
        In a pass; None if nobody knows before its end, or it has none.
    even
        Rows that all batches of a pass have; 0 if TensorFlow would not know it.
    again
        Whether there can be another pass.
    endless
        Whether a pass has no last batch.
    """

    sample: Rows
    batch: int
    batches: int | None
    even = 0
    again = True
    endless = False

    def pieces(self) -> Iterator[Rows]:
        """Those of a pass."""
        raise NotImplementedError

    def size(self, piece: Rows) -> int:
        """How many rows a batch of the piece has; the last one may have fewer."""
        return min(self.batch, len(piece))

    def begin(self) -> None:
        """An epoch begins."""

    def end(self) -> None:
        """An epoch has ended."""
