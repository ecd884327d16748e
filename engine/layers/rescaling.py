"""Rescaling: every number times a scale, plus an offset.

    a = x·scale + offset        dx = da·scale

The pixels of an image, 0 … 255, become 0 … 1 by ``Rescaling(1 / 255)``.

Keras: ``keras.layers.Rescaling``.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from engine.checks.numeric import numeric
from engine.layers.layer import Array, Layer
from engine.layers.tensor import Shape


def _number_or_array(name: str, value: Any) -> Any:
    array = numeric(value, name)
    if not np.isfinite(array).all():
        raise ValueError(f"Expected {name} to be finite. Received: {name}={value!r}")
    return value if array.ndim == 0 or _of_numbers(value) else array


def _of_numbers(value: Any) -> bool:
    """Whether it is a list of Python's numbers, or of such lists: a config has it as it is."""
    if isinstance(value, list | tuple):
        return all(_of_numbers(element) for element in value)
    return type(value) in (int, float)


class Rescaling(Layer):
    """Every number times a scale, plus an offset.

    Parameters
    ----------
    scale, offset
        Numbers, or arrays with one for each position of the last axes.

    Examples
    --------
    >>> Rescaling(1 / 127.5, offset=-1)(np.array([[0, 127.5, 255]]))
    array([[-1.,  0.,  1.]], dtype=float32)
    """

    stage = "scaling"

    def __init__(self, scale: Any, offset: Any = 0.0, **options: Any) -> None:
        scale, offset = _number_or_array("scale", scale), _number_or_array("offset", offset)
        super().__init__(**options)
        self.scale, self.offset = scale, offset

    def constants(self) -> tuple[Array, Array]:
        """Scale and offset of every position of a row, for the kernels."""
        assert self.input is not None
        shape: Any = self.input.shape[1:]
        both = (
            np.broadcast_to(np.asarray(v, self.dtype), shape) for v in (self.scale, self.offset)
        )
        scale, offset = (values.reshape(-1) for values in both)
        return scale, offset

    def build(self, input_shape: Shape) -> None:
        """Nothing to make."""
        self.compute_output_shape(input_shape)
        self.built = True

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """That of the input."""
        for name in ("scale", "offset"):
            own, row = np.shape(getattr(self, name)), cast(tuple[int, ...], input_shape[1:])
            try:
                fits = np.broadcast_shapes(own, row) == tuple(row)
            except (ValueError, TypeError):
                fits = False
            if not fits:
                raise ValueError(
                    f"Expected inputs that fit {name} of layer {self.name!r}, of shape {own}. "
                    f"Received: shape={tuple(input_shape)}"
                )
        return input_shape

    def call(self, inputs: Array) -> Array:
        """x·scale + offset."""
        number = inputs.dtype
        return np.asarray(inputs * np.asarray(self.scale, number) + np.asarray(self.offset, number))

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a layer, in Keras's form."""
        return {**super().get_config(), "scale": plain(self.scale), "offset": plain(self.offset)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """A new layer from what :meth:`get_config` returned."""
        both: dict[str, Any] = {
            name: of_plain(config[name]) for name in ("scale", "offset") if name in config
        }
        return super().from_config({**config, **both})


def plain(value: Any) -> Any:
    """A number, a list of numbers, or an array as Keras writes it into a config."""
    if not isinstance(value, np.ndarray):
        return value
    return {
        "class_name": "__numpy__",
        "config": {"value": value.tolist(), "dtype": value.dtype.name},
    }


def of_plain(value: Any) -> Any:
    """What :func:`plain` wrote."""
    if isinstance(value, dict) and value.get("class_name") == "__numpy__":
        return np.asarray(value["config"]["value"], value["config"]["dtype"])
    return value
