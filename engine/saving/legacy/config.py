"""The two texts in an .h5 file, and what config.json says in their place.

    model_config       {"class_name", "config"}
    training_config    {"loss", "metrics", …, "optimizer_config": {"class_name", "config"}}

Objects have no module there.  Reading adds the one that :mod:`engine.saving.allowed` has for the
name, and then everything is held against that list, as config.json is: what it does not name is
left as it is and refused there.

Keras: ``keras.src.legacy.saving`` of Keras 3.15.1.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

from engine.naming import snake_case
from engine.saving.allowed import FUNCTIONAL, LAYERS, SEQUENTIAL
from engine.saving.allowed_parts import (
    FUNCTION,
    INITIALIZERS,
    LOSSES,
    METRICS,
    OPTIMIZERS,
    REGULARIZERS,
)
from engine.saving.layout import Row, row_of

Names = Iterable[tuple[str, str]]

_MODELS = {"Sequential": SEQUENTIAL, "Functional": FUNCTIONAL, "Model": FUNCTIONAL}
_PARTS = {"_initializer": INITIALIZERS, "_regularizer": REGULARIZERS}


def to_legacy(saved: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Return model_config and training_config of what config.json would hold."""
    config = dict(saved["config"])
    if saved["class_name"] == "Functional":
        config.pop("dtype", None)
    kept = ("class_name", "config", "name", "inbound_nodes")
    config["layers"] = [{key: e[key] for key in kept if key in e} for e in config["layers"]]
    given = saved.get("compile_config")
    if not given:
        return {"class_name": saved["class_name"], "config": config}, None
    training = {key: _bare(value) for key, value in given.items() if key != "optimizer"}
    training["optimizer_config"] = _bare(given["optimizer"])
    return {"class_name": saved["class_name"], "config": config}, training


def _bare(value: Any) -> Any:
    """Return a loss, a metric or an optimizer without its module; a function as its name."""
    if isinstance(value, list):
        return [_bare(element) for element in value]
    if not isinstance(value, dict):
        return value
    if "class_name" not in value:
        return {name: _bare(element) for name, element in value.items()}
    if (value["module"], value["class_name"]) == FUNCTION:
        return value["config"]
    return {"class_name": value["class_name"], "config": value["config"]}


def from_legacy(model: dict[str, Any], training: dict[str, Any] | None) -> dict[str, Any]:
    """Return what config.json would hold; it is not checked yet."""
    module, name = _MODELS.get(_name(model), (None, model.get("class_name")))
    config = model.get("config")
    functional = (module, name) == FUNCTIONAL
    if isinstance(config, dict) and isinstance(config.get("layers"), list):
        layers = [_layer(entry) for entry in config["layers"]]
        _drop_batch_shapes(layers)
        if functional:
            _name_sources(layers)
        config = {**config, "layers": layers}
    saved = {"module": module, "class_name": name, "config": config}
    if functional:
        saved["registered_name"] = name
    if training is not None:
        saved["compile_config"] = _compile_config(training)
    return saved


def _name(entry: Any) -> str:
    """Return the name of an object's class, or nothing."""
    name = entry.get("class_name") if isinstance(entry, dict) else None
    return name if isinstance(name, str) else ""


def _object(value: Any, names: Names) -> Any:
    """Return an object with the module that the list has for its name."""
    if not isinstance(value, dict) or "module" in value:
        return value
    # The first of a name counts: a metric before the loss of its name, unless it reduces.
    modules = [module for module, name in names if name == _name(value)]
    config = value.get("config")
    reduces = isinstance(config, dict) and "reduction" in config
    module = next(iter(reversed(modules) if reduces else modules), None)
    return value if module is None else {"module": module, **value, "registered_name": None}


