"""A run over rows that come in pieces: each piece is laid out for the kernel when its turn comes.

The kernel goes through a piece as through any rows, and stops at its end without ending the pass.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.kernels import fields
from engine.kernels.memory import REGISTER, address
from engine.kernels.program import Program
from engine.kernels.train import MORE, ROWS
from engine.losses import Loss
from engine.models.epochs import Epochs
from engine.models.feed import Feed
from engine.models.run import TRAINED, VALIDATED, Buffers, Rows, Run
from engine.models.scores import Scores


class PiecewiseRun(Run):
    """A run that trains on `training`, or validates on `validation`, or both, piece by piece.

    All other arguments are those of :class:`Run`; rows that come in pieces are given as a sample.
    """

    def __init__(
        self,
        program: Program,
        loss: Loss,
        scores: Scores,
        training: Epochs | None,
        validation: Epochs | None,
        **options: Any,
    ) -> None:
        super().__init__(program, loss, scores, **options)
        self._training, self._validation = training, validation
        self._done = self._piece = 0
        for epochs, first in ((training, fields.TRAIN_X), (validation, fields.VALIDATION_X)):
            if epochs is not None:
                self.plan[first + MORE] = 1
        if training is not None:
            training.restart()
            self.steps = training.steps
        if validation is not None:
            self.validation_steps = validation.steps

    @property
    def _epochs(self) -> Epochs | None:
        """Where the pieces of the pass come from; None: its rows are all at hand."""
        return self._validation if self.validating else self._training

    @property
    def step(self) -> int:
        """How many batches of the current pass are complete."""
        return super().step if self._epochs is None else self._done + super().step

    @property
    def left(self) -> int:
        """How many batches at hand are still to come."""
        if self._epochs is None:
            return super().left
        first, size = self._fields
        return -(-int(self.plan[first + ROWS] - self.plan[fields.POSITION]) // size)

    @property
    def piece(self) -> int:
        """How many pieces there have been."""
        return self._piece

    @property
    def _fields(self) -> tuple[int, int]:
        """Where those of the current pass begin, and the rows of its batches."""
        if self.validating:
            return fields.VALIDATION_X, self.validation_batch
        return fields.TRAIN_X, self.batch

    def check_backup(self, within_epochs: bool) -> None:
        """Raise if a fit could not go on where a backup was made."""
        if self._training is not None and (within_epochs or not self._training.whole):
            raise ValueError(
                'Expected save_freq="epoch" and epochs that are whole passes: of rows that come in '
                "pieces no other place can be found again. Received: "
                + ("a number of batches" if within_epochs else "steps_per_epoch or a generator")
            )

    def go_on(self) -> bool:
        """Whether there are rows for another epoch."""
        return self._training is None or self._training.go_on()

    def begin_pass(self) -> None:
        """Begin the training or the validation of an epoch."""
        epochs = self._epochs
        if epochs is None:
            return
        if self.validating:
            epochs.restart()
        epochs.begin()
        first, _ = self._fields
        # Nothing of the piece that the pass before ended with is left, and no batch is done.
        self.plan[fields.POSITION] = self.plan[first + ROWS]
        self._done = -super().step

    def ready(self) -> bool:
        """Whether the pass has a batch at hand; if not, it ends."""
        epochs = self._epochs
        if epochs is None or self.left:
            return True
        piece = epochs.next()
        if piece is None:
            epochs.end(self.step)
            if self.validating:
                self.validation_steps = epochs.steps
            else:
                self.steps = epochs.steps
            self.end_pass()
            return False
        self._done = self.step
        self._lay_out(piece, epochs.source.size(piece))
        return True

    def _lay_out(self, piece: Rows, size: int) -> None:
        """Let the kernel go on with the first row of `piece`, in batches of `size`."""
        validating, (first, most) = self.validating, self._fields
        places, before = (VALIDATED, self.validation) if validating else (TRAINED, self.train)
        assert before is not None
        if (piece.weights is None) != (before.rows.weights is None):
            had = "none" if piece.weights is None else "some"
            raise ValueError(
                "Expected sample weights in all batches, or in none. "
                f"Received: {had} after batches {'without' if had == 'some' else 'with'} them"
            )
        if size > most:
            self._make_room(size)
        buffers = Buffers(piece, self.loss, self.program.dtype, before.fetched)
        if validating:
            self.validation = buffers
        else:
            self.train = buffers
        self.plan[list(places)] = buffers.addresses
        self.plan[first + ROWS], self.plan[fields.POSITION] = len(piece), 0
        self._piece += 1

    def _make_room(self, size: int) -> None:
        """Let there be room for batches of `size`, which is more than there were so far."""
        if self.validating:
            self.validation_batch = size
            self.plan[fields.VALIDATION_BATCH] = size
        else:
            self.batch = size
            self.plan[fields.TRAIN_BATCH] = size
        self.program.make_room(size)
        most = max(self.batch, self.validation_batch)  # both passes use it
        self.aside = np.zeros(self.scores.aside(most) + REGISTER, self.program.dtype)
        self.plan[fields.ASIDE] = address(self.aside)
        self._room = 0  # the lists of instructions are for as many rows as there were


def run_over(
    program: Program,
    loss: Loss,
    scores: Scores,
    training: Feed | None,
    validation: Feed | None,
    **options: Any,
) -> Run:
    """A run that trains on the one and validates on the other."""
    if training is not None:
        options |= {"train_rows": training.rows, "batch": training.batch}
    if validation is not None:
        rows, batch = validation.rows, validation.batch
        options |= {"validation_rows": rows, "validation_batch": batch}
    pieces = [None if data is None else data.epochs for data in (training, validation)]
    if pieces == [None, None]:
        return Run(program, loss, scores, **options)
    return PiecewiseRun(program, loss, scores, *pieces, **options)
