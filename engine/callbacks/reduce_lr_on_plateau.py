"""A smaller learning rate when a number no longer gets better.

What is better, :mod:`engine.callbacks.monitor` says.  `wait` counts the epochs without an
improvement; at wait ≥ patience the rate becomes max(α·factor, min_lr), and for `cooldown` epochs
nothing counts.  The epoch's numbers, and so the History, get the ``learning_rate``.

Keras: ``keras.callbacks.ReduceLROnPlateau`` of 3.15.1, same decisions, rates and printed lines.
What differs: arguments that it does not know are refused; a number that is missing warns once.
"""

from __future__ import annotations

import warnings

import numpy as np

from engine.callbacks.callback import Logs
from engine.callbacks.learning_rate import current
from engine.callbacks.monitor import Monitor, real, say, whole


class ReduceLROnPlateau(Monitor):
    """Multiplies the learning rate by `factor` when the training gets nowhere.

    Parameters
    ----------
    monitor
        The name of the number in `logs`.
    factor
        < 1.
    patience
        After how many epochs without improvement.
    verbose
        1 prints each new rate.
    mode
        "min", "max", or "auto": by the metric's direction.
    min_delta
        By how much the number must get better; its sign does not matter.
    cooldown
        For how many epochs after a reduction nothing is counted.
    min_lr
        No rate is below this one.

    Raises
    ------
    TypeError, ValueError
        An argument is of the wrong type or value; with "auto", at the end of the first epoch, if
        the direction is not known; in a fit, the optimizer follows a schedule.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        super().__init__(monitor, mode, min_delta=min_delta)
        self.factor = real("factor", factor)
        if not 0 <= self.factor < 1:
            raise ValueError(f"Expected factor to be in [0, 1). Received: factor={factor!r}")
        self.patience = whole("patience", patience)
        self.verbose = whole("verbose", verbose)
        self.cooldown = whole("cooldown", cooldown)
        self.min_lr = real("min_lr", min_lr)
        self.on_train_begin()

    def on_train_begin(self, logs: Logs = None) -> None:
        """Forget the training before."""
        self.best = None
        self.cooldown_counter = 0
        self.wait = 0
        self._warned = False

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Decide."""
        self._find_better()
        logs = {} if logs is None else logs
        logs["learning_rate"] = current(self.model)
        value = logs.get(self.monitor)
        if value is None:
            self._warn(logs)
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self._improves(value, self.best):
            self.best = value
            self.wait = 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience and self._reduce(epoch):
                self.cooldown_counter = self.cooldown
                self.wait = 0

    def in_cooldown(self) -> bool:
        """Whether nothing is counted yet."""
        return self.cooldown_counter > 0

    def _reduce(self, epoch: int) -> bool:
        """Set a smaller rate, unless it is as small as it may be."""
        old = current(self.model)
        if old <= np.float32(self.min_lr):
            return False
        rate = max(old * self.factor, self.min_lr)
        self.model.optimizer.learning_rate = rate
        if self.verbose > 0:
            say(f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to {rate}.")
        return True

    def _warn(self, logs: dict[str, float]) -> None:
        if not self._warned:
            self._warned = True
            warnings.warn(
                f"Expected the monitored {self.monitor!r} among the numbers of the epoch. "
                f"Received: {', '.join(logs)}; the learning rate will not be reduced.",
                stacklevel=3,
            )
