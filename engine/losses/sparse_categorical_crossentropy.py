"""Sparse categorical crossentropy: categorical crossentropy for labels that are class numbers.

    loss = ln S − m[label]
    dz   = (e^m/S − [c = label])·g

with m = z − max z and S = Σ e^m.  On probabilities p the logits are z = ln p, p clipped to
[ε, 1 − ε] with ε = 1e-7, so that dp = dz/p inside the limits and 0 outside.

Keras: ``keras.losses.sparse_categorical_crossentropy``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.losses import categorical_crossentropy as dense


def _one_hot(labels: Any, classes: int, dtype: Any) -> Any:
    return (np.reshape(labels, (-1, 1)) == np.arange(classes)).astype(dtype)


def from_logits(z: Any, labels: Any) -> Any:
    """ln S − m[label] for each row; shapes (rows, classes) and (rows,) → (rows,)."""
    return dense.from_logits(z, _one_hot(labels, z.shape[-1], z.dtype))


def d_from_logits(z: Any, labels: Any, g: Any) -> Any:
    """dz = (softmax(z) − [c = label])·g."""
    return dense.d_from_logits(z, _one_hot(labels, z.shape[-1], z.dtype), g)


def from_probabilities(p: Any, labels: Any) -> Any:
    """The loss of the logits ln p, p clipped."""
    return from_logits(np.log(dense.clipped(p)), labels)


def d_from_probabilities(p: Any, labels: Any, g: Any) -> Any:
    """dp = dz/p where p was not clipped, 0 elsewhere."""
    q = dense.clipped(p)
    return np.where(q == p, d_from_logits(np.log(q), labels, g) / q, 0.0)
