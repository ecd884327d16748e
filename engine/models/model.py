"""What all models share: a chain of layers with a name, weights and a file format.

Keras: ``keras.Model``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from engine.checks.from_config import class_of
from engine.checks.numeric import numeric
from engine.checks.shown import shown
from engine.layers import KINDS
from engine.layers.dense import Dense
from engine.layers.dropout import Dropout
from engine.layers.input import InputLayer
from engine.layers.layer import Layer, assign_all, checked_flag, checked_input_shape
from engine.layers.tensor import KerasTensor, Shape
from engine.models.evaluating import Evaluating
from engine.models.fitting import Fitting
from engine.models.parts_of_a_class import named_as_one
from engine.models.predicting import Predicting
from engine.naming import checked_name
from engine.variable import Variable

if TYPE_CHECKING:
    from engine.study import Trace

Array = npt.NDArray[Any]


@named_as_one
class Model(Fitting, Evaluating, Predicting):
    """A chain of layers.

    ``Model(inputs, outputs)`` makes a functional model of the chain between two tensors;
    :class:`engine.Sequential` takes the layers themselves.

    Attributes
    ----------
    name
        The model's name.
    layers
        The layers in order.
    built
        Whether the weights exist.
    optimizer
        None before :meth:`compile`.
    stop_training
        Callbacks set it to end the fit after the current epoch.
    """

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """Make a Functional where a Model of two tensors is asked for."""
        from engine.models.functional import Functional
        from engine.models.sequential import Sequential

        if cls is Model:
            return super().__new__(Functional)
        if not issubclass(cls, Functional | Sequential):
            raise TypeError(
                "Expected Sequential, or Model(inputs, outputs): the engine has no models with a "
                f"call() of their own. Received: the class {cls.__name__}"
            )
        return super().__new__(cls)

    def __init__(
        self,
        inputs: Any = None,
        outputs: Any = None,
        name: str | None = None,
        trainable: Any = True,
    ) -> None:
        # The two tensors are Functional's: __new__ sees to it that they never come here.
        self._trainable = checked_flag("trainable", trainable)
        self.name = checked_name(name, type(self).__name__)
        self.optimizer = None
        self._loss = None

    # --- layers -------------------------------------------------------------------------------

    @property
    def layers(self) -> list[Layer]:  # type: ignore[override]
        """The layers in order."""
        raise NotImplementedError

    def _dense_layers(self) -> list[Dense]:
        return [layer for layer in self.layers if isinstance(layer, Dense)]

    @property
    def _kernel_weights(self) -> list[Variable]:  # type: ignore[override]
        """The weights of the Dense layers, frozen ones included, in the kernels' order."""
        return [w for layer in self._dense_layers() for w in layer.weights]

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """The layer of a name, or at an index."""
        if (name is None) == (index is None):
            raise ValueError(
                "Expected the name or the index of a layer, and not both. "
                f"Received: name={shown(name)}, index={shown(index)}"
            )
        if index is not None:
            if isinstance(index, bool) or not isinstance(index, int | np.integer):
                raise TypeError(
                    f"Expected index to be a whole number. Received: index={shown(index)}"
                )
            if not -len(self.layers) <= index < len(self.layers):
                raise ValueError(
                    f"Expected index to be below {len(self.layers)}. Received: index={index}"
                )
            return self.layers[index]
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise ValueError(
            f"Expected name to be that of a layer: {shown([v.name for v in self.layers])}. "
            f"Received: name={shown(name)}"
        )

    @property
    def input_shape(self) -> Shape:
        """(None, features)."""
        return self._require_built().layers[0].input_shape

    @property
    def output_shape(self) -> Shape:
        """(None, units)."""
        return self._require_built().layers[-1].output_shape

    @property
    def inputs(self) -> list[KerasTensor]:
        """The tensor that the chain begins with, in a list."""
        start = self._require_built().layers[0].input
        assert start is not None
        return [start]

    @property
    def outputs(self) -> list[KerasTensor]:
        """The tensor that the chain ends in, in a list."""
        end = self._require_built().layers[-1].output
        assert end is not None
        return [end]

    @property
    def input(self) -> KerasTensor:
        """The tensor that the chain begins with."""
        return self.inputs[0]

    @property
    def output(self) -> KerasTensor:
        """The tensor that the chain ends in."""
        return self.outputs[0]

    def _require_built(self) -> Model:
        if not self.built:
            raise ValueError(
                "Expected a built model: give it an Input, call build(), or fit it. "
                f"Received: model {self.name!r} without weights"
            )
        return self

    def trace(self, x: Any, y: Any, sample_weight: Any = None, apply: bool = False) -> Trace:
        """One training step with every number in it, by the formulas, with the kernels' bits.

            z = a·W + b, a = f(z)    loss    dz, dW = aᵀ·dz, db = Σ dz, da = dz·Wᵀ    the update

        Parameters
        ----------
        x, y, sample_weight
            The batch, as for ``train_on_batch``.
        apply
            Take the step; without it the model stays as it is.

        Returns
        -------
        Trace
            The tensors of all layers with their shapes (:class:`engine.study.LayerTrace`,
            :class:`engine.study.StageTrace`), the losses, and for each weight gradient, slots,
            update and new value (:class:`engine.study.WeightTrace`).  ``print`` shows it;
            ``.explain`` writes out one unit, ``.frame`` makes a table, ``.to_html`` a page.

        Raises
        ------
        ValueError, TypeError
            If the model is not compiled or built, the data do not fit it, or all its weights are
            frozen.
        """
        from engine.study import trace

        return trace(self, x, y, sample_weight, apply)

    # --- weights ------------------------------------------------------------------------------

    @property
    def weights(self) -> list[Variable]:
        """All weights, layer by layer, kernel before bias."""
        return [w for layer in self.layers for w in layer.weights]

    @property
    def trainable(self) -> bool:
        """Whether training changes the model; setting it freezes or thaws all layers."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: Any) -> None:
        self._trainable = checked_flag("trainable", value)
        for layer in self.layers:
            layer.trainable = value

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that training changes."""
        return [w for w in self.weights if w.trainable]

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The weights that training leaves alone."""
        return [w for w in self.weights if not w.trainable]

    @property
    def variables(self) -> list[Variable]:
        """All weights."""
        return self.weights

    @property
    def trainable_variables(self) -> list[Variable]:
        """The weights that training changes."""
        return self.trainable_weights

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The weights that training leaves alone."""
        return self.non_trainable_weights

    @property
    def losses(self) -> list[Any]:
        """The penalties on the weights as they are, in the order of the weights."""
        return [penalty for layer in self.layers for penalty in layer.losses]

    def count_params(self) -> int:
        """How many numbers the weights hold."""
        return sum(layer.count_params() for layer in self._require_built().layers)

    def get_weights(self) -> list[Array]:
        """Copies of all weights: kernel, bias, kernel, bias …"""
        return [w.numpy() for w in self.weights]

    def set_weights(self, weights: Any) -> None:
        """Put other numbers of the same shapes in place; all of them, or none if one is wrong."""
        self._require_built()
        assign_all(self.weights, weights, self.name)

    # --- being called -------------------------------------------------------------------------

    def __call__(self, inputs: Any, training: Any = False) -> Array:
        """The output for an array, by the readable formulas.

        With training=True each Dropout draws, as in a batch of `fit`: many such calls tell how much
        the predictions vary.
        """
        training = checked_flag("training", training is not None and training)
        if isinstance(inputs, KerasTensor):
            raise TypeError(
                "Expected inputs to be an array: a model inside a model is not supported, add its "
                f"layers instead. Received: inputs={shown(inputs)}"
            )
        outputs = numeric(inputs, "inputs")
        if outputs.ndim < 2:
            raise ValueError(
                f"Expected inputs of shape (rows, features). Received: inputs.shape={outputs.shape}"
            )
        if not self.built:
            self.build((None, *outputs.shape[1:]))
        for layer in self.layers:
            if training and isinstance(layer, Dropout):
                outputs = layer.call(outputs.astype(layer.dtype), training=True)
            else:
                outputs = layer(outputs)
        return outputs

    # --- description and files ----------------------------------------------------------------

    def summary(
        self,
        line_length: int | None = None,
        positions: Any = None,
        print_fn: Any = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: Any = None,
    ) -> None:
        """Print the layers, their output shapes and parameter counts as Keras does."""
        from engine.models.summary import summary

        summary(self, line_length, positions, print_fn, expand_nested, show_trainable, layer_range)

    def get_config(self) -> dict[str, Any]:
        """What makes such a model, in Keras's form."""
        raise NotImplementedError

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """A new model, with weights freshly drawn, from what :meth:`get_config` returned."""
        from engine.models.functional import Functional
        from engine.models.sequential import Sequential

        if isinstance(config, dict) and "input_layers" in config:
            return Functional.from_config(config, custom_objects)
        return Sequential.from_config(config, custom_objects)

    def save(self, filepath: Any, overwrite: bool = True) -> None:
        """Write the model to a ``.keras`` or ``.h5`` file that Keras reads, too."""
        from engine.saving import save_model

        save_model(self, filepath, overwrite=overwrite)

    def save_weights(self, filepath: Any, overwrite: bool = True) -> None:
        """Write the weights to a ``.weights.h5`` file that Keras reads, too."""
        from engine.saving import save_weights

        save_weights(self, filepath, overwrite=overwrite)

    def load_weights(self, filepath: Any, by_name: bool = False) -> None:
        """Take the weights from a ``.weights.h5``, ``.keras`` or ``.h5`` file, all or none."""
        from engine.saving import load_weights

        load_weights(self, filepath, by_name=by_name)

    def export(
        self,
        filepath: Any,
        format: str = "tf_saved_model",
        verbose: bool | None = None,
        input_signature: Any = None,
        opset_version: int | None = None,
    ) -> None:
        """Write what `predict` computes for other programs; ``format="onnx"`` is what there is."""
        from engine.saving.onnx import export

        export(self, filepath, format, verbose, input_signature, opset_version)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


