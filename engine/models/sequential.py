"""Sequential: a model given as a list of layers.

Keras: ``keras.Sequential``.
"""

from __future__ import annotations

from typing import Any

from engine.checks.shown import shown
from engine.layers.input import InputLayer
from engine.layers.layer import Layer, checked_flag
from engine.models.model import (
    Model,
    checked_build_shape,
    checked_config,
    checked_layer,
    features_of,
    layer_config,
    layer_from_config,
)


class Sequential(Model):
    """Layers one after the other.

    Parameters
    ----------
    layers
        The layers; the first may be an ``Input``, or say its ``input_shape``.  Without either the
        weights are made when the first data tell the number of features.

    Raises
    ------
    TypeError
        If one of them is no layer of the engine, or their dtypes differ.
    ValueError
        If a layer occurs twice, two have one name, or an Input is not the first.

    Examples
    --------
    >>> from engine.layers import Dense
    >>> model = Sequential([Dense(8, activation="relu", input_shape=(8,)), Dense(1)])
    >>> model.count_params()
    81
    """

    def __init__(self, layers: Any = None, trainable: bool = True, name: str | None = None) -> None:
        if layers is not None and not isinstance(layers, list | tuple):
            raise TypeError(f"Expected layers to be a list of layers. Received: {shown(layers)}")
        super().__init__(name=name, trainable=trainable)
        self._input_layer: InputLayer | None = None
        self._layers: list[Layer] = []
        for layer in [checked_layer(layer) for layer in layers or []]:
            self.add(layer)
        if not trainable:
            self.trainable = False

    @property
    def layers(self) -> list[Layer]:  # type: ignore[override]
        """The layers in order, without the Input."""
        return list(self._layers)

    @property
    def built(self) -> bool:  # type: ignore[override]
        """Whether the weights exist."""
        return bool(self._layers) and self._input_layer is not None

    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Append a layer; its weights are made now if the number of its inputs is known."""
        layer = checked_layer(layer)
        if isinstance(layer, InputLayer):
            if self._layers or self._input_layer is not None:
                before = self._layers[-1] if self._layers else self._input_layer
                assert before is not None
                raise ValueError(
                    f"Expected one Input, as the first layer of {self.name!r}. "
                    f"Received: {layer.name!r} after {before.name!r}"
                )
            self._input_layer = layer
            return
        if layer in self._layers:
            raise ValueError(
                f"Expected a layer that is not in {self.name!r} yet: models are chains in which "
                f"each layer occurs once. Received: {layer.name!r} twice"
            )
        if any(layer.name == other.name for other in self._layers):
            raise ValueError(
                f"Expected layers of different names in {self.name!r}. "
                f"Received: {layer.name!r} twice"
            )
        if self._layers and self._layers[0].dtype != layer.dtype:
            raise TypeError(
                f"Expected all layers of {self.name!r} to have one dtype. Received: "
                f"dtype={layer.dtype} for {layer.name!r} after {self._layers[0].dtype}"
            )
        start = self._input_layer
        if start is None and not self._layers:
            declared = layer.declared_input_shape
            start = None if declared is None else InputLayer(declared, dtype=layer.dtype)
        if start is not None:
            last = self._layers[-1] if self._layers else start
            assert last.output is not None
            layer(last.output)
        self._input_layer = start
        self._layers.append(layer)

    def pop(self, rebuild: bool = True) -> Layer:
        """Remove and return the last layer."""
        if not self._layers:
            raise ValueError(
                f"Expected a layer to remove. Received: model {self.name!r} without layers"
            )
        return self._layers.pop()

    def build(self, input_shape: Any = None) -> None:
        """Make the weights for rows of ``input_shape[-1]`` features; all of them, or none."""
        if self.built:
            assert self._input_layer is not None
            checked_build_shape(input_shape, self._input_layer.batch_shape, self.name)
            return
        if not self._layers:
            raise ValueError(f"Expected at least one layer in {self.name!r}. Received: none")
        if input_shape is None:
            raise ValueError(
                f"Expected input_shape=(None, features) for {self.name!r}. "
                "Received: input_shape=None"
            )
        start = InputLayer(features_of(input_shape), dtype=self._layers[0].dtype)
        assert start.output is not None
        tensor = start.output
        before = [(layer, dict(vars(layer))) for layer in self._layers]
        try:
            for layer in self._layers:
                tensor = layer(tensor)
        except Exception:
            for layer, state in before:
                vars(layer).update(state)
            raise
        self._input_layer = start

    def get_config(self) -> dict[str, Any]:
        """What makes such a model, in Keras's form."""
        dtype = self._layers[0].dtype if self._layers else "float32"
        config: dict[str, Any] = {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": {
                "module": "keras",
                "class_name": "DTypePolicy",
                "config": {"name": dtype},
                "registered_name": None,
            },
            "layers": [
                layer_config(layer)
                for layer in ([self._input_layer] if self._input_layer else []) + self._layers
            ],
        }
        if self._input_layer is not None:
            config["build_input_shape"] = self._input_layer.batch_shape
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Sequential:
        """A new model, with weights freshly drawn, from what :meth:`get_config` returned."""
        checked_config(config)
        made = cls([layer_from_config(c) for c in config["layers"]], name=config.get("name"))
        made._trainable = checked_flag("trainable", config.get("trainable", True))
        return made
