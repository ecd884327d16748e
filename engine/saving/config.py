"""config.json: a model's architecture and what it was compiled with, in Keras's form.

    {"module", "class_name", "config", "registered_name", "build_config", "compile_config"}

Writing asks the model; reading first holds everything against :mod:`engine.saving.allowed` and
only then makes objects, by the classes' own ``from_config``.

Keras: ``keras.saving.serialize_keras_object`` and ``deserialize_keras_object`` of Keras 3.15.1.
"""

from __future__ import annotations

import json
from typing import Any

from engine.saving.allowed import FUNCTIONAL, SEQUENTIAL, check_model
from engine.saving.allowed_parts import FUNCTION

_UNSET = {
    "loss": None,
    "loss_weights": None,
    "metrics": None,
    "weighted_metrics": None,
    "run_eagerly": False,
    "steps_per_execution": 1,
    "jit_compile": False,
}
"""What Keras writes for arguments of compile() that were not given."""


def serialize_model(model: Any, compiled: bool = True) -> dict[str, Any]:
    """Return the dict that config.json holds; what the model was compiled with, if `compiled`.

    Raises
    ------
    ValueError
        If part of the model is of a class of your own, which no file could bring back.
    """
    from engine.models import Functional, Sequential

    module, name = FUNCTIONAL if isinstance(model, Functional) else SEQUENTIAL
    if type(model) not in (Functional, Sequential):
        raise ValueError(
            "Expected a Sequential or a Model made of inputs and outputs. "
            f"Received: an object of {type(model).__qualname__}"
        )
    config = model.get_config()
    saved = {
        "module": module,
        "class_name": name,
        "config": config,
        "registered_name": name if module == FUNCTIONAL[0] else None,
    }
    if model.built:
        saved["build_config"] = {"input_shape": config.get("build_input_shape")}
    saved["compile_config"] = _compile_config(model) if compiled else {}
    plain: dict[str, Any] = json.loads(json.dumps(saved))
    check_model(plain, "the model's config")
    return plain


def _compile_config(model: Any) -> dict[str, Any]:
    """Return what compile() was given, in Keras's order; nothing if it was not called."""
    if model.optimizer is None:
        return {}
    given = {**_UNSET, **model.get_compile_config()}
    return {"optimizer": given["optimizer"], **{key: given[key] for key in _UNSET}}


def deserialize_model(saved: dict[str, Any]) -> Any:
    """Return the model of a config, not compiled, with weights drawn afresh.

    Raises
    ------
    ValueError
        If the config names anything that is not on the list of :mod:`engine.saving.allowed`.
    """
    from engine.models import Functional, Sequential

    check_model(saved, "config.json")
    config = _of_any_batch(saved["config"])
    if (saved["module"], saved["class_name"]) == FUNCTIONAL:
        return Functional.from_config(config)
    model = Sequential.from_config(config)
    if "build_input_shape" in config and not model.built and model.layers:
        model.build(config["build_input_shape"])
    return model


def _of_any_batch(config: dict[str, Any]) -> dict[str, Any]:
    """Return a checked config without a size of batches: the kernels take any."""
    layers = [
        {**entry, "config": {**entry["config"], "batch_shape": [None, *shape[1:]]}}
        if (shape := entry["config"].get("batch_shape"))
        else entry
        for entry in config["layers"]
    ]
    return {**config, "layers": layers}


def compile_arguments(saved: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of compile() in a checked config; none if it was not called."""
    from engine import optimizers

    given = saved.get("compile_config")
    if not given:
        return {}
    return {
        "optimizer": optimizers.deserialize(given["optimizer"]),
        **{key: _deserialize_all(value) for key, value in given.items() if key in _UNSET},
        "run_eagerly": False,  # how Keras runs the same arithmetic; the engine compiles it
    }


def _deserialize_all(value: Any) -> Any:
    """Return `value` with its losses and metrics made."""
    from engine import losses, metrics

    if isinstance(value, list):
        return [_deserialize_all(element) for element in value]
    if not isinstance(value, dict):
        return value
    if "class_name" not in value:  # by the name of the output
        return {name: _deserialize_all(element) for name, element in value.items()}
    if (value["module"], value["class_name"]) == FUNCTION:
        return value["config"]
    # The engine has no class to leave out of the mean, and the check let only None pass.
    own = {key: part for key, part in value["config"].items() if key != "ignore_class"}
    room = losses if value["module"] == "keras.losses" else metrics
    return room.deserialize({**value, "config": own})