def checked_layer(layer: Any) -> Layer:
    """`layer`, if it is one of the engine's."""
    if isinstance(layer, KerasTensor) and isinstance(layer.layer, InputLayer):
        return layer.layer
    kind = next((c for c in KINDS.values() if isinstance(layer, c)), None)
    if kind is None:
        raise TypeError(
            f"Expected layer to be one of engine.layers: {', '.join(KINDS)}. "
            f"Received: {shown(layer)} of type {type(layer).__name__}"
        )
    if type(layer).call is not kind.call:
        raise TypeError(
            f"Expected a {kind.__name__} that computes what {kind.__name__} does: the kernels run "
            f"no other call(). Received: a layer of the class {type(layer).__name__}"
        )
    checked: Layer = layer
    return checked


def layer_config(layer: Layer) -> dict[str, Any]:
    """A layer as Keras writes it into a model's config."""
    config: dict[str, Any] = {
        "module": "keras.layers",
        "class_name": type(layer).__name__,
        "config": layer.get_config(),
        "registered_name": None,
    }
    # Keras has none for an Input, nor for a Dropout, which has nothing to build.
    if layer.input is not None and not isinstance(layer, InputLayer | Dropout):
        config["build_config"] = {"input_shape": tuple(layer.input.shape)}
    return config


