"""Saving and loading weights alone: m.weights.h5, and out of m.keras.

Keras: ``Model.save_weights`` and ``Model.load_weights`` of Keras 3.15.1, which skip an optimizer
that does not fit with a warning; here nothing is read if anything does not fit.
"""

from __future__ import annotations

import dataclasses
import os
from typing import Any

from engine.saving.archive import LIMITS, WEIGHTS, check_size, read_archive
from engine.saving.config import serialize_model
from engine.saving.layout import Group
from engine.saving.paths import (
    MODEL_SUFFIX,
    WEIGHTS_SUFFIX,
    Path,
    naming,
    replace_file,
    source,
    target,
)
from engine.saving.state import groups_of, put_state, take_state
from engine.saving.weights import import_h5py, read_weights, write_weights


def save_weights(model: Any, filepath: Path, overwrite: bool = True) -> None:
    """Write a built model's weights, and its optimizer's state, to a ``.weights.h5`` file.

    Raises
    ------
    ValueError
        If the name ends differently, or the model is not built.
    FileExistsError
        If the file exists and `overwrite` is False.
    ImportError
        If h5py is missing.
    """
    path = target(filepath, WEIGHTS_SUFFIX, overwrite)
    import_h5py()
    groups = _groups_of_built(model)
    data = write_weights(groups, take_state(model, groups))
    check_size(WEIGHTS, len(data))
    replace_file(path, lambda file: file.write(data))


def load_weights(model: Any, filepath: Path) -> None:
    """Read the weights in a ``.weights.h5`` or ``.keras`` file into a built model.

    The optimizer's state is read too if the model is compiled and the file has it.  Either
    everything is read or, if anything does not fit, nothing.

    Raises
    ------
    ValueError
        If the file is damaged or does not fit the model, or the model is not built.
    FileNotFoundError
        If there is no file.
    ImportError
        If h5py is missing.
    """
    path = source(filepath, WEIGHTS_SUFFIX, MODEL_SUFFIX)
    import_h5py()
    groups = _groups_of_built(model)
    if model.optimizer is not None:
        groups[-1] = dataclasses.replace(groups[-1], optional=True)
    ignored = () if model.optimizer is not None else ("optimizer",)
    with naming(path):
        data = read_archive(path)[1] if path.endswith(MODEL_SUFFIX) else _read_limited(path)
        put_state(model, groups, read_weights(data, groups, ignored))


def _groups_of_built(model: Any) -> list[Group]:
    if not model.built:
        raise ValueError(
            f"Expected a built model: {model.name!r} has no weights before it knows its input. "
            "Give it an Input, or call build()"
        )
    return groups_of(serialize_model(model, compiled=False), model.optimizer)


def _read_limited(path: str) -> bytes:
    """Return the bytes of a file, unless it is larger than a member of an archive may be."""
    with open(path, "rb") as file:
        check_size(WEIGHTS, os.fstat(file.fileno()).st_size)
        return file.read(LIMITS[WEIGHTS])
