"""Stop after the first batch whose running loss is NaN or infinite.

The training stops quietly, as at its end; or with a RuntimeError, if asked to.  Without this
callback a fit stops by itself with an error that says where the number came from
(:mod:`engine.models.nonfinite`).

Keras: ``keras.callbacks.TerminateOnNaN`` of 3.15.1, same moment and same printed line.
"""

from __future__ import annotations

import math

from engine.callbacks.callback import Callback, Logs
from engine.callbacks.monitor import flag, say


class TerminateOnNaN(Callback):
    """Stops the training when the loss is no number any more.

    Parameters
    ----------
    raise_error
        Raise a RuntimeError, so that callbacks do not hear of an end of the training.

    Raises
    ------
    TypeError
        `raise_error` is neither True nor False.
    RuntimeError
        In a fit, with `raise_error`, if the loss is NaN or infinite.
    """

    def __init__(self, raise_error: bool = False) -> None:
        super().__init__()
        self.raise_error = flag("raise_error", raise_error)

    def on_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Look at the loss."""
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(loss):
            return
        if self.raise_error:
            raise RuntimeError(
                f"Expected a finite loss. Received: loss={loss} at batch {batch}; the training "
                "ends at once."
            )
        say(f"Batch {batch}: Invalid loss, terminating training")
        self.model.stop_training = True
