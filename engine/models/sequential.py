"""Sequential: a model given as a list of layers.

Keras: ``keras.Sequential``.
"""

from __future__ import annotations

from typing import Any

from engine.layers.dense import Dense
from engine.layers.input import InputLayer
from engine.layers.layer import Layer, checked_input_shape
from engine.layers.tensor import KerasTensor
from engine.models.model import Model, checked_layer, layer_config, layer_from_config


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
        If one of them is no layer of the engine.
    ValueError
        If a layer occurs twice, two have one name, or an Input is not the first.

    Examples
    --------
    >>> from engine.layers import Dense
    >>> model = Sequential([Dense(8, activation="relu", input_shape=(8,)), Dense(1)])
    >>> model.count_params()
    81
    """

    def __init__(
        self, layers: Any = None, trainable: bool = True, name: str | None = None
    ) -> None:
        super().__init__(name=name)
        self._input_layer: InputLayer | None = None
        self._layers: list[Layer] = []
        for layer in [] if layers is None else list(layers):
            self.add(layer)

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
                raise ValueError(
                    f"Expected the Input to be the first layer of {self.name!r}. Received: "
                    f"{layer.name!r} after {len(self._layers)} layers"
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
        if isinstance(layer, Dense):
            declared = layer.declared_input_shape
            if declared is not None and self._input_layer is None and not self._layers:
                self._input_layer = InputLayer(declared, dtype=layer.dtype)
        if self._input_layer is not None:
            last = self._layers[-1] if self._layers else self._input_layer
            assert last.output is not None
            layer(last.output)
        self._layers.append(layer)

    def pop(self, rebuild: bool = True) -> Layer:
        """Remove and return the last layer."""
        if not self._layers:
            raise ValueError(f"Expected a layer to remove. Received: {self.name!r} without layers")
        return self._layers.pop()

    def build(self, input_shape: Any = None) -> None:
        """Make the weights for rows of ``input_shape[-1]`` features."""
        if self.built:
            return
        if not self._layers:
            raise ValueError(f"Expected at least one layer in {self.name!r}. Received: none")
        if input_shape is None:
            raise ValueError(
                f"Expected input_shape=(None, features) for {self.name!r}. Received: None"
            )
        if isinstance(input_shape, list | tuple) and len(input_shape) == 2:
            input_shape = input_shape[1:]
        features = checked_input_shape(input_shape, "input_shape")
        start = InputLayer(features, dtype=self._layers[0].dtype)
        tensor: KerasTensor | None = start.output
        for layer in self._layers:
            tensor = layer(tensor)
        self._input_layer = start

    def get_config(self) -> dict[str, Any]:
        """What makes such a model, in Keras's form."""
        dtype = self._layers[0].dtype if self._layers else "float32"
        config: dict[str, Any] = {
            "name": self.name,
            "trainable": True,
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
        if not isinstance(config, dict) or not isinstance(config.get("layers"), list):
            raise ValueError(
                "Expected the config of a Sequential: a dict with a list of layers. "
                f"Received: {type(config).__name__}"
            )
        return cls([layer_from_config(c) for c in config["layers"]], name=config.get("name"))
