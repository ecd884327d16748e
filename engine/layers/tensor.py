"""A symbolic tensor: a shape that knows which layer it comes from.

Calling a layer on a symbolic tensor computes nothing; it builds the layer and records the step, so
that ``Model(inputs, outputs)`` can find the chain of layers between two tensors.

Keras: ``keras.KerasTensor``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.layers.layer import Layer

Shape = tuple[int | None, ...]


class KerasTensor:
    """The output of `layer` applied to `source`; the first axis is the batch."""

    def __init__(
        self, shape: Shape, dtype: str, layer: Layer, source: KerasTensor | None, name: str
    ) -> None:
        self.shape = shape
        self.dtype = dtype
        self.layer = layer
        self.source = source
        self.name = name

    @property
    def ndim(self) -> int:
        """The number of axes, the batch included."""
        return len(self.shape)

    def __repr__(self) -> str:
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype}, name={self.name}>"
