"""A learning rate for each epoch: α = schedule(epoch, α), set before the epoch begins.

The epoch's numbers, and so the History, get the ``learning_rate``.

Keras: ``keras.callbacks.LearningRateScheduler`` of 3.15.1, same rates and same printed lines.  Like
there, a function that takes the epoch only is called with the epoch only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from engine.callbacks.callback import Callback, Logs
from engine.callbacks.learning_rate import current
from engine.callbacks.monitor import say, whole


class LearningRateScheduler(Callback):
    """Sets the learning rate at the beginning of each epoch.

    Parameters
    ----------
    schedule
        A function of the epoch, counted from 0, and the learning rate at hand; or of the epoch.
        It returns the new rate, a float.
    verbose
        1 prints each rate.

    Raises
    ------
    TypeError
        `schedule` is no function; in a fit, the optimizer follows a schedule of its own.
    ValueError
        In a fit: `schedule` returns no float.

    Examples
    --------
    >>> halve = LearningRateScheduler(lambda epoch, rate: rate / 2 if epoch else rate)
    """

    def __init__(self, schedule: Callable[..., Any], verbose: int = 0) -> None:
        super().__init__()
        if not callable(schedule):
            raise TypeError(f"Expected schedule to be a function. Received: schedule={schedule!r}")
        self.schedule = schedule
        self.verbose = whole("verbose", verbose)

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Set the rate of the epoch."""
        try:
            rate = self.schedule(epoch, current(self.model))
        except TypeError:  # as Keras finds out that it takes one argument
            rate = self.schedule(epoch)
        if not isinstance(rate, float | np.float32):
            raise ValueError(f"Expected schedule to return a float. Received: {rate!r}")
        self.model.optimizer.learning_rate = rate
        if self.verbose > 0:
            say(f"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to {rate}.")

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Add the rate to the epoch's numbers."""
        if logs is not None:
            logs["learning_rate"] = current(self.model)