def layer_from_config(config: Any) -> Layer:
    """A new layer from what :func:`layer_config` returned."""
    cls, arguments = class_of(config, KINDS, "a layer")
    layer: Layer = cls.from_config(arguments)
    return layer


def checked_config(config: Any) -> None:
    """Raise if `config` is no dict with a list of layers."""
    if not isinstance(config, dict):
        raise TypeError(
            "Expected config to be a dict, as get_config() returns. "
            f"Received: config={shown(config)}"
        )
    if not isinstance(config.get("layers"), list):
        raise ValueError(
            "Expected config to have a list of layers. "
            f"Received: layers={shown(config.get('layers'))}"
        )


def checked_build_shape(input_shape: Any, built_for: Shape, name: str) -> None:
    """Raise if a built model is asked to be built for another shape."""
    if input_shape is not None and features_of(input_shape) != tuple(built_for[1:]):
        raise ValueError(
            f"Expected input_shape={built_for}: model {name!r} is built for it. "
            f"Received: input_shape={shown(input_shape)}"
        )


def features_of(input_shape: Any) -> tuple[int, ...]:
    """(features,) of (None, features), of (rows, features) or of (features,)."""
    if isinstance(input_shape, list | tuple) and len(input_shape) > 1:
        input_shape = input_shape[1:]
    return checked_input_shape(input_shape, "input_shape")
