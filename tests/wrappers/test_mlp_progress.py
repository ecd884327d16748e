"""When a training ends for want of progress."""

import numpy as np
import pytest

from engine.wrappers.mlp_progress import Progress


class Model:
    """Its weights are the number of the epoch."""

    stop_training, now = False, 0

    def get_weights(self):
        return [np.array(self.now)]

    def set_weights(self, weights):
        self.now = int(weights[0])


def epochs_of(losses, tol, patience, scores=None):
    """How many epochs are trained, and whose weights are left."""
    told = iter(scores or [])
    progress, model = Progress(), Model()
    progress.set_model(model)
    progress.watch(tol, patience, None if scores is None else lambda: next(told))
    for epoch, loss in enumerate(losses):
        model.now = epoch + 1
        progress.on_epoch_end(epoch, {"loss": loss})
        if model.stop_training:
            break
    progress.on_train_end()
    assert progress.stopped == model.stop_training
    return len(progress.losses), model.now


@pytest.mark.parametrize(
    ("losses", "tol", "patience", "expected"),
    [
        ([5, 4, 3, 2, 1], 0.5, 1, 5),
        ([5, 4, 4, 4, 4], 0.5, 1, 4),  # more than one epoch without progress
        ([5, 4, 4, 4, 4], 0.5, 2, 5),
        ([5, 4, 3.9, 3.8, 3.7, 3.6], 0.5, 2, 5),  # too little progress is none
        ([5, 4.5, 4, 3.5], 0.5, 1, 4),  # exactly tol is progress
        ([5, 6, 4.4, 4.4, 4.4, 4.4], 0.5, 2, 6),  # progress counts anew
        ([5, float("nan"), float("nan"), 5], 0.5, 1, 3),
    ],
)
def test_the_loss_decides(losses, tol, patience, expected):
    assert epochs_of(losses, tol, patience)[0] == expected


@pytest.mark.parametrize(
    ("scores", "patience", "expected"),
    [
        ([0.5, 0.6, 0.7, 0.8], 1, (4, 4)),
        ([0.5, 0.9, 0.9, 0.9, 0.9], 1, (4, 2)),  # the first of the best comes back
        ([0.5, 0.9, 0.92, 0.1, 0.1], 2, (5, 3)),
    ],
)
def test_the_score_decides(scores, patience, expected):
    assert epochs_of(range(len(scores)), 0.05, patience, scores) == expected
