"""Signs of a training's health, epoch by epoch.

    update_ratio    ‖Δθ‖ / ‖θ‖ of a layer's weights       rule of thumb: about 1e-3
    gradient_norm   ‖∂loss/∂θ‖ of a layer's weights       neither vanishing nor exploding with depth
                    (before clipping; frozen weights do not count, and both are NaN without others)
    dead            relu units whose a is 0 on every row, as a share of the layer's units
    saturated       sigmoids with a < 0.05 or a > 0.95, tanhs with |a| > 0.9, as a share of all
                    rows and units: their slope is below 19 % of its largest value
    loss            of these rows; before the training ln(classes) is what a network that knows
                    nothing has

Dead units learn nothing: their gradient is 0 on all rows.  A saturated hidden unit learns slowly.
In the last layer, behind a crossentropy, saturation is no illness: the network is sure.

Source: the rule of thumb for updates, dead and saturated units: Karpathy, Johnson & Li, CS231n,
"Neural Networks Part 3".  tanh z = 2σ(2z) − 1, so that |tanh| > 0.9 where σ(2z) is beyond 0.05
or 0.95.
"""

from __future__ import annotations

from math import log
from typing import Any

import numpy as np

from engine.callbacks import Callback
from engine.losses import BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy
from engine.study.needed import needed
from engine.study.trace import LayerTrace, Trace

QUANTITIES = ("update_ratio", "gradient_norm", "dead", "saturated", "loss")

OUTER = {"sigmoid": (0.05, 0.95), "tanh": (-0.9, 0.9)}
"""Beyond these activations a unit is saturated."""


class Health(Callback):
    """A callback for ``fit``: it examines a step on rows of yours, which is not taken.

    Before the first epoch (epoch 0) and after each one :func:`engine.study.trace` works out what a
    step on `x` and `y` would be, with what a Dropout would draw next.  The training stays as it is.

    Parameters
    ----------
    x, y, sample_weight
        The rows, as for ``fit``: the training data, or some hundred rows of them.

    Attributes
    ----------
    epochs
        0, 1, 2, …: how many epochs had been trained with it.
    values
        For each of `QUANTITIES` the numbers by layer, one for each of `epochs`; "loss" has the one
        name "model".
    expected_loss
        For a crossentropy ln(classes), times the mean of the sample weights, or summed as the
        loss's reduction says; None for another loss.  Penalties of regularizers come on top of it.

    Examples
    --------
    >>> import engine
    >>> engine.utils.set_random_seed(1)
    >>> model = engine.Sequential([engine.Input((2,)), engine.layers.Dense(4, "relu"),
    ...                            engine.layers.Dense(1, "sigmoid")])
    >>> model.compile("sgd", "binary_crossentropy")
    >>> x, y = np.eye(2), np.array([0.0, 1.0])
    >>> health = Health(x, y)
    >>> _ = model.fit(x, y, epochs=3, verbose=0, callbacks=[health])
    >>> health.epochs, round(health.expected_loss, 4)
    ([0, 1, 2, 3], 0.6931)
    """

    def __init__(self, x: Any, y: Any, sample_weight: Any = None) -> None:
        super().__init__()
        self.x, self.y, self.sample_weight = x, y, sample_weight
        self.epochs: list[int] = []
        self.values: dict[str, dict[str, list[float]]] = {name: {} for name in QUANTITIES}
        self.expected_loss: float | None = None

    def on_train_begin(self, logs: Any = None) -> None:
        """Examine the network before the training; after an earlier fit it has been."""
        if not self.epochs:
            self._examine()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Examine it after an epoch."""
        self._examine()

    def frame(self) -> Any:
        """A tidy pandas frame: epoch, layer, quantity, value."""
        pandas = needed("pandas", "a training's health as a frame")

        rows = [
            (epoch, layer, quantity, value)
            for quantity, layers in self.values.items()
            for layer, values in layers.items()
            for epoch, value in zip(self.epochs, values, strict=True)
        ]
        return pandas.DataFrame(rows, columns=["epoch", "layer", "quantity", "value"])

    def _examine(self) -> None:
        told: Trace = self.model.trace(self.x, self.y, self.sample_weight)
        if not self.epochs:
            self.expected_loss = _of_knowing_nothing(self.model, told)
        self.epochs.append(len(self.epochs))
        self._note("loss", "model", told.loss)
        weights = iter(told.weights)
        for layer in told.layers:
            own = [next(weights) for _ in range(1 if layer.bias is None else 2)]
            its = [w for w in own if w.trained]
            self._note(
                "update_ratio", layer.name, _ratio([w.change for w in its], [w.value for w in its])
            )
            self._note(
                "gradient_norm", layer.name, _norm([w.gradient for w in its]) if its else np.nan
            )
            if layer.activation == "relu":
                self._note("dead", layer.name, dead(layer))
            if layer.activation in OUTER:
                self._note("saturated", layer.name, saturated(layer))

    def __repr__(self) -> str:
        """How much was examined."""
        return f"<Health: examined {len(self.epochs)} times>"

    def _note(self, quantity: str, layer: str, value: float) -> None:
        self.values[quantity].setdefault(layer, []).append(float(value))


def dead(layer: LayerTrace) -> float:
    """The share of a relu layer's units that are 0 on every row."""
    return float(np.mean(~np.any(layer.a > 0, axis=0)))


def saturated(layer: LayerTrace) -> float:
    """The share of a layer's activations, over rows and units, that are near a limit."""
    low, high = OUTER[layer.activation]
    return float(np.mean((layer.a < low) | (layer.a > high)))


def _norm(arrays: list[Any]) -> float:
    """The Euclidean norm of all numbers together, in float64."""
    return float(np.sqrt(sum(np.sum(np.square(a, dtype=np.float64)) for a in arrays)))


def _ratio(updates: list[Any], values: list[Any]) -> float:
    of = _norm(values)
    return _norm(updates) / of if of else float("nan")


def _of_knowing_nothing(model: Any, told: Trace) -> float | None:
    """The crossentropy of equal probabilities for all classes."""
    rows, weights = len(told.x), told.sample_weight
    classes = 2
    if isinstance(model._loss, CategoricalCrossentropy | SparseCategoricalCrossentropy):
        classes = model.output_shape[-1]
    elif not isinstance(model._loss, BinaryCrossentropy):
        return None
    counted = float(rows if weights is None else np.sum(weights))
    return log(classes) * counted / told.divisor
