"""Stop when a number no longer gets better.

Epoch e improves when  value + min_delta < best   (mode "min")
                  or   value − min_delta > best   (mode "max"),

both sides rounded to ``config.floatx()``.  The first epoch that counts always improves.  `wait`
counts the epochs since the last one that improved and also beat the `baseline`; training stops at
wait ≥ patience, but never in epoch 0.  A NaN improves nothing.

Keras: ``keras.callbacks.EarlyStopping`` of 3.15.1, same decisions and same printed lines.  It
rounds as well: with float32 an improvement of 0.5 by 1e-9 is none.  What differs: an unknown mode
is a ValueError here and a warning there; a number that is missing warns once in a training.
"""

from __future__ import annotations

import sys
import warnings
from typing import Any

import numpy as np

from engine import config
from engine.callbacks.callback import Callback, Logs

DIRECTIONS = {"up": "max", "down": "min"}
KNOWN = dict.fromkeys(
    ["loss", "mse", "mae", "mean_squared_error", "mean_absolute_error"]
    + ["binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy"],
    "min",
) | dict.fromkeys(
    ["accuracy", "acc", "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy"],
    "max",
)


def direction(model: Any, name: str) -> str | None:
    """Return which is better for the metric `name`, "min" or "max"; None if that is not known."""
    metrics = list(getattr(model, "metrics", None) or [])
    for metric in metrics:
        metrics += getattr(metric, "metrics", [])  # Keras keeps them in a container
        found = DIRECTIONS.get(getattr(metric, "_direction", ""))
        if found and metric.name == name:
            return found
    return KNOWN.get(name)


def whole(name: str, value: Any) -> int:
    """Return `value`, if it is an integer ≥ 0."""
    expected = f"Expected {name} to be an integer ≥ 0. Received: {name}={value!r}"
    if not isinstance(value, int | np.integer):
        raise TypeError(expected)
    if value < 0:
        raise ValueError(expected)
    return int(value)


def real(name: str, value: Any) -> float:
    """Return `value` as a float, if it is a number and not NaN."""
    expected = f"Expected {name} to be a number. Received: {name}={value!r}"
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise TypeError(expected)
    if np.isnan(value):
        raise ValueError(expected)
    return float(value)


class EarlyStopping(Callback):
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
        super().__init__()
        if not isinstance(monitor, str):
            raise TypeError(f"Expected monitor to be a name. Received: monitor={monitor!r}")
        if mode not in ("auto", "min", "max"):
            raise ValueError(f"Expected mode to be 'auto', 'min' or 'max'. Received: mode={mode!r}")
        if not isinstance(restore_best_weights, bool):
            raise TypeError(
                "Expected restore_best_weights to be True or False. "
                f"Received: restore_best_weights={restore_best_weights!r}"
            )
        self.monitor = monitor
        self.min_delta = abs(real("min_delta", min_delta))
        self.patience = whole("patience", patience)
        self.verbose = whole("verbose", verbose)
        self.mode = mode
        self.baseline = None if baseline is None else real("baseline", baseline)
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = whole("start_from_epoch", start_from_epoch)
        self._better: str | None = None
        self.on_train_begin()

    def on_train_begin(self, logs: Logs = None) -> None:
        """Forget the training before."""
        self.wait = 0
        self.stopped_epoch = 0
        self.best: float | None = None
        self.best_weights: Any = None
        self.best_epoch = 0
        self._warned = False

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Decide."""
        self._better = self._better or self._find_better()
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

    def _find_better(self) -> str:
        if self.mode != "auto":
            return self.mode
        better = direction(self.model, self.monitor.removeprefix("val_"))
        if better is None:
            raise ValueError(
                "Expected mode='min' or mode='max' for a metric of unknown direction. "
                f"Received: monitor={self.monitor!r}, mode='auto'"
            )
        return better

    def _improves(self, value: float, reference: float | None) -> bool:
        if reference is None:
            return True
        rounded = np.dtype(config.floatx()).type
        if self._better == "min":
            return bool(rounded(value + self.min_delta) < rounded(reference))
        return bool(rounded(value - self.min_delta) > rounded(reference))

    def _remember(self, epoch: int) -> None:
        self.best_weights = self.model.get_weights()
        self.best_epoch = epoch

    def _say(self, line: str) -> None:
        if self.verbose > 0:
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
