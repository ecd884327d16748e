"""Numbers of a training for TensorBoard: ``tensorboard --logdir logs``.

Written are, with the epoch as the step::

    train/        epoch_loss, epoch_…, epoch_learning_rate;  <weight>/histogram
    validation/   epoch_loss, epoch_…;   evaluation_loss_vs_iterations, … by the optimizer's count

and, unless `update_freq` is "epoch", ``batch_loss``, ``batch_…`` of every so many batches.

Keras: ``keras.callbacks.TensorBoard`` of 3.15.1, same tags, steps and values.  Like there, a number
as `update_freq` thins out the epochs' numbers, too: they are written if the count of batches is a
multiple of it then.  What differs: no graph is written; images, embeddings, profiles are refused.
"""

from __future__ import annotations

import os
import time
from typing import Any

from engine.callbacks.callback import Callback, Logs
from engine.callbacks.event_files import EventFile
from engine.callbacks.learning_rate import current
from engine.callbacks.monitor import flag, whole


class TensorBoard(Callback):
    """Writes what TensorBoard shows.

    Parameters
    ----------
    log_dir
        The folder, which gets the folders ``train`` and ``validation``.
    histogram_freq
        After how many epochs the weights' histograms are written; 0: never.
    write_graph
        As in Keras; the engine has no graph to write.
    write_steps_per_second
        Write how many steps a second were taken.
    update_freq
        "epoch", "batch", or after how many batches numbers are written.
    write_images, profile_batch, embeddings_freq, embeddings_metadata
        What the engine does not write.

    Raises
    ------
    TypeError, ValueError
        An argument is of the wrong type or value, or asks for what the engine does not write.
    ImportError
        In a fit: the package tensorboard is missing.
    """

    def __init__(
        self,
        log_dir: str | os.PathLike[str] = "logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: Any = "epoch",
        profile_batch: Any = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: Any = None,
    ) -> None:
        super().__init__()
        if not isinstance(log_dir, str | os.PathLike):
            raise TypeError(f"Expected log_dir to be a path. Received: log_dir={log_dir!r}")
        for name, value, neutral in (
            ("write_images", write_images, False),
            ("profile_batch", profile_batch, 0),
            ("embeddings_freq", embeddings_freq, 0),
            ("embeddings_metadata", embeddings_metadata, None),
        ):
            if value is not neutral and value != neutral:
                raise ValueError(
                    f"Expected {name}={neutral!r}: the engine writes numbers and histograms only. "
                    f"Received: {name}={value!r}"
                )
        self.log_dir = os.fspath(log_dir)
        self.histogram_freq = whole("histogram_freq", histogram_freq)
        self.write_graph = flag("write_graph", write_graph)
        self.write_steps_per_second = flag("write_steps_per_second", write_steps_per_second)
        self.update_freq = _frequency(update_freq)
        if self.update_freq == "epoch":
            self.idle = (
                TensorBoard.on_train_batch_begin,
                TensorBoard.on_train_batch_end,
                TensorBoard.on_test_batch_begin,
            )
        self._train_batches = self._test_batches = 0
        self._count = 0  # what decides whether it is time
        self._trains = False
        self._files: dict[str, EventFile] = {}
        self._began = self._batch_began = 0.0
        self._steps_before = 0

    def set_model(self, model: Any) -> None:
        """Receive the model, and begin new files."""
        super().set_model(model)
        self._close()

    def on_train_begin(self, logs: Logs = None) -> None:
        """Begin to count."""
        self._train_batches = self._count = 0
        self._trains = True

    def on_train_end(self, logs: Logs = None) -> None:
        """End the files."""
        self._trains = False
        self._close()

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Remember when."""
        self._began, self._steps_before = time.time(), self.model.optimizer.iterations

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Count, and remember when."""
        self._train_batches += 1
        self._count = self._train_batches
        self._batch_began = time.time()

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Write the batch's numbers, if it is time."""
        if self.update_freq == "epoch" or not self._is_time():
            return
        numbers = dict(logs or {})
        if self.write_steps_per_second:
            numbers["steps_per_second"] = 1.0 / max(time.time() - self._batch_began, 1e-9)
        for name, value in numbers.items():
            self._file("train").scalar(f"batch_{name}", value, self._train_batches)

    def on_test_begin(self, logs: Logs = None) -> None:
        """Count the evaluation's batches."""
        self._count = self._test_batches

    def on_test_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Count."""
        self._test_batches += 1
        self._count = self._test_batches

    def on_test_end(self, logs: Logs = None) -> None:
        """Write the evaluation's numbers, if it is time."""
        optimizer = self.model.optimizer
        if self._is_time() and optimizer is not None:
            file = self._file("validation")
            for name, value in (logs or {}).items():
                file.scalar(f"evaluation_{name}_vs_iterations", value, optimizer.iterations)
        self._count = self._train_batches
        if not self._trains:
            self._close()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Write the epoch's numbers and the weights' histograms, if it is time."""
        if not self._is_time():
            return
        logs = logs or {}
        train = {name: value for name, value in logs.items() if not name.startswith("val_")}
        if train:
            train["learning_rate"] = current(self.model)
            if self.write_steps_per_second:
                steps = self.model.optimizer.iterations - self._steps_before
                train["steps_per_second"] = steps / max(time.time() - self._began, 1e-9)
        for name, value in train.items():
            self._file("train").scalar(f"epoch_{name}", value, epoch)
        for name, value in logs.items():
            if name.startswith("val_"):
                self._file("validation").scalar(f"epoch_{name[4:]}", value, epoch)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            # Keras builds the layers of a Sequential under its name.
            outer = f"{self.model.name}/" if type(self.model).__name__ == "Sequential" else ""
            for weight in self.model.weights:
                tag = f"{outer}{weight.path}/histogram"
                self._file("train").histogram(tag, weight.numpy(), epoch)
        for file in self._files.values():
            file.flush()

    def _is_time(self) -> bool:
        return self.update_freq == "epoch" or bool(self._count % self.update_freq == 0)

    def _file(self, name: str) -> EventFile:
        if name not in self._files:
            self._files[name] = EventFile(os.path.join(self.log_dir, name))
        return self._files[name]

    def _close(self) -> None:
        for file in self._files.values():
            file.close()
        self._files = {}


def _frequency(value: Any) -> Any:
    """Return `value`, if it is "epoch", or as a number of batches."""
    if isinstance(value, str):
        if value not in ("epoch", "batch"):
            raise ValueError(
                'Expected update_freq to be "epoch", "batch" or an integer ≥ 1. '
                f"Received: update_freq={value!r}"
            )
        return 1 if value == "batch" else value
    return whole("update_freq", value, 1)
