"""Functional: the chain of layers between two tensors.

Keras: ``keras.Model(inputs, outputs)``.
"""

from __future__ import annotations

from typing import Any

from engine.checks.shown import shown
from engine.layers.dropout import Dropout
from engine.layers.input import InputLayer
from engine.layers.layer import Layer, checked_flag
from engine.layers.tensor import KerasTensor
from engine.models.model import (
    Model,
    checked_build_shape,
    checked_config,
    layer_config,
    layer_from_config,
)


def _one_tensor(value: Any, argument: str) -> KerasTensor:
    if isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]
    if isinstance(value, dict) and len(value) == 1 and argument == "inputs":
        (value,) = value.values()
    if isinstance(value, dict):
        raise ValueError(
            f"Expected one tensor as {argument}, not under a name: models are chains of layers. "
            f"Received: a dict with {shown(list(value))}"
        )
    if isinstance(value, list | tuple):
        raise ValueError(
            f"Expected one tensor as {argument}: models are chains of layers. "
            f"Received: {len(value)} tensors"
        )
    if not isinstance(value, KerasTensor):
        raise TypeError(
            f"Expected {argument} to be the result of Input or of a layer called on one. "
            f"Received: {argument}={shown(value)}"
        )
    return value


class Functional(Model):
    """A model of the layers between two tensors.

    Parameters
    ----------
    inputs
        The result of ``Input(shape=(features,))``.
    outputs
        The result of calling layers on it, one after the other.

    Raises
    ------
    ValueError
        If there is no chain from `inputs` to `outputs`.

    Examples
    --------
    >>> from engine.layers import Dense, Input
    >>> inputs = Input(shape=(4,))
    >>> model = Model(inputs, Dense(3, activation="softmax")(Dense(10)(inputs)))
    >>> model.count_params()
    83
    """

    def __init__(
        self, inputs: Any = None, outputs: Any = None, name: str | None = None, **options: Any
    ) -> None:
        trainable = options.pop("trainable", True)
        for option, value in options.items():
            raise TypeError(
                "Expected Model(inputs, outputs, name, trainable). "
                f"Received: {option}={shown(value)}"
            )
        start, end = _one_tensor(inputs, "inputs"), _one_tensor(outputs, "outputs")
        if not isinstance(start.layer, InputLayer):
            raise ValueError(
                f"Expected inputs to be the result of Input. Received: the output of layer "
                f"{start.layer.name!r}"
            )
        chain: list[Layer] = []
        tensor: KerasTensor | None = end
        while tensor is not None and tensor is not start:
            chain.append(tensor.layer)
            tensor = tensor.source
        if tensor is None:
            raise ValueError(
                "Expected outputs that come from inputs. Received: a chain of layers that begins "
                f"at another input, {chain[-1].name!r}"
            )
        if not chain:
            raise ValueError(
                "Expected at least one layer between inputs and outputs. Received: the same tensor"
            )
        chain.append(start.layer)
        chain.reverse()
        for layer in chain:
            if chain.count(layer) > 1:
                raise ValueError(
                    "Expected a chain in which each layer occurs once. "
                    f"Received: {layer.name!r} {chain.count(layer)} times"
                )
            if sum(other.name == layer.name for other in chain) > 1:
                raise ValueError(
                    f"Expected layers of different names. Received: {layer.name!r} twice"
                )
        super().__init__(name=name, trainable=trainable)
        self._start, self._end = start, end
        self._layers = chain
        self.built = True
        if not trainable:
            self.trainable = False

    @property
    def layers(self) -> list[Layer]:  # type: ignore[override]
        """The layers in order, the Input first."""
        return list(self._layers)

    @property
    def inputs(self) -> list[KerasTensor]:
        """The tensor that the chain begins with, in a list."""
        return [self._start]

    @property
    def outputs(self) -> list[KerasTensor]:
        """The tensor that the chain ends in, in a list."""
        return [self._end]

    @property
    def input_shape(self) -> Any:
        """(None, features)."""
        return self._start.shape

    @property
    def output_shape(self) -> Any:
        """(None, units)."""
        return self._end.shape

    def build(self, input_shape: Any = None) -> None:
        """Nothing to do: the weights were made when the layers were called."""
        checked_build_shape(input_shape, self._start.shape, self.name)

    def get_config(self) -> dict[str, Any]:
        """What makes such a model, in Keras's form."""
        layers = []
        for before, layer in zip([None, *self._layers], self._layers, strict=False):
            config = layer_config(layer)
            nodes: list[Any] = []
            if before is not None:
                shape = before.output_shape if layer.input is None else layer.input.shape
                tensor = {
                    "class_name": "__keras_tensor__",
                    "config": {
                        "shape": shape,
                        "dtype": before.dtype,
                        "keras_history": [before.name, 0, 0],
                    },
                }
                # Keras keeps what a Dropout was called with; fit sets it all the same.
                options = {"training": False} if isinstance(layer, Dropout) else {}
                nodes = [{"args": (tensor,), "kwargs": options}]
            layers.append({**config, "name": layer.name, "inbound_nodes": nodes})
        return {
            "name": self.name,
            "trainable": self.trainable,
            "layers": layers,
            "input_layers": [self._layers[0].name, 0, 0],
            "output_layers": [self._layers[-1].name, 0, 0],
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Functional:
        """A new model, with weights freshly drawn, from what :meth:`get_config` returned."""
        checked_config(config)
        tensors: dict[str, KerasTensor] = {}
        for entry in config["layers"]:
            layer = layer_from_config(entry)
            nodes = entry.get("inbound_nodes", [])
            if layer.name in tensors:
                raise ValueError(
                    f"Expected layers of different names in config. Received: {layer.name!r} twice"
                )
            if isinstance(layer, InputLayer):
                assert layer.output is not None
                tensors[layer.name] = layer.output
                continue
            try:
                (node,) = nodes
                (argument,) = node["args"]
                source = argument["config"]["keras_history"][0]
                tensors[layer.name] = layer(tensors[source])
            except (ValueError, KeyError, TypeError, IndexError):
                raise ValueError(
                    f"Expected layer {layer.name!r} to follow exactly one earlier layer: models "
                    f"are chains. Received: inbound_nodes={shown(nodes)}"
                ) from None
        names = []
        for key in ("input_layers", "output_layers"):
            place = config.get(key)
            if isinstance(place, list | tuple) and len(place) == 1:
                place = place[0]
            if isinstance(place, dict) and len(place) == 1 and key == "input_layers":
                (place,) = place.values()
            if not isinstance(place, list | tuple) or not place or place[0] not in list(tensors):
                raise ValueError(
                    f"Expected {key} to name one layer. Received: {key}={shown(place)}"
                )
            names.append(place[0])
        made = cls(tensors[names[0]], tensors[names[1]], name=config.get("name"))
        made._trainable = checked_flag("trainable", config.get("trainable", True))
        return made
