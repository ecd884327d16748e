"""A training step by its formulas, with the bits of the compiled kernels.

Products are added in the kernels' order (:mod:`engine.study.orders`), exponentials and the like are
the kernels' own (:mod:`engine.study.arithmetic`); all else is the formulas on NumPy arrays.
:mod:`engine.study.step` is the same in plain NumPy: to read first, and right to rounding.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.kernels.memory import Array
from engine.kernels.on_arrays import flushing
from engine.losses.forms import form_of
from engine.models.model import Model
from engine.models.run import Rows, sigmoid_apart
from engine.optimizers import SGD, Adam, Optimizer
from engine.optimizers.adam import blend, largest_yet, stride
from engine.optimizers.sgd import gather_momentum
from engine.study import arithmetic, orders
from engine.study.trace import LayerTrace, Trace, WeightTrace


def trace(
    model: Model,
    x: Any,
    y: Any,
    sample_weight: Any = None,
    apply: bool = False,
    even: bool | None = None,
) -> Trace:
    """One training step of a compiled, built model on one batch.

    The model stays as it is, unless the step is to be taken: `apply`.  `even` says whether
    TensorFlow would know the shape of the batch (:func:`engine.study.arithmetic.share_of`); None:
    as in ``train_on_batch``.

    Raises
    ------
    ValueError, TypeError
        If the model is not compiled or built, or the data do not fit it.
    """
    model._require_built()
    rows = model._rows(x, y, sample_weight)
    assert model.optimizer is not None
    check_plain(model)
    model.optimizer.check(model._kernel_weights)
    if even is None:
        even = model._first_shapes.get("train_on_batch", len(rows)) == len(rows)
    with flushing():
        told = _Step(model, rows, even).traced()
    if apply:
        model.train_on_batch(x, y, sample_weight)
    return told


def check_plain(model: Model) -> None:
    """Raise a ValueError if a step of the model has parts that have no trace yet."""
    found = [f"the layer {layer.name!r}" for layer in model.layers if layer.stage]
    found += [f"trainable=False in {w.path}" for w in model._kernel_weights if not w.trainable]
    for layer in model._dense_layers():
        if layer.activity_regularizer is not None:
            found.append(f"the activity_regularizer of {layer.name!r}")
    optimizer, loss = model.optimizer, model._loss
    if optimizer is not None:
        options = {"clipping": optimizer.clipping, "weight_decay": optimizer.weight_decay,
                   "use_ema": optimizer.use_ema or None}  # fmt: skip
        found += [f"{name} of the optimizer" for name, value in options.items() if value]
        if not isinstance(optimizer, SGD | Adam):
            found.append(f"the optimizer {optimizer.name}")
    if loss is not None and loss.reduction_form != "mean":
        found.append(f"reduction={loss.reduction!r} of the loss")
    if found:
        raise ValueError(
            "Expected a model of Dense layers, SGD or Adam and a mean loss: other parts have no "
            f"trace yet. Received: {', '.join(found)}"
        )


class _Step:
    """The step in progress."""

    def __init__(self, model: Model, rows: Rows, even: bool) -> None:
        self.model, self.rows, self.even = model, rows, even
        self.dense = model._dense_layers()
        loss, optimizer = model._loss, model.optimizer
        assert loss is not None and optimizer is not None
        self.loss, self.optimizer = loss, optimizer
        last = self.dense[-1]
        name = last.activation.__name__
        self.form, self.on_z = form_of(loss, name)
        self.apart = sigmoid_apart(name, self.on_z, model._metrics(rows.y).metrics)

    def traced(self) -> Trace:
        """All of it."""
        model, rows, optimizer = self.model, self.rows, self.optimizer
        forward = self._forward()
        targets = self.loss.smooth(rows.y)
        share, values, gradient = self._loss(forward[-1], targets)
        penalties = self._penalties()
        layers = self._backward(forward, gradient)
        loss = arithmetic.with_penalties(arithmetic.mean(values), list(penalties.values()))
        return Trace(
            model=model.name,
            x=rows.x,
            y=rows.y,
            targets=targets,
            sample_weight=rows.weights,
            layers=layers,
            loss_name=self.loss.name,
            loss_on="z" if self.on_z else "a",
            loss_form=self.form,
            share=share,
            sample_losses=values,
            penalties={name: float(value) for name, value in penalties.items()},
            loss=float(loss),
            optimizer=type(optimizer).__name__,
            settings=_settings(optimizer, str(self.rows.x.dtype)),
            step=optimizer.iterations + 1,
            rate=float(self._rate),
            weights=self._update(layers),
        )

    # --- forward ------------------------------------------------------------------------------

    def _forward(self) -> list[dict[str, Any]]:
        """input, kernel, bias, z and a of each layer."""
        told = []
        a = self.rows.x
        for layer in self.dense:
            kernel = layer.kernel.numpy()
            bias = None if layer.bias is None else layer.bias.numpy()
            z = orders.forward(a, kernel, bias)
            fused = bias is not None and not (layer is self.dense[-1] and self.apart)
            passed_on = arithmetic.activate(layer.activation.__name__, z, fused)
            told.append({"input": a, "kernel": kernel, "bias": bias, "z": z, "a": passed_on})
            a = passed_on
        return told

    def _loss(self, last: dict[str, Any], targets: Array) -> tuple[Array, Array, Array]:
        """What each element counts, the loss of each row, weighted, and the gradient."""
        source, weights = last["z" if self.on_z else "a"], self.rows.weights
        g = arithmetic.share_of(source, self.form, weights, self.even)
        values, gradient = arithmetic.loss(self.form, source, targets, g)
        return g, (values if weights is None else values * weights), gradient

    def _penalties(self) -> dict[str, Any]:
        """What each weight with a regularizer adds to the loss."""
        return {
            weight.path: arithmetic.penalty(regularizer, weight.array)
            for layer in self.dense
            for weight, regularizer in _regularized(layer)
        }

    # --- backward -----------------------------------------------------------------------------

    def _backward(self, forward: list[dict[str, Any]], gradient: Array) -> list[LayerTrace]:
        """Every layer from the last to the first; `gradient` is that of what the loss reads."""
        layers: list[LayerTrace] = []
        da = None if self.on_z else gradient
        for layer, numbers in zip(reversed(self.dense), reversed(forward), strict=True):
            name = layer.activation.__name__
            dz = gradient if da is None else arithmetic.d_activate(name, numbers["a"], da)
            dkernel = orders.gradient_of_kernel(numbers["input"], dz)
            dbias = None if layer.bias is None else orders.gradient_of_bias(dz)
            gradients = [
                d if slope is None or d is None else d + slope
                for d, slope in zip((dkernel, dbias), _slopes_of_penalties(layer), strict=True)
            ]
            layers.append(LayerTrace(layer.name, name, **numbers, da=da, dz=dz,
                                     dkernel=gradients[0], dbias=gradients[1]))  # fmt: skip
            if layer is not self.dense[0]:
                da = orders.gradient_of_input(dz, numbers["kernel"])
        return layers[::-1]

    # --- update -------------------------------------------------------------------------------

    @property
    def _rate(self) -> Any:
        """The size of the step: α_t."""
        optimizer = self.optimizer
        return optimizer.rates(optimizer.iterations, 1, str(self.rows.x.dtype))[0]

    def _update(self, layers: list[LayerTrace]) -> list[WeightTrace]:
        told = []
        slots = self._slots()
        for layer, numbers in zip(self.dense, layers, strict=True):
            gradients = [d for d in (numbers.dkernel, numbers.dbias) if d is not None]
            of_penalties = _slopes_of_penalties(layer)
            for weight, g, slope in zip(layer.weights, gradients, of_penalties, strict=False):
                before = slots[weight.path]
                after, update = self._moved(g, before)
                new = weight.array + update
                told.append(
                    WeightTrace(weight.path, weight.numpy(), g, slope, before, after, update, new)
                )
        return told

    def _slots(self) -> dict[str, dict[str, Array]]:
        """Copies of the slots of each weight; zeros before the first step."""
        names = self.optimizer.slot_names
        told = {
            w.path: {n: np.zeros_like(w.array) for n in names} for w in self.model._kernel_weights
        }
        for weight, name, values in self.optimizer.slot_views():
            told[weight.path][name] = values.copy()
        return told

    def _moved(self, g: Array, slots: dict[str, Array]) -> tuple[dict[str, Array], Array]:
        """The slots after the step, and what it adds to the weight."""
        optimizer, alpha = self.optimizer, self._rate
        hyper = [g.dtype.type(h) for h in optimizer.hyperparameters]
        if isinstance(optimizer, SGD):
            if not slots:
                return {}, -(g * alpha)
            m = gather_momentum(slots["momentum"], g, alpha, hyper[0])
            ahead = gather_momentum(m, g, alpha, hyper[0]) if optimizer.nesterov else m
            return {"momentum": m}, ahead
        assert isinstance(optimizer, Adam)
        share_1, share_2, epsilon = hyper
        m = blend(slots["momentum"], g, share_1)
        v = blend(slots["velocity"], g * g, share_2)
        after = {"momentum": m, "velocity": v}
        if optimizer.amsgrad:
            v = after["velocity_hat"] = largest_yet(slots["velocity_hat"], v)
        return after, -stride(m, v, alpha, epsilon)


def _settings(optimizer: Optimizer, dtype: str) -> dict[str, Any]:
    """The optimizer's numbers as it has them, in double precision."""
    names = "learning_rate", "momentum", "nesterov", "beta_1", "beta_2", "epsilon", "amsgrad"
    settings = {name: getattr(optimizer, name) for name in names if hasattr(optimizer, name)}
    if optimizer.schedule is not None:  # what a training step takes has other last bits
        rate = optimizer.schedule.rates(optimizer.iterations, 1, dtype)[0]
        settings["learning_rate"] = rate.item()
    return settings


def _regularized(layer: Any) -> list[tuple[Any, Any]]:
    """The weights of a layer that have a regularizer, with it."""
    regularizers = layer.kernel_regularizer, layer.bias_regularizer
    pairs = zip(layer.weights, regularizers, strict=False)
    return [(weight, regularizer) for weight, regularizer in pairs if regularizer is not None]


def _slopes_of_penalties(layer: Any) -> tuple[Array | None, Array | None]:
    """The gradients of the penalties on the kernel and on the bias, where there are any."""
    slopes: list[Array | None] = [None, None]
    for weight, regularizer in _regularized(layer):
        slopes[weight is layer.bias] = arithmetic.d_penalty(regularizer, weight.array)
    return slopes[0], slopes[1]
