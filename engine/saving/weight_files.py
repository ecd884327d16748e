"""Saving and loading weights alone: m.weights.h5, and out of m.keras and m.h5.

Keras: ``Model.save_weights`` and ``Model.load_weights`` of Keras 3.15.1, which skip an optimizer's
state of other weights with a warning, and so does the engine; of all else here nothing is read if
anything does not fit.
"""

from __future__ import annotations

import dataclasses
import io
from typing import Any

from engine.saving.archive import WEIGHTS, check_size, open_archive, open_weights
from engine.saving.config import serialize_model
from engine.saving.layout import Group, most_bytes
from engine.saving.legacy.weights import load_legacy_weights
from engine.saving.paths import (
    LEGACY_SUFFIXES,
    MODEL_SUFFIX,
    WEIGHTS_SUFFIX,
    Path,
    naming,
    source,
    target,
)
from engine.saving.replacing import replace_file
from engine.saving.state import groups_of, kept_by, put_state, take_state
from engine.saving.weights import import_h5py, read_weights, write_weights


def save_weights(model: Any, filepath: Path, overwrite: bool = True) -> None:
    """Write a built model's weights, and its optimizer's state, to a ``.weights.h5`` file.

    Raises
    ------
    ValueError
        If the name ends differently, or the model is not built.
    FileExistsError
        If the file exists and `overwrite` is False.
    OSError
        If there is no room, or the file cannot be written; what was there is kept.
    ImportError
        If h5py is missing.
    """
    path = target(filepath, overwrite, WEIGHTS_SUFFIX)
    import_h5py()
    groups = _groups_of_built(model)
    data = write_weights(groups, take_state(model, groups))
    check_size(WEIGHTS, len(data))
    replace_file(path, lambda file: file.write(data))


def load_weights(model: Any, filepath: Path, by_name: bool = False) -> None:
    """Read the weights in a file into a built model.

    Out of ``.weights.h5`` and ``.keras`` the optimizer's state is read too, if the model is
    compiled and the file has it; out of Keras's older ``.h5`` it is not, as in Keras.  Either
    everything is read or, if anything does not fit, nothing.  Only a state for other trained
    weights, when layers were frozen then or are now, is left out with a warning, as in Keras.

    Parameters
    ----------
    model
        A built model.
    filepath
        Ends in ``.weights.h5``, ``.keras``, ``.h5`` or ``.hdf5``.
    by_name
        Out of an ``.h5`` file: give each layer the weights of the one with its name, and leave
        the layers alone that the file has not.  Otherwise they are taken in their order.

    Raises
    ------
    RefusedFile
        A ValueError: the file is damaged, or does not fit the model.
    ValueError
        If the name ends differently, or the model is not built.
    FileNotFoundError
        If there is no file; another OSError if it cannot be read.
    """
    _load(model, filepath, by_name, whole=False)


def restore_weights(model: Any, filepath: Path) -> None:
    """Read weights as :func:`load_weights` does, with an optimizer's state that must fit.

    Raises
    ------
    RefusedFile
        If the state is that of other trained weights, too.
    """
    _load(model, filepath, by_name=False, whole=True)


def _load(model: Any, filepath: Path, by_name: bool, whole: bool) -> None:
    path = source(filepath, WEIGHTS_SUFFIX, MODEL_SUFFIX, *LEGACY_SUFFIXES)
    legacy = path.endswith(LEGACY_SUFFIXES) and not path.endswith(WEIGHTS_SUFFIX)
    if not isinstance(by_name, bool):
        raise TypeError(f"Expected by_name to be True or False. Received: by_name={by_name!r}")
    if by_name and not legacy:
        raise ValueError(
            f"Expected by_name with a file that ends in .h5 or .hdf5. Received: filepath={path!r}"
        )
    groups = _groups_of_built(model)
    if model.optimizer is not None:
        groups[-1] = dataclasses.replace(groups[-1], optional=True)
        if whole:
            groups[-1] = dataclasses.replace(groups[-1], others=range(0))
    ignored = () if model.optimizer is not None else ("optimizer",)
    with naming(path):
        if legacy:
            load_legacy_weights(model, path, groups, by_name)
        elif path.endswith(MODEL_SUFFIX):
            with open_archive(path) as archive:
                archive.config()
                data = archive.weights(most_bytes(groups))
            put_state(model, groups, read_weights(io.BytesIO(data), groups, ignored))
        else:
            with open_weights(path) as file:
                put_state(model, groups, read_weights(file, groups, ignored))


def _groups_of_built(model: Any) -> list[Group]:
    if not model.built:
        raise ValueError(
            f"Expected a built model: {model.name!r} has no weights before it knows its input. "
            "Give it an Input, or call build()"
        )
    saved = serialize_model(model, compiled=False)
    return groups_of(saved, model.optimizer, kept_by(model, whole=False))
