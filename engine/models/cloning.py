"""clone_model: another model of the same layers, with weights of its own.

Keras: ``keras.models.clone_model`` without functions that would make other layers.
"""

from __future__ import annotations

from typing import Any

from engine.models.checked_model import checked_model
from engine.models.model import Model


def clone_model(model: Model) -> Any:
    """A model like `model`, its weights drawn anew, not compiled.

    Raises
    ------
    TypeError
        If `model` is no model.

    >>> import engine
    >>> model = engine.Sequential([engine.Input((3,)), engine.layers.Dense(2, name="out")])
    >>> clone = clone_model(model)
    >>> clone.get_layer("out").units, (clone.get_weights()[0] == model.get_weights()[0]).any()
    (2, np.False_)
    """
    checked_model(model)
    clone: Model = type(model).from_config(model.get_config())
    if model.built and not clone.built:
        clone.build(model.input_shape)
    return clone
