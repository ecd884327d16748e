"""Saving and loading: from a model to a file of Keras's, and back.

Keras: ``keras.saving`` of Keras 3.15.1.  Where Keras asks before it overwrites a file, the engine
raises; what Keras would import or run to load a file, the engine refuses.
"""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, Any

from engine.saving.allowed import check_model
from engine.saving.archive import open_archive, pack, write_archive
from engine.saving.config import compile_arguments, deserialize_model, serialize_model
from engine.saving.layout import most_bytes
from engine.saving.legacy.files import load_legacy, save_legacy
from engine.saving.paths import (
    LEGACY_SUFFIXES,
    MODEL_SUFFIX,
    WEIGHTS_SUFFIX,
    Path,
    naming,
    source,
    target,
)
from engine.saving.state import groups_of, kept_by, put_state, take_state
from engine.saving.weights import import_h5py, read_weights, write_weights

if TYPE_CHECKING:
    from engine.models.model import Model


def save_model(model: Any, filepath: Path, overwrite: bool = True) -> None:
    """Write a model with its weights, and what it was compiled with, to a file that Keras reads.

    Keras goes on training where the engine stopped from a ``.keras`` file.  The optimizer's state
    in an ``.h5`` file is Keras's, too, and the engine reads it; Keras 3.15.1 does not.

    Parameters
    ----------
    model
        A Sequential or a functional Model.
    filepath
        Ends in ``.keras``, or in ``.h5`` or ``.hdf5`` for Keras's older format.  The file appears
        whole or not at all.
    overwrite
        Whether a file of that name may be replaced.

    Raises
    ------
    ValueError
        If the name ends differently, or the model holds something of a class of your own.
    FileExistsError
        If the file exists and `overwrite` is False.
    OSError
        If there is no room, or the file cannot be written; what was there is kept.
    ImportError
        If h5py is missing.

    Example
    -------
    >>> save_model(Sequential([Input((4,)), Dense(3)]), "model.keras")  # doctest: +SKIP
    """
    path = target(filepath, overwrite, MODEL_SUFFIX, *LEGACY_SUFFIXES)
    if path.endswith(WEIGHTS_SUFFIX):
        raise ValueError(
            f"Expected another name for a whole model: {WEIGHTS_SUFFIX} is for save_weights. "
            f"Received: filepath={path!r}"
        )
    import_h5py()
    saved = serialize_model(model)
    if not model.built:
        warnings.warn(
            f"The model {model.name!r} is saved without weights: it has none before it is built.",
            stacklevel=2,
        )
    groups = groups_of(saved, model.optimizer, kept_by(model, whole=True))
    if not path.endswith(MODEL_SUFFIX):
        save_legacy(model, path, saved, groups)
        return
    write_archive(path, pack(saved, write_weights(groups, take_state(model, groups))))


def load_model(
    filepath: Path,
    custom_objects: Any = None,
    compile: bool = True,
    safe_mode: bool = True,
) -> Model:
    """Return the model in a ``.keras`` or ``.h5`` file, whether the engine or Keras wrote it.

    Nothing in a file is executed or imported: only the engine's own classes are made, from a list.

    Parameters
    ----------
    filepath
        Ends in ``.keras``, ``.h5`` or ``.hdf5``.
    custom_objects
        Must be empty: the engine loads no classes of your own.
    compile
        Whether to compile the model as it was, with the optimizer's state.
    safe_mode
        As in Keras; False loads no more than True.

    Raises
    ------
    RefusedFile
        A ValueError: the file is damaged, or names anything but the engine's classes.
    ValueError
        If the name ends differently, or there are custom_objects.
    TypeError
        If an argument is of the wrong type.
    FileNotFoundError
        If there is no file; another OSError if it cannot be read.

    Example
    -------
    >>> load_model("model.keras").layers[0].units  # doctest: +SKIP
    3
    """
    path = source(filepath, MODEL_SUFFIX, *LEGACY_SUFFIXES)
    if custom_objects:
        raise ValueError(
            "Expected no custom_objects: only the engine's own classes are loaded. "
            f"Received: custom_objects={custom_objects!r}"
        )
    for name, value in {"compile": compile, "safe_mode": safe_mode}.items():
        if not isinstance(value, bool):
            raise TypeError(f"Expected {name} to be True or False. Received: {name}={value!r}")
    with naming(path):
        if path.endswith(MODEL_SUFFIX):
            return _load(path, compile)
        model: Model = load_legacy(path, compile)
        return model


def _load(path: str, compile: bool) -> Model:
    """Return the model in an archive; it is built when everything in the file fits."""
    with open_archive(path) as archive:
        saved = archive.config()
        if not compile:
            saved = {**saved, "compile_config": None}
        check_model(saved, "config.json")
        arguments = compile_arguments(saved) if compile else {}
        groups = groups_of(saved, arguments.get("optimizer"))
        data = archive.weights(most_bytes(groups))
    arrays = read_weights(io.BytesIO(data), groups, () if arguments else ("optimizer",))
    model: Model = deserialize_model(saved)
    if arguments:
        model.compile(**arguments)
    put_state(model, groups, arrays)
    return model
