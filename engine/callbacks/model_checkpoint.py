"""Save the model after each epoch, after each so many batches, or only when it is better.

Names in braces in the path become the epoch and batch, counted from 1, and the numbers of the
epoch: ``"{epoch:02d}-{val_loss:.2f}.keras"``.  A file appears whole or not at all.

Keras: ``keras.callbacks.ModelCheckpoint`` of 3.15.1, same files at the same moments and same
printed lines.  What differs: with a number of batches and `save_best_only`, Keras fails at the
second save of the first epoch, because it looks up only at the epoch's end what better means.
"""

from __future__ import annotations

import os
import warnings
from typing import Any

import numpy as np

from engine.callbacks.callback import Logs
from engine.callbacks.monitor import Monitor, flag, frequency, real, say, whole


class ModelCheckpoint(Monitor):
    """Saves the model or its weights while it trains.

    Parameters
    ----------
    filepath
        Where to; ends in ``.weights.h5`` with `save_weights_only`, else in ``.keras`` or ``.h5``.
        Folders are made.
    monitor, mode
        The number that says what is better; "min", "max", or "auto": by the metric's direction.
    verbose
        1 prints what is saved and why.
    save_best_only
        Save only when the number is better than ever before.
    save_weights_only
        Save no architecture; the optimizer's state is in the file all the same.
    save_freq
        "epoch", or after how many batches.
    initial_value_threshold
        What the first value has to beat.

    Raises
    ------
    TypeError, ValueError
        An argument is of the wrong type or value; in a fit, the direction is not known.
    KeyError
        In a fit: `filepath` names a number that the epoch does not have.
    """

    def __init__(
        self,
        filepath: str | os.PathLike[str],
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: Any = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        given = initial_value_threshold is not None
        best = real("initial_value_threshold", initial_value_threshold) if given else None
        super().__init__(monitor, mode, best)
        if not isinstance(filepath, str | os.PathLike):
            raise TypeError(f"Expected filepath to be a path. Received: filepath={filepath!r}")
        self.filepath = os.fspath(filepath)
        self.verbose = whole("verbose", verbose)
        self.save_best_only = flag("save_best_only", save_best_only)
        self.save_weights_only = flag("save_weights_only", save_weights_only)
        self.save_freq = frequency(save_freq)
        endings = (".weights.h5",) if save_weights_only else (".keras", ".h5")
        if not self.filepath.endswith(endings):
            raise ValueError(
                f"Expected filepath to end in {' or '.join(endings)}, because of "
                f"save_weights_only={save_weights_only}. Received: filepath={self.filepath!r}"
            )
        if self.save_freq == "epoch":
            self.idle = (ModelCheckpoint.on_train_batch_end,)
        self._epoch = 0
        self._batches = 0
        self._last_batch: int | None = None

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Remember the epoch."""
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Save, if it is time."""
        if self.save_freq == "epoch":
            return
        new_epoch = self._last_batch is None or batch <= self._last_batch
        self._batches += batch + 1 if new_epoch else batch - (self._last_batch or 0)
        self._last_batch = batch
        if self._batches >= self.save_freq:
            self._batches = 0
            self._find_better()
            self._save(self._epoch, batch, logs or {})

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Save, if it is time."""
        self._find_better()
        if self.save_freq == "epoch":
            self._save(epoch, None, logs or {})

    def _save(self, epoch: int, batch: int | None, logs: dict[str, Any]) -> None:
        path = self._path(epoch, batch, logs)
        if not self._worth_it(epoch, logs, path):
            return
        if folder := os.path.dirname(path):
            os.makedirs(folder, exist_ok=True)
        (self.model.save_weights if self.save_weights_only else self.model.save)(path)
        self._say(epoch, f"finished saving model to {path}")

    def _path(self, epoch: int, batch: int | None, logs: dict[str, Any]) -> str:
        names = {"epoch": epoch + 1, **logs}
        if batch is not None:
            names.setdefault("batch", batch + 1)
        try:
            return self.filepath.format(**names)
        except KeyError as error:
            raise KeyError(
                f"Expected filepath to name {', '.join(names)} in braces and nothing else. "
                f"Received: {error} in filepath={self.filepath!r}"
            ) from None

    def _worth_it(self, epoch: int, logs: dict[str, Any], path: str) -> bool:
        if not self.save_best_only:
            self._say(epoch, f"saving model to {path}")
            return True
        value, best = logs.get(self.monitor), self.best
        if value is None or np.ndim(value):
            warnings.warn(
                f"Expected the monitored {self.monitor!r} as a number among {', '.join(logs)}. "
                f"Received: {value!r}; the model is saved whether or not it is better.",
                stacklevel=4,
            )
            return True
        before = "None" if best is None else f"{best:.5f}"
        if not self._improves(value, best):
            self._say(epoch, f"{self.monitor} did not improve from {before}")
            return False
        self._say(
            epoch, f"{self.monitor} improved from {before} to {value:.5f}, saving model to {path}"
        )
        self.best = value
        return True

    def _say(self, epoch: int, what: str) -> None:
        if self.verbose > 0:
            say(f"\nEpoch {epoch + 1}: {what}")
