"""Known causes of different numbers, each as a change to Keras's training.

To answer "why do they differ?" each cause is tried: Keras is trained once more with the change. If
it then agrees with the engine, the cause is found; if not, its distance from the unchanged Keras
tells how much such a cause moves the weights.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np


def _nothing(keras: Any, model: Any, seed: int) -> list[Any]:
    return []


@dataclass(frozen=True)
class Cause:
    """A change to Keras's training.

    Attributes
    ----------
    title : str
        What is changed, in one line.
    change : callable
        (keras, model, seed) → callbacks; changes the compiled model before its fit.
    environment : dict
        Variables of the process.
    backend : str
        Keras's.
    needs : str
        What the training must have for the change to mean anything: "epsilon", "logits", or
        nothing.
    side : str
        Who trains: "keras"; or "plain", the readable formulas in NumPy.
    """

    title: str
    change: Callable[[Any, Any, int], list[Any]] = _nothing
    environment: Mapping[str, str] = field(default_factory=dict)
    backend: str = "tensorflow"
    needs: str = ""
    side: str = "keras"

    @property
    def installed(self) -> bool:
        """Whether the backend is."""
        return importlib.util.find_spec(self.backend) is not None


def _smaller_epsilon(keras: Any, model: Any, seed: int) -> list[Any]:
    model.optimizer.epsilon = 1e-8
    return []


def _textbook_epsilon(keras: Any, model: Any, seed: int) -> list[Any]:
    """Kingma & Ba's Algorithm 1: ε joins the root of the corrected v."""
    optimizer, ops = model.optimizer, keras.ops

    def update_step(gradient: Any, variable: Any, learning_rate: Any) -> None:
        t = ops.cast(optimizer.iterations + 1, variable.dtype)
        place = optimizer._get_variable_index(variable)
        m, v = optimizer._momentums[place], optimizer._velocities[place]
        optimizer.assign_add(m, (gradient - m) * (1 - optimizer.beta_1))
        optimizer.assign_add(v, (ops.square(gradient) - v) * (1 - optimizer.beta_2))
        if optimizer.amsgrad:
            largest = optimizer._velocity_hats[place]
            optimizer.assign(largest, ops.maximum(largest, v))
            v = largest
        corrected_m = m / (1 - ops.power(optimizer.beta_1, t))
        corrected_v = v / (1 - ops.power(optimizer.beta_2, t))
        step = ops.cast(learning_rate, variable.dtype) * corrected_m
        optimizer.assign_sub(variable, step / (ops.sqrt(corrected_v) + optimizer.epsilon))

    optimizer.update_step = update_step
    return []


def _probabilities(keras: Any, model: Any, seed: int) -> list[Any]:
    """Let the loss see the probabilities alone, as Keras's other backends do."""
    layer = model.layers[-1]
    inner = layer.activation

    def activation(z: Any) -> Any:
        return keras.ops.multiply(inner(z), 1)  # the product does not carry z along

    activation.__name__ = inner.__name__
    layer.activation = activation
    return []


def _reshuffled(keras: Any, model: Any, seed: int) -> list[Any]:
    """Draw the order of epoch n = 0, 1 … as from seed + n; most other libraries draw anew, too."""
    import tensorflow as tf

    from engine.random import epoch_order

    seeds = [seed]

    def shuffle(values: Any) -> Any:
        drawn = tf.numpy_function(
            lambda rows: rows[epoch_order(len(rows), seeds[-1])], [values], values.dtype
        )
        return tf.ensure_shape(drawn, values.shape)

    def next_seed(epoch: int, logs: Any) -> None:
        seeds.append((seed + epoch) % 2**32)

    tf.random.shuffle = shuffle
    return [keras.callbacks.LambdaCallback(on_epoch_begin=next_seed)]


def _other_backend(keras: Any, model: Any, seed: int) -> list[Any]:
    """Give another backend the initial weights and the order of the rows that TensorFlow draws."""
    import engine

    engine.utils.set_random_seed(seed)
    kind = engine.Sequential if type(model).__name__ == "Sequential" else engine.Model
    model.set_weights(kind.from_config(model.get_config()).get_weights())
    inner = model.fit

    def fit(x: Any, y: Any, shuffle: bool = True, **options: Any) -> Any:
        x, y = np.asarray(x, "float32"), np.asarray(y)
        if shuffle:
            held_back = options.get("validation_data") is None
            share = options.get("validation_split", 0.0) if held_back else 0.0
            kept = int(len(x) * (1.0 - share))
            order = engine.random.epoch_order(kept, seed)
            order = np.concatenate([order, np.arange(kept, len(x))])
            x, y = x[order], y[order]
            if options.get("sample_weight") is not None:
                options["sample_weight"] = np.asarray(options["sample_weight"])[order]
        return inner(x, y, shuffle=False, **options)

    model.fit = fit
    return []


CAUSES: dict[str, Cause] = {
    "epsilon": Cause("ε̂ = 1e-8 in place of Keras's 1e-7", _smaller_epsilon, needs="epsilon"),
    "textbook": Cause(
        "ε beside the root of the corrected v, as in the textbook",
        _textbook_epsilon,
        needs="epsilon",
    ),
    "probabilities": Cause(
        "the loss on clipped probabilities, not on logits", _probabilities, needs="logits"
    ),
    "reshuffled": Cause("another order of the rows in each epoch", _reshuffled),
    "order": Cause("the same formulas in NumPy's order of operations", side="plain"),
    "onednn": Cause("oneDNN off", environment={"TF_ENABLE_ONEDNN_OPTS": "0"}),
    "jax": Cause("Keras on JAX, same start and order", _other_backend, backend="jax"),
    "torch": Cause("Keras on PyTorch, same start and order", _other_backend, backend="torch"),
}
