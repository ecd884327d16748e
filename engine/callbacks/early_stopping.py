"""Stop when a number no longer gets better.

What is better, :mod:`engine.callbacks.monitor` says; the first epoch that counts always improves.
`wait` counts the epochs since the last one that improved and also beat the `baseline`; training
stops at wait ≥ patience, but never in epoch 0.

Keras: ``keras.callbacks.EarlyStopping`` of 3.15.1, same decisions and same printed lines.  What
differs: a number that is missing warns once in a training.
"""

from __future__ import annotations

import warnings
from typing import Any

from engine.callbacks.callback import Logs
from engine.callbacks.monitor import Monitor, flag, real, say, whole


class EarlyStopping(Monitor):
    """Stops the training, and optionally goes back to the best weights.

    Parameters
    ----------
    monitor
        The name of the number in `logs`.
    min_delta
        By how much it must get better; its sign does not matter.
    patience
        After how many epochs without improvement to stop; 0 and 1 both mean the first.
    verbose
        1 prints when training stopped and which weights were restored.
    mode
        "min", "max", or "auto": by the metric's direction.
    baseline
        Improvements that do not beat it do not count against the patience.
    restore_best_weights
        At the end set the weights of the best epoch, whether or not training stopped early.
    start_from_epoch
        Epochs before this one (counted from 0) are ignored.

    Attributes
    ----------
    wait, best, best_epoch, best_weights
        As above.
    stopped_epoch
        The epoch, from 0, in which training stopped; 0 if it did not.

    Raises
    ------
    TypeError, ValueError
        An argument is of the wrong type or value; with "auto", at the end of the first epoch, if
        the direction is not known.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> stop = EarlyStopping("loss", patience=2)
    >>> stop.set_model(SimpleNamespace(stop_training=False))
    >>> stop.on_train_begin()
    >>> for epoch, loss in enumerate([3.0, 2.0, 2.5, 2.0]):
    ...     stop.on_epoch_end(epoch, {"loss": loss})
    >>> stop.model.stop_training, stop.stopped_epoch, stop.best_epoch
    (True, 3, 1)
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, mode, min_delta=min_delta)
        self.patience = whole("patience", patience)
        self.verbose = whole("verbose", verbose)
        self.baseline = None if baseline is None else real("baseline", baseline)
        self.restore_best_weights = flag("restore_best_weights", restore_best_weights)
        self.start_from_epoch = whole("start_from_epoch", start_from_epoch)
        self.on_train_begin()

    def on_train_begin(self, logs: Logs = None) -> None:
        """Forget the training before."""
        self.wait = 0
        self.stopped_epoch = 0
        self.best = None
        self.best_weights: Any = None
        self.best_epoch = 0
        self._warned = False

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Decide."""
        self._find_better()
        value = self.get_monitor_value(logs)
        if value is None or epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            self._remember(epoch)
        self.wait += 1
        if self._improves(value, self.best):
            self.best = value
            self.best_epoch = epoch
            if self.restore_best_weights:
                self._remember(epoch)
            if self._improves(value, self.baseline):
                self.wait = 0
        elif self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: Logs = None) -> None:
        """Say what happened, and restore the best weights if asked to."""
        if self.stopped_epoch > 0:
            self._say(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self.best_weights is not None:
            best = self.best_epoch + 1
            self._say(f"Restoring model weights from the end of the best epoch: {best}.")
            self.model.set_weights(self.best_weights)

    def get_monitor_value(self, logs: Logs) -> Any:
        """Return the number in `logs`; None, with a warning, if it is missing."""
        value = (logs or {}).get(self.monitor)
        if value is None and not self._warned:
            self._warned = True
            warnings.warn(
                f"Expected the monitored {self.monitor!r} among the numbers of the epoch. "
                f"Received: {', '.join(logs or {}) or 'none'}; training will not stop early.",
                stacklevel=2,
            )
        return value

    def _remember(self, epoch: int) -> None:
        self.best_weights = self.model.get_weights()
        self.best_epoch = epoch

    def _say(self, line: str) -> None:
        if self.verbose > 0:
            say(line)
