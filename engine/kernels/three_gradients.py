"""In which order three gradients of a layer's a are added.

An activity regularizer with both factors adds two gradients, of |a| and of a², to that which comes
from behind, from the next layer or from the loss:

    by the names   da + (of |a| + of a²)          the layer's own stand first
                   (da + of |a|) + of a²          that from behind stands first

TensorFlow adds three tensors from left to right, and its graph optimizer sorts them by the names of
the operations that made them.  These begin with the names of model and layer, as in
``gradient_tape/sequential_1/dense_1_1/``, or with ``gradient_tape/compile_loss/``.  For the loss on
logits the order of two gradients is all there is.

Keras: ``Layer.__call__`` opens the scope; TensorFlow: ``AddN``, the arithmetic optimizer's
``CanonicalizeNode``.
"""

from __future__ import annotations

from typing import Any


def from_behind_first(layers: list[Any], layer: Any, model: str) -> bool:
    """Whether the gradient from behind comes first.

    Parameters
    ----------
    layers
        All layers of the model, in order.
    layer
        The one with the regularizer.
    model
        The model's name.
    """
    behind = [each for each in layers[layers.index(layer) + 1 :] if _computes(each)]
    if not behind:
        return f"{model}_1/" > "compile_loss/"
    own: str = f"{layer.name}_1/"
    return own > f"{behind[0].name}_1/"


def _computes(layer: Any) -> bool:
    """Whether a training's graph has operations of the layer: a Dropout of nothing has none."""
    return bool(layer.stage != "dropout" or layer.rate > 0)
