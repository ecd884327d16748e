"""When the progress bar appears: "Epoch 1/4", the bar, its last line.

Keras: ``keras.callbacks.ProgbarLogger`` of 3.15.1.  A validation inside `fit` is silent, and one
epoch alone is not announced.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from engine.callbacks.callback import Callback, Logs
from engine.callbacks.progress_bar import ProgressBar, write


class ProgbarLogger(Callback):
    """Prints the progress of `fit`, `evaluate` and `predict`; they add it unless verbose=0.

    Parameters
    ----------
    clock
        The current time in seconds.

    Examples
    --------
    >>> log = ProgbarLogger(clock=iter([0.0, 3.0]).__next__)
    >>> log.set_params({"verbose": 2, "epochs": 4, "steps": 10})
    >>> log.on_epoch_begin(0)
    Epoch 1/4
    >>> log.on_epoch_end(0, {"loss": 0.5})
    10/10 - 3s - 300ms/step - loss: 0.5000
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self.verbose = 1
        self.epochs = 1
        self.target: int | None = None
        self.seen = 0
        self.progbar: ProgressBar | None = None
        self._clock = clock
        self._in_fit = self._in_validation = False

    def set_params(self, params: dict[str, Any]) -> None:
        """Read verbose ("auto" is 1), epochs and steps."""
        super().set_params(params)
        self.verbose = 1 if params["verbose"] == "auto" else params["verbose"]
        self.epochs = params["epochs"]
        self.target = params["steps"]

    def show(self, steps_done: int, logs: Logs = None) -> None:
        """Draw the live bar after `steps_done` batches, unless in a validation."""
        if self._in_validation:
            return
        self.seen = steps_done
        if self.verbose == 1:
            self._bar().update(steps_done, logs)

    def on_train_begin(self, logs: Logs = None) -> None:
        """Be silent in validations."""
        self._in_fit = True

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Start a bar and announce the epoch."""
        self._restart()
        if self.verbose and self.epochs > 1:
            write(sys.stdout, f"Epoch {epoch + 1}/{self.epochs}\n")

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Draw the bar."""
        self.show(batch + 1, logs)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """End the bar."""
        self._finish(logs)

    def on_test_begin(self, logs: Logs = None) -> None:
        """Start a bar, unless in `fit`."""
        if self._in_fit:
            self._in_validation = True
        else:
            self._restart()

    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Draw the bar, unless in `fit`."""
        self.show(batch + 1, logs)

    def on_test_end(self, logs: Logs = None) -> None:
        """End the bar, unless in `fit`."""
        if self._in_fit:
            self._in_validation = False
        else:
            self._finish(logs)

    def on_predict_begin(self, logs: Logs = None) -> None:
        """Start a bar."""
        self._restart()

    def on_predict_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Draw the bar, without the predictions."""
        self.show(batch + 1)

    def on_predict_end(self, logs: Logs = None) -> None:
        """End the bar."""
        self._finish(None)

    def _restart(self) -> None:
        self.seen, self.progbar = 0, None
        self._bar()

    def _bar(self) -> ProgressBar:
        if self.progbar is None:
            self.progbar = ProgressBar(self.target, self.verbose, clock=self._clock)
        return self.progbar

    def _finish(self, logs: Logs) -> None:
        bar = self._bar()
        if self.target is None:
            self.target = bar.target_steps = self.seen
        bar.update(self.target, logs, finalize=True)
