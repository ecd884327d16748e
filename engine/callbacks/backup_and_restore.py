"""Go on with a training that was interrupted, even by ``kill -9``, where the last backup stands.

A backup is weights, the optimizer's state, the epoch and the batch, and the state of the random
numbers.  A training that was killed at any moment and is started again with the same arguments ends
with the same bits as one that was not; its History holds the epochs since the backup's.

Two files stand in the folder, and they belong together at every moment::

    latest.weights.h5         weights and optimizer
    training_metadata.json    what belongs to the weights of a digest, and to those before them

The new weights are written beside the old ones, then the metadata of both, and only then the new
ones take the place of the old ones: whichever weights a kill leaves, their digest finds what
belongs to them.  Metadata without weights are what a kill leaves during the first backup, or while
the files of a complete training are removed: a training begins anew then.

Keras: ``keras.callbacks.BackupAndRestore`` of 3.15.1, same arguments and file names.  What differs:
Keras starts an epoch over that a backup was made in (``save_freq`` a number), training on its first
batches twice; a kill between its two writes does the same with a whole epoch; it does not keep the
random numbers; it removes the whole folder, not only its own files.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from engine.callbacks.callback import Callback, Logs
from engine.callbacks.monitor import flag, frequency
from engine.random import state as random_state

WEIGHTS, METADATA = "latest.weights.h5", "training_metadata.json"
NEXT_WEIGHTS, NEXT_METADATA = "next.weights.h5", "next.json"


class BackupAndRestore(Callback):
    """Backs a training up, and begins where the last backup ends if there is one.

    Parameters
    ----------
    backup_dir
        A folder for this training alone.
    save_freq
        "epoch", or after how many batches to back up.
    double_checkpoint
        Keep the backup before the last one, too, for the case that the last one gets damaged.
    delete_checkpoint
        Remove the backup when the training is complete.

    Raises
    ------
    TypeError, ValueError
        An argument is of the wrong type or value; in a fit, the backup is damaged or belongs to
        another model.

    Examples
    --------
    >>> backup = BackupAndRestore("backup")
    """

    def __init__(
        self,
        backup_dir: str | os.PathLike[str],
        save_freq: Any = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
    ) -> None:
        super().__init__()
        if not isinstance(backup_dir, str | os.PathLike):
            raise TypeError(
                f"Expected backup_dir to be a path. Received: backup_dir={backup_dir!r}"
            )
        if not os.fspath(backup_dir):
            raise ValueError("Expected backup_dir to name a folder. Received: backup_dir=''")
        self.backup_dir = os.fspath(backup_dir)
        self.save_freq = frequency(save_freq)
        self.double_checkpoint = flag("double_checkpoint", double_checkpoint)
        self.delete_checkpoint = flag("delete_checkpoint", delete_checkpoint)
        if self.save_freq == "epoch":
            self.idle = (BackupAndRestore.on_train_batch_end,)
        self._epoch = 0
        self._batches = 0

    def on_train_begin(self, logs: Logs = None) -> None:
        """Restore the last backup; a damaged one is replaced by the one before, if there is one."""
        self._batches = 0
        if self.model._run is not None:
            self.model._run.check_backup(self.save_freq != "epoch")
        folder = Path(self.backup_dir)
        try:
            self._restore(folder / WEIGHTS, folder / METADATA)
        except (OSError, ValueError):
            spare = folder / f"{WEIGHTS}.bkp", folder / f"{METADATA}.bkp"
            if not spare[0].exists():
                raise
            shutil.copy(spare[1], folder / METADATA)
            shutil.copy(spare[0], folder / WEIGHTS)
            self._restore(folder / WEIGHTS, folder / METADATA)

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Remember the epoch."""
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Back up, if it is time; what the epoch's last batch would do, the epoch's end does."""
        if self.save_freq == "epoch":
            return
        self._batches += 1
        last = self.params is not None and batch + 1 == self.params["steps"]
        if self._batches >= self.save_freq and not last:
            self._batches = 0
            self._back_up({"epoch": self._epoch, "batch": batch, **self.model._run.standing()})

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Back up, if it is time."""
        if self.save_freq == "epoch" or self._batches >= self.save_freq:
            self._batches = 0
            self._back_up({"epoch": epoch + 1, "batch": 0})

    def on_train_end(self, logs: Logs = None) -> None:
        """Remove the backup."""
        if self.delete_checkpoint:
            folder = Path(self.backup_dir)
            # A kill leaves what was being written, under a name of its own.
            # Weights first: a kill then leaves metadata alone, and not weights of an unknown epoch.
            for name in (WEIGHTS, NEXT_WEIGHTS, METADATA, NEXT_METADATA):
                for path in (folder / name, folder / f"{name}.bkp", *folder.glob(f"{name}.*.tmp")):
                    path.unlink(missing_ok=True)
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()

    def _back_up(self, standing: dict[str, Any]) -> None:
        folder = Path(self.backup_dir)
        folder.mkdir(parents=True, exist_ok=True)
        weights, metadata = folder / WEIGHTS, folder / METADATA
        before = dict(_belonging(metadata, weights)) if weights.exists() else {}
        before.pop("before", None)
        if self.double_checkpoint and weights.exists():
            shutil.copy(weights, folder / f"{WEIGHTS}.bkp")
            shutil.copy(metadata, folder / f"{METADATA}.bkp")
        self.model.save_weights(folder / NEXT_WEIGHTS)
        told = {
            **standing,
            "weights": _digest(folder / NEXT_WEIGHTS),
            "batches": self._batches,
            "random": random_state.take(),
            "draws": [g.state.tolist() for g in _generators(self.model)],
            "before": before,
        }
        (folder / NEXT_METADATA).write_text(json.dumps(told), encoding="utf-8")
        os.replace(folder / NEXT_METADATA, metadata)
        os.replace(folder / NEXT_WEIGHTS, weights)

    def _restore(self, weights: Path, metadata: Path) -> None:
        if not weights.exists() and not weights.with_name(f"{WEIGHTS}.bkp").exists():
            if metadata.exists() and _read(metadata).get("before") != {}:
                warnings.warn(
                    f"Expected {WEIGHTS} beside {METADATA} in {self.backup_dir!r}. Received: none: "
                    "the training begins anew",
                    stacklevel=2,
                )
            return
        for path in (weights, metadata):
            if not path.exists():
                raise ValueError(
                    f"Expected {WEIGHTS} and {METADATA} in {self.backup_dir!r}; without the folder "
                    f"a training begins anew. Received: no {path.name}"
                )
        from engine.saving.weight_files import restore_weights

        told = _belonging(metadata, weights)
        try:
            restore_weights(self.model, weights)
        except ValueError as error:
            raise ValueError(
                f"Expected in {self.backup_dir!r} a backup of this model's training, or none. "
                f"Received: another one, or a damaged one: {error}"
            ) from None
        if "random" in told:  # not in a backup of Keras's
            random_state.put(told["random"])
            self._batches = told["batches"]
            for generator, pair in zip(_generators(self.model), told["draws"], strict=True):
                generator.state = np.array(pair, np.int64)
            self.model._program()  # reads them
        if self.model._run is not None:
            self.model._run.resume(told)


def _read(path: Path) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8")
    try:
        found = json.loads(text)
    except ValueError:
        found = text[:60]
    if not isinstance(found, dict) or not isinstance(found.get("epoch"), int):
        raise ValueError(
            f"Expected the metadata of a backup in {str(path)!r}; without its folder a training "
            f"begins anew. Received: {found!r}"
        )
    return found


def _belonging(metadata: Path, weights: Path) -> dict[str, Any]:
    """What a backup tells of these weights: by itself, or as those before its own.

    Twice killed behind the metadata of the same weights, a training has them twice: what stands
    "before" is therefore sought by the weights, and not by the order of writing.
    """
    told, digest = _read(metadata), _digest(weights)
    for found in (told, told.get("before")):
        if found and found.get("weights", digest) == digest:  # Keras's has no digest
            return found
    raise ValueError(
        f"Expected the weights that {str(metadata)!r} belongs to. "
        f"Received: {str(weights)!r}, damaged"
    )


def _generators(model: Any) -> list[Any]:
    """The generators of the layers that draw in training: no weights file has them."""
    return [layer.seed_generator for layer in model.layers if layer.stage == "dropout"]


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
