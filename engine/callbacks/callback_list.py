"""Many callbacks, called as one.

Keras: ``keras.callbacks.CallbackList`` of 3.15.1: the caller's callbacks first, in their order,
then History, then the progress bar.  Values become floats, and names are sorted, on the way to
every callback.  Not in Keras: the `needs_…` properties, which tell the engine how much of the
work it may run in one compiled call, and `progress`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from engine.callbacks.callback import Callback, Logs
from engine.callbacks.history import History
from engine.callbacks.progbar_logger import ProgbarLogger

TRAIN_BATCH_HOOKS = ("on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end")
TEST_BATCH_HOOKS = ("on_test_batch_begin", "on_test_batch_end")
PREDICT_BATCH_HOOKS = ("on_predict_batch_begin", "on_predict_batch_end")
EPOCH_HOOKS = ("on_epoch_begin", "on_epoch_end", "on_test_begin", "on_test_end")


def overrides(callback: Callback, hook: str) -> bool:
    """Whether `hook` does something, other than what History or the progress bar do in it."""
    known = next(kind for kind in (ProgbarLogger, History, Callback) if isinstance(callback, kind))
    own = getattr(type(callback), hook)
    return hook in vars(callback) or not (own is getattr(known, hook) or own in callback.idle)


def plain(logs: Logs) -> dict[str, Any]:
    """Return `logs` sorted by name, with scalars as floats and dicts in it spread out."""
    result: dict[str, Any] = {}
    for name, value in sorted((logs or {}).items()):
        if isinstance(value, dict):
            result.update(plain(value))
        elif isinstance(value, bool | int | float | np.generic | np.ndarray) and not np.ndim(value):
            result[name] = float(value)
        else:
            result[name] = value
    return result


def flat(callbacks: Any) -> Iterator[Callback]:
    """Yield the callbacks in nested lists and tuples, in their order."""
    if isinstance(callbacks, Callback):
        yield callbacks
    elif isinstance(callbacks, list | tuple):
        for callback in callbacks:
            yield from flat(callback)
    else:
        raise TypeError(
            "Expected callbacks to be Callback objects, or lists of them. "
            f"Received: {callbacks!r} of type {type(callbacks).__name__}"
        )


class CallbackList(Callback):
    """The callbacks of one call of `fit`, `evaluate` or `predict`.

    Parameters
    ----------
    callbacks
        A callback, a list of callbacks, or None.
    add_history, add_progbar
        Append a History or a ProgbarLogger, unless there is one.
    model
        What the callbacks' `model` shall be.
    params
        What the callbacks' `params` shall be: verbose, epochs, steps.

    Raises
    ------
    TypeError
        One of the callbacks is no Callback.

    Examples
    --------
    >>> CallbackList([History()]).needs_epochs
    False
    """

    def __init__(
        self,
        callbacks: Any = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Any = None,
        **params: Any,
    ) -> None:
        super().__init__()
        self.callbacks = [] if callbacks is None else list(flat(callbacks))
        if add_history and self.history is None:
            self.callbacks.append(History())
        if add_progbar and self._progbar is None:
            self.callbacks.append(ProgbarLogger())
        self.set_model(model)
        self.set_params(params)

    @property
    def history(self) -> History | None:
        """The last History in the list."""
        return next((c for c in reversed(self.callbacks) if isinstance(c, History)), None)

    @property
    def _progbar(self) -> ProgbarLogger | None:
        return next((c for c in reversed(self.callbacks) if isinstance(c, ProgbarLogger)), None)

    def append(self, callback: Callback) -> None:
        """Add a callback at the end."""
        self.callbacks += flat(callback)

    def set_params(self, params: dict[str, Any]) -> None:
        """Hand the settings of the call to all."""
        self.params = params
        if params:
            for callback in self.callbacks:
                callback.set_params(params)

    def set_model(self, model: Any) -> None:
        """Hand the model to all, and the History to the model."""
        if model is None:
            return
        super().set_model(model)
        if self.history is not None:
            model.history = self.history
        for callback in self.callbacks:
            callback.set_model(model)

    def _any(self, hooks: tuple[str, ...]) -> bool:
        return any(overrides(callback, hook) for callback in self.callbacks for hook in hooks)

    @property
    def needs_batches(self) -> bool:
        """Whether some callback wants to be called for each batch of `fit`."""
        return self._any(TRAIN_BATCH_HOOKS)

    @property
    def needs_test_batches(self) -> bool:
        """Whether some callback wants to be called for each batch of `evaluate`."""
        return self._any(TEST_BATCH_HOOKS)

    @property
    def needs_predict_batches(self) -> bool:
        """Whether some callback wants to be called for each batch of `predict`."""
        return self._any(PREDICT_BATCH_HOOKS)

    @property
    def needs_epochs(self) -> bool:
        """Whether some callback acts in an epoch or around a validation."""
        return self._any(EPOCH_HOOKS + TRAIN_BATCH_HOOKS + TEST_BATCH_HOOKS)

    @property
    def needs_progress(self) -> bool:
        """Whether a live bar wants `progress` a few times a second."""
        return self._progbar is not None and self._progbar.verbose == 1

    def progress(self, steps_done: int, logs: Logs = None) -> None:
        """Draw the live bar after `steps_done` batches; all other callbacks hear nothing."""
        if self._progbar is not None:
            self._progbar.show(steps_done, plain(logs))

    def _call(self, hook: str, *index: int, logs: Logs) -> None:
        logs = plain(logs)
        for callback in self.callbacks:
            getattr(callback, hook)(*index, logs)

    def _call_batch(self, hook: str, batch: int, logs: Logs) -> None:
        logs = plain(logs)
        for callback in self.callbacks:
            getattr(callback, hook)(batch, logs=logs)

    def on_train_begin(self, logs: Logs = None) -> None:
        """Tell all that `fit` begins."""
        self._call("on_train_begin", logs=logs)

    def on_train_end(self, logs: Logs = None) -> None:
        """Tell all that `fit` ends."""
        self._call("on_train_end", logs=logs)

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Tell all that an epoch begins."""
        self._call("on_epoch_begin", epoch, logs=logs)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Tell all that an epoch ends."""
        self._call("on_epoch_end", epoch, logs=logs)

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Tell all that a batch of `fit` begins."""
        self._call_batch("on_train_batch_begin", batch, logs)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Tell all that a batch of `fit` ends."""
        self._call_batch("on_train_batch_end", batch, logs)

    def on_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Call the older name of `on_train_batch_begin`."""
        self._call_batch("on_batch_begin", batch, logs)

    def on_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Call the older name of `on_train_batch_end`."""
        self._call_batch("on_batch_end", batch, logs)

    def on_test_begin(self, logs: Logs = None) -> None:
        """Tell all that an evaluation begins."""
        self._call("on_test_begin", logs=logs)

    def on_test_end(self, logs: Logs = None) -> None:
        """Tell all that an evaluation ends."""
        self._call("on_test_end", logs=logs)

    def on_test_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Tell all that a batch of an evaluation begins."""
        self._call_batch("on_test_batch_begin", batch, logs)

    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Tell all that a batch of an evaluation ends."""
        self._call_batch("on_test_batch_end", batch, logs)

    def on_predict_begin(self, logs: Logs = None) -> None:
        """Tell all that `predict` begins."""
        self._call("on_predict_begin", logs=logs)

    def on_predict_end(self, logs: Logs = None) -> None:
        """Tell all that `predict` ends."""
        self._call("on_predict_end", logs=logs)

    def on_predict_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Tell all that a batch of `predict` begins."""
        self._call_batch("on_predict_batch_begin", batch, logs)

    def on_predict_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Tell all that a batch of `predict` ends."""
        self._call_batch("on_predict_batch_end", batch, logs)
