"""Saving and loading a whole model in Keras's older format.

    attributes       model_config, training_config: JSON texts; keras_version, backend
    groups           model_weights, optimizer_weights

Keras 3.15.1 writes the optimizer's state and does not get it back: after ``load_model`` its
optimizer knows no weights and has to be compiled anew.  The engine reads it.

Keras: ``keras.src.legacy.saving.legacy_h5_format`` of Keras 3.15.1.
"""

from __future__ import annotations

import io
import json
import warnings
from typing import Any

from engine.saving import hdf5
from engine.saving.allowed import FUNCTIONAL, check_model
from engine.saving.archive import CONFIG, FORMAT, WEIGHTS, check_size, open_weights, parse
from engine.saving.config import compile_arguments, deserialize_model
from engine.saving.layout import OPTIMIZER, Group, optimizer_array_names
from engine.saving.legacy.config import from_legacy, to_legacy
from engine.saving.legacy.weights import (
    MODEL,
    STATE,
    TOP,
    group_in,
    layers_in,
    read_all,
    state_in,
    write_names,
)
from engine.saving.replacing import replace_file
from engine.saving.state import groups_of, put_state, take_state
from engine.saving.weights import Array, import_h5py

_BACKEND = "tensorflow"


def save_legacy(model: Any, path: str, saved: dict[str, Any], groups: list[Group]) -> None:
    """Write a model whose config.json would be `saved` to an .h5 file."""
    model_config, training_config = to_legacy(saved)
    arrays = take_state(model, groups)
    buffer = io.BytesIO()
    with import_h5py().File(buffer, "w") as file:
        file.attrs["keras_version"] = FORMAT
        file.attrs["backend"] = _BACKEND
        file.attrs["model_config"] = json.dumps(model_config).encode()
        if training_config is not None:
            file.attrs["training_config"] = json.dumps(training_config).encode()
        _write_layers(file.create_group(MODEL), model, saved, groups, arrays)
        if OPTIMIZER in arrays:
            layers = [group for group in groups if group.path != OPTIMIZER]
            prefix = _prefix(model, saved)
            paths = [path for group in layers for path in _paths(group, prefix, trained=True)]
            _write_state(file.create_group(STATE), model.optimizer, paths, arrays[OPTIMIZER])
    data = buffer.getvalue()
    check_size(WEIGHTS, len(data))
    replace_file(path, lambda file: file.write(data))


def _prefix(model: Any, saved: dict[str, Any]) -> str:
    """Return what stands before the names of a model's weights: a Sequential's own name."""
    functional = (saved["module"], saved["class_name"]) == FUNCTIONAL
    return "" if functional else f"{model.name}/"


def _write_layers(
    root: Any,
    model: Any,
    saved: dict[str, Any],
    groups: list[Group],
    arrays: dict[str, list[Array]],
) -> None:
    by_name = {group.name: group for group in groups[1:] if group.path != OPTIMIZER}
    write_names(root, "layer_names", list(by_name))
    root.attrs["backend"] = _BACKEND.encode()
    root.attrs["keras_version"] = FORMAT.encode()
    prefix = _prefix(model, saved)
    for name in sorted(by_name):
        paths = _paths(by_name[name], prefix)
        _write_arrays(root.create_group(name), paths, arrays[by_name[name].path])
    _write_arrays(root.create_group(TOP), [], [])


def _write_state(root: Any, optimizer: Any, paths: list[str], values: list[Array]) -> None:
    names = optimizer_array_names(optimizer, paths)
    if not optimizer.iterations:
        head = 1 if optimizer.schedule else 2
        names, values = (
            names[:head],
            values[:head],
        )  # as Keras, whose slots are made by the first step
    _write_arrays(root, names, values)


def _paths(group: Group, prefix: str, trained: bool = False) -> list[str]:
    """Return the names of a layer's arrays, as sequential/dense/kernel; only of those `trained`."""
    places = [place for place in group.places if place.trained or not trained]
    return [f"{prefix}{group.name}/{place.name}" for place in places]


def _write_arrays(group: Any, paths: list[str], values: list[Array]) -> None:
    write_names(group, "weight_names", paths)
    for path, value in zip(paths, values, strict=True):
        group[path] = value


def load_legacy(path: str, compile: bool) -> Any:
    """Return the model in an .h5 file; it is built when everything in the file fits."""
    with open_weights(path) as file:
        root = hdf5.open_tree(file)
        found = root.attributes()
        model_config = _text(found, "model_config")
        training = _text(found, "training_config") if compile else None
        if model_config is None:
            raise ValueError(
                "Expected a whole model, with the attribute model_config. Received: a file "
                "without it; load_weights reads weights alone"
            )
        saved = from_legacy(model_config, training)
        check_model(saved, "model_config")
        arguments = compile_arguments(saved) if training is not None else {}
        groups = groups_of(saved, arguments.get("optimizer"))
        places = layers_in(group_in(root, MODEL, ""), groups)
        if arguments:
            state = _state(root, found, groups[-1])
            places |= {} if state is None else {OPTIMIZER: state}
        arrays = read_all(groups, places)
    model = deserialize_model(saved)
    if arguments:
        model.compile(**arguments)
    put_state(model, groups, arrays)
    return model


def _text(found: dict[str, Any], name: str) -> dict[str, Any] | None:
    """Return the dict in a JSON attribute; none if the file has no such attribute."""
    if name not in found:
        return None
    text = found[name]
    if not isinstance(text, str):
        raise ValueError(f"Expected the attribute {name} to be a text. Received: {text!r:.80}")
    check_size(CONFIG, len(text))
    return parse(text, name)


def _state(root: hdf5.Group, found: dict[str, Any], group: Group) -> list[hdf5.Array] | None:
    """Return the optimizer's arrays; none if Keras 2 wrote them, whose order is another."""
    version = found.get("keras_version")
    if isinstance(version, str) and version.startswith("3."):
        return state_in(root, group)
    if STATE in root:
        warnings.warn(
            "The optimizer starts afresh: its state was written by an older Keras, "
            f"keras_version={version!r:.40}.",
            stacklevel=2,
        )
    return None
