"""When MLPClassifier and MLPRegressor stop: no progress in `n_iter_no_change` epochs.

    on the training   no progress:  loss > best loss − tol
    early_stopping    no progress:  score < best score + tol, on rows held back

The training ends when there was no progress in more than `n_iter_no_change` epochs in a row; with
early_stopping the weights of the best score come back.

scikit-learn: ``MLPClassifier``'s rule.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.callbacks import Callback


class Progress(Callback):
    """The record of the epochs, and the decision to end.

    Parameters
    ----------
    tol, n_iter_no_change
        How much counts as progress, and how long to wait for it.
    score
        Gives the score on the rows that were held back; None: the loss decides.

    Attributes
    ----------
    losses, scores
        By epoch.
    best_loss, best_score
        The lowest loss; the highest score.
    stopped
        Whether the last training ended for want of progress.
    """

    def __init__(self) -> None:
        self.losses: list[float] = []
        self.scores: list[float] = []
        self.best_loss, self.best_score = float("inf"), float("-inf")
        self.without = 0
        self.stopped = False
        self.tol, self.n_iter_no_change = 0.0, 1.0
        self.score: Callable[[], float] | None = None
        self.best_weights: list[Any] | None = None

    def watch(self, tol: float, n_iter_no_change: float, score: Callable[[], float] | None) -> None:
        """Prepare for a training, which may go on from the last."""
        self.tol, self.n_iter_no_change, self.score = tol, n_iter_no_change, score
        self.stopped = False

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Look whether there was progress."""
        loss = float((logs or {})["loss"])
        self.losses.append(loss)
        if self.score is None:
            progress = loss <= self.best_loss - self.tol
            self.best_loss = min(self.best_loss, loss)
        else:
            score = self.score()
            self.scores.append(score)
            progress = score >= self.best_score + self.tol
            if score > self.best_score:
                self.best_score, self.best_weights = score, self.model.get_weights()
        self.without = 0 if progress else self.without + 1
        if self.without > self.n_iter_no_change:
            self.stopped = self.model.stop_training = True

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Put the best weights back."""
        if self.score is not None and self.best_weights is not None:
            self.model.set_weights(self.best_weights)
        # It holds the rows that were held back: nothing to keep or to pickle.
        self.score = None