def _layer(entry: Any) -> Any:
    """Return a layer with all modules, and the shape of an input by today's name."""
    entry = _object(entry, LAYERS)
    if not isinstance(entry, dict) or not isinstance(entry.get("config"), dict):
        return entry
    config = {
        key: next(
            (_object(value, names) for end, names in _PARTS.items() if key.endswith(end)), value
        )
        for key, value in entry["config"].items()
    }
    if _name(entry) == "InputLayer" and "batch_input_shape" in config:
        config["batch_shape"] = config.pop("batch_input_shape")
    return {**entry, "config": config}


def _drop_batch_shapes(layers: list[Any]) -> None:
    """Take away the second statement of an input's shape: Keras 2 gave the next layer one, too."""
    if len(layers) < 2 or _name(layers[0]) != "InputLayer" or not isinstance(layers[1], dict):
        return
    first, second = layers[0].get("config"), layers[1].get("config")
    if isinstance(first, dict) and isinstance(second, dict):
        shape = second.get("batch_input_shape")
        if shape is not None and shape == first.get("batch_shape"):
            del second["batch_input_shape"]


def _name_sources(layers: list[Any]) -> None:
    """Give each layer's source in today's form, if it is in the older one: [[[name, 0, 0, {}]]]."""
    rows: dict[str, Row | None] = {}
    before: Row | None = None
    for entry in layers:
        try:
            nodes = entry.get("inbound_nodes")
            if isinstance(nodes, list) and len(nodes) == 1 and isinstance(nodes[0], list):
                ((source, node, tensor, options),) = nodes[0]
                keras_tensor = {
                    "class_name": "__keras_tensor__",
                    "config": {
                        "shape": [None, *(rows[source] or ())],
                        "keras_history": [source, node, tensor],
                    },
                }
                entry["inbound_nodes"] = [{"args": [keras_tensor], "kwargs": options}]
            before = rows[entry["config"]["name"]] = row_of(entry, before)
        except (AttributeError, LookupError, TypeError, ValueError, OverflowError):
            return  # the list of what is allowed says what is wrong with it


def _compile_config(training: dict[str, Any]) -> dict[str, Any]:
    """Return what compile() is called with; Keras reads no more than these."""
    optimizer = training.get("optimizer_config")
    made = {"optimizer": _object(_without_decay(optimizer), OPTIMIZERS)}
    for key, names in (("loss", LOSSES), ("metrics", METRICS), ("weighted_metrics", METRICS)):
        made[key] = _each(training.get(key), names)
    made["loss_weights"] = training.get("loss_weights")
    return made


def _without_decay(optimizer: Any) -> Any:
    """Return an optimizer of Keras 2 without its decay, which Keras 3 ignores."""
    config = optimizer.get("config") if isinstance(optimizer, dict) else None
    if not isinstance(config, dict) or "decay" not in config:
        return optimizer
    if config["decay"]:
        warnings.warn(
            "The optimizer's decay is ignored, as Keras 3 ignores it in a file of Keras 2.",
            stacklevel=2,
        )
    return {**optimizer, "config": {key: v for key, v in config.items() if key != "decay"}}


def _each(value: Any, names: Names) -> Any:
    """Return losses or metrics with their modules; a list for the one output by itself."""
    if isinstance(value, dict) and len(value) == 1 and "class_name" not in value:
        return {name: _each(element, names) for name, element in value.items()}
    if isinstance(value, list):
        if len(value) == 1 and isinstance(value[0], list):
            value = value[0]
        return [_object(_unwrapped(element, names), names) for element in value]
    return _object(_unwrapped(value, names), names)


def _unwrapped(value: Any, names: Names) -> Any:
    """Return the metric that stands for a function in Keras 2's MeanMetricWrapper."""
    config = value.get("config") if _name(value) == "MeanMetricWrapper" else None
    if not isinstance(config, dict):
        return value
    classes = {snake_case(name): name for _, name in names}
    function = config.get("fn")
    if not isinstance(function, str) or function not in classes:
        return value
    own = {key: v for key, v in config.items() if key != "fn"}
    return {"class_name": classes[function], "config": own}
