"""The base of all callbacks: one method for each moment, all of which do nothing.

::

    fit       train_begin  (epoch_begin  (train_batch_begin  train_batch_end)*
                            [validation]  epoch_end)*  train_end
    evaluate, validation   test_begin  (test_batch_begin  test_batch_end)*  test_end
    predict                predict_begin  (predict_batch_begin  predict_batch_end)*  predict_end

Epochs and batches count from 0.  ``logs`` maps names to floats, in alphabetical order: in
``on_train_batch_end`` the running means of the epoch so far, in ``on_epoch_end`` those of the
epoch and, as ``val_…``, of the validation.

Keras: ``keras.callbacks.Callback`` of 3.15.1.
"""

from __future__ import annotations

from typing import Any

Logs = dict[str, Any] | None

HOOKS = (
    "on_train_begin",
    "on_train_end",
    "on_epoch_begin",
    "on_epoch_end",
    "on_train_batch_begin",
    "on_train_batch_end",
    "on_batch_begin",
    "on_batch_end",
    "on_test_begin",
    "on_test_end",
    "on_test_batch_begin",
    "on_test_batch_end",
    "on_predict_begin",
    "on_predict_end",
    "on_predict_batch_begin",
    "on_predict_batch_end",
)


class Callback:
    """Base class: a subclass overrides the moments it is interested in.

    A train-batch hook costs speed: without one, the engine runs many batches in one compiled call.

    Attributes
    ----------
    params
        ``{"verbose": …, "epochs": …, "steps": …}`` of the current call.
    model
        The model that trains, evaluates or predicts.
    idle
        Methods of the callback's own class that do nothing with the arguments at hand.

    Examples
    --------
    >>> class Announce(Callback):
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         print(epoch, logs)
    >>> Announce().on_epoch_end(0, {"loss": 0.5})
    0 {'loss': 0.5}
    """

    # On the class, so that a subclass may leave out super().__init__().
    params: dict[str, Any] | None = None
    _model: Any = None
    idle: tuple[Any, ...] = ()

    def set_params(self, params: dict[str, Any]) -> None:
        """Receive the settings of the call."""
        self.params = params

    def set_model(self, model: Any) -> None:
        """Receive the model."""
        self._model = model

    @property
    def model(self) -> Any:
        """The model that trains, evaluates or predicts."""
        return self._model

    def on_train_begin(self, logs: Logs = None) -> None:
        """Hear that `fit` begins."""

    def on_train_end(self, logs: Logs = None) -> None:
        """Hear that `fit` ends; `logs` are those of its last epoch."""

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Hear that an epoch begins."""

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Hear that an epoch ends, as its validation did."""

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Hear that a batch of `fit` begins."""
        self.on_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Hear that a batch of `fit` ends."""
        self.on_batch_end(batch, logs=logs)

    def on_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Hear the same under the older name of `on_train_batch_begin`."""

    def on_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Hear the same under the older name of `on_train_batch_end`."""

    def on_test_begin(self, logs: Logs = None) -> None:
        """Hear that `evaluate`, or the validation in `fit`, begins."""

    def on_test_end(self, logs: Logs = None) -> None:
        """Hear that `evaluate`, or the validation in `fit`, ends."""

    def on_test_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Hear that a batch of `evaluate`, or of the validation in `fit`, begins."""

    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Hear that a batch of `evaluate`, or of the validation in `fit`, ends."""

    def on_predict_begin(self, logs: Logs = None) -> None:
        """Hear that `predict` begins."""

    def on_predict_end(self, logs: Logs = None) -> None:
        """Hear that `predict` ends."""

    def on_predict_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Hear that a batch of `predict` begins."""

    def on_predict_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Hear that a batch of `predict` ends; ``logs["outputs"]`` are its predictions."""
