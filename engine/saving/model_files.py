"""Saving and loading: from a model to a file of Keras's, and back.

Keras: ``keras.saving`` of Keras 3.15.1.  Where Keras asks before it overwrites a file, the engine
raises; what Keras would import or run to load a file, the engine refuses.
"""

from __future__ import annotations

import warnings
from typing import Any

from engine.saving.allowed import check_model
from engine.saving.archive import pack, read_archive, write_archive
from engine.saving.config import compile_arguments, deserialize_model, serialize_model
from engine.saving.paths import MODEL_SUFFIX, Path, naming, source, target
from engine.saving.state import groups_of, put_state, take_state
from engine.saving.weights import import_h5py, read_weights, write_weights


def save_model(model: Any, filepath: Path, overwrite: bool = True) -> None:
    """Write a model with its weights, and what it was compiled with, to a ``.keras`` file.

    Keras reads the file and goes on training where the engine stopped.

    Parameters
    ----------
    model
        A Sequential or a functional Model.
    filepath
        Ends in ``.keras``.  The file appears whole or not at all.
    overwrite
        Whether a file of that name may be replaced.

    Raises
    ------
    ValueError
        If the name ends differently, or the model holds something of a class of your own.
    FileExistsError
        If the file exists and `overwrite` is False.
    ImportError
        If h5py is missing.

    Example
    -------
    >>> save_model(Sequential([Input((4,)), Dense(3)]), "model.keras")  # doctest: +SKIP
    """
    path = target(filepath, MODEL_SUFFIX, overwrite)
    import_h5py()
    saved = serialize_model(model)
    if not model.built:
        warnings.warn(
            f"The model {model.name!r} is saved without weights: it has none before it is built.",
            stacklevel=2,
        )
    groups = groups_of(saved, model.optimizer)
    write_archive(path, pack(saved, write_weights(groups, take_state(model, groups))))


def load_model(
    filepath: Path,
    custom_objects: Any = None,
    compile: bool = True,
    safe_mode: bool = True,
) -> Any:
    """Return the model in a ``.keras`` file, whether the engine or Keras wrote it.

    Nothing in a file is executed or imported: only the engine's own classes are made, from a list.

    Parameters
    ----------
    filepath
        Ends in ``.keras``.
    custom_objects
        Must be empty: the engine loads no classes of your own.
    compile
        Whether to compile the model as it was, with the optimizer's state.
    safe_mode
        As in Keras; False loads no more than True.

    Raises
    ------
    ValueError
        If the file is damaged, is no such archive, or names anything but the engine's classes.
    FileNotFoundError
        If there is no file.
    ImportError
        If h5py is missing.

    Example
    -------
    >>> load_model("model.keras").layers[0].units  # doctest: +SKIP
    3
    """
    path = source(filepath, MODEL_SUFFIX)
    if custom_objects:
        raise ValueError(
            "Expected no custom_objects: only the engine's own classes are loaded. "
            f"Received: custom_objects={custom_objects!r}"
        )
    for name, value in {"compile": compile, "safe_mode": safe_mode}.items():
        if not isinstance(value, bool):
            raise TypeError(f"Expected {name} to be True or False. Received: {name}={value!r}")
    import_h5py()
    with naming(path):
        saved, data = read_archive(path)
        if not compile:
            saved = {**saved, "compile_config": None}
        check_model(saved, "config.json")
        arguments = compile_arguments(saved) if compile else {}
        groups = groups_of(saved, arguments.get("optimizer"))
        arrays = read_weights(data, groups, () if arguments else ("optimizer",))
        model = deserialize_model(saved)
        if arguments:
            model.compile(**arguments)
        put_state(model, groups, arrays)
    return model
