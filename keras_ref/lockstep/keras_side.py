"""How Keras is watched, without changing what it computes.

`fit` compiles `train_step` to a graph, and TensorFlow's rewriting of that graph decides in which
order numbers are added: a product, its bias and a relu become one operation only while nobody else
reads what lies between them. So the real `fit` runs, and its graph is given nothing but additional
readers of results that it leaves behind in any case:

    activations of hidden layers        never what is before them, z
    z of the last layer                 only where the loss works on it, and so reads it, too
    the loss, the gradients             ends of the graph

The gradients dz are asked of the same tape, as further ends. Slots and weights are read between
two steps. Whether the watched training is the unwatched one is not left to this argument: the
command runs both and compares the weights after each epoch.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from keras_ref.lockstep.events import SLOTS, Tensors, dense_layers, weight_names, weights_of
from keras_ref.lockstep.watching import Watching


class KerasWatching(Watching):
    """Has the graph of `fit` keep its tensors in variables."""

    def __init__(self, keras: Any, *arguments: Any, **options: Any):
        super().__init__(*arguments, **options)
        self.keras = keras

    def prepare(self, model: Any) -> None:
        """Give `model` a train_step that keeps its tensors."""
        self._kept: dict[str, Any] = {}
        seen = _watch_activations(model)
        _watch_train_step(model, seen, self._kept, _works_on_logits(model))

    def tensors(self, model: Any) -> Tensors:
        """Return batch, activations, loss, gradients, slots and weights."""
        told = {name: np.asarray(variable) for name, variable in self._kept.items()}
        told = {name: told[name] for name in _in_order(told)}
        weights = [w for layer in dense_layers(model) for w in layer.weights]
        names = weight_names([tuple(w.shape) for w in weights])
        paths = [w.path.replace("/", "_") for w in weights]
        # A learning rate that follows a schedule is no variable.
        own = [v for v in model.optimizer.variables if v.name not in ("iteration", "learning_rate")]
        for slot in own:
            kind, name = _slot(slot.name, slot.path, paths, names)
            told[f"{kind}({name})"] = np.array(slot)
        return told | weights_of(model)

    def callback(self, **hooks: Any) -> Any:
        """Return Keras's LambdaCallback."""
        return self.keras.callbacks.LambdaCallback(**hooks)


def _works_on_logits(model: Any) -> bool:
    """Whether the loss reads z of the last layer."""
    if type(model.layers[-1]).__name__ != "Dense":
        return False
    activation = dense_layers(model)[-1].activation.__name__
    loss = getattr(model.loss, "name", None) or getattr(model.loss, "__name__", model.loss)
    crossentropy = "crossentropy" in loss.lower() or loss.lower() == "bce"
    return activation == "linear" or (crossentropy and activation in ("sigmoid", "softmax"))


def _watch_activations(model: Any) -> dict[str, Any]:
    """Have the layers note the symbolic tensors before and after their activations."""
    seen: dict[str, Any] = {}
    for number, layer in enumerate(dense_layers(model), start=1):
        inner = layer.activation

        def watched(z: Any, number: int = number, inner: Any = inner) -> Any:
            a = inner(z)
            seen[f"z{number}"], seen[f"a{number}"] = z, a
            return a

        watched.__name__ = inner.__name__
        layer.activation = watched
    return seen


def _watch_train_step(
    model: Any, seen: dict[str, Any], kept: dict[str, Any], on_logits: bool
) -> None:
    """Replace `train_step` by one that also keeps what it computes."""
    import tensorflow as tf

    layers = dense_layers(model)
    every = [w for layer in layers for w in layer.weights]
    named = zip(weight_names([tuple(w.shape) for w in every]), every, strict=True)
    trained = [(name, w) for name, w in named if w.trainable]
    names, weights = [name for name, _ in trained], [w for _, w in trained]
    last = len(layers)
    lowest = min(k for k, x in enumerate(layers, start=1) if x.trainable_weights)
    ends = type(model.layers[-1]).__name__ == "Dense"

    def keep(name: str, value: Any) -> None:
        if name not in kept:
            with tf.init_scope():
                shape = tf.TensorShape([None] * value.shape.rank)
                empty = np.zeros([0] * value.shape.rank, value.dtype.as_numpy_dtype)
                kept[name] = tf.Variable(empty, shape=shape, trainable=False)
        kept[name].assign(value)

    def train_step(data: Any) -> Any:
        x, y, weight = _unpacked(data)
        with tf.GradientTape() as tape:
            predicted = model(x, training=True)
            loss = model._compute_loss(
                x=x, y=y, y_pred=predicted, sample_weight=weight, training=True
            )
            model._loss_tracker.update_state(loss, sample_weight=tf.shape(x)[0])
        signals = [f"z{number}" for number in range(lowest, last + 1)]
        found = tape.gradient(loss, [*weights, *(seen[name] for name in signals)])
        model.optimizer.apply_gradients(zip(found, weights, strict=False))
        # Who reads SGD's scaled gradients keeps TensorFlow from scaling the rate instead.
        if not (model.optimizer.global_clipnorm and hasattr(model.optimizer, "nesterov")):
            found[: len(weights)] = model.optimizer._clip_gradients(found[: len(weights)])

        keep("x", x)
        keep("y", y)
        if weight is not None:
            keep("w", weight)
        for number in range(1, last):
            keep(f"a{number}", seen[f"a{number}"])
        linear = layers[-1].activation.__name__ == "linear"
        if not ends:
            keep(f"a{last}", seen[f"a{last}"])
        elif on_logits:
            keep(f"z{last}", seen[f"z{last}"])
        active = layers[-1].activity_regularizer is not None
        if ends and not linear and (active or not on_logits or model._compile_metrics is not None):
            keep(f"a{last}", seen[f"a{last}"])
        keep("loss", loss)
        for name, gradient in zip([*names, *signals], found, strict=True):
            keep(f"d{name}", gradient)
        return model.compute_metrics(x, y, predicted, sample_weight=weight)

    model.train_step = train_step


def _unpacked(data: Any) -> tuple[Any, Any, Any]:
    parts = data if isinstance(data, tuple) else (data,)
    return (*parts, None)[:3] if len(parts) == 2 else parts  # type: ignore[return-value]


def _in_order(names: Any) -> list[str]:
    """Return the names in the order of the computation."""

    def place(name: str) -> tuple[int, int, int]:
        kind = name.rstrip("0123456789")
        layer = int(name[len(kind) :] or 0)
        first = {"x": 0, "y": 1, "w": 2, "loss": 4}
        if kind in first:
            return first[kind], 0, 0
        if kind in ("z", "a"):
            return 3, layer, "za".index(kind)
        return 5, -layer, ("dz", "dW", "db").index(kind)

    return sorted(names, key=place)


def _slot(name: str, path: str, paths: list[str], names: list[str]) -> tuple[str, str]:
    """Return a slot's letter and its weight's name, by the name that Keras gave it."""
    for kind in sorted(SLOTS, key=len, reverse=True):
        for weight, short in zip(paths, names, strict=True):
            if name == f"{weight}_{kind}" or path.endswith(f"{weight}_{kind}"):
                return SLOTS[kind], short
    raise ValueError(f"Expected a slot of {', '.join(paths)}. Received: {path}")
