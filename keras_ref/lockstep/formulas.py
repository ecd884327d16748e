"""Which formula each tensor of a step and each result comes from, for a given model."""

from __future__ import annotations

from typing import Any

from engine.metrics import (
    BinaryAccuracy,
    CategoricalAccuracy,
    LossMetric,
    SparseCategoricalAccuracy,
)
from engine.metrics.mean_of_batches import MeanOfBatches
from keras_ref.lockstep.events import EVALUATE, HISTORY, RUNNING, dense_layers

ACTIVATIONS = {
    "linear": ("{z}", "{da}"),
    "relu": ("max({z}, 0)", "{da}·[{a} > 0]"),
    "leaky_relu": ("{z} where {z} > 0, else 0.2·{z}", "{da} where {a} > 0, else 0.2·{da}"),
    "elu": ("{z} where {z} > 0, else e^{z} − 1", "{da} where {a} ≥ 0, else ({a} + 1)·{da}"),
    "sigmoid": ("1 / (1 + e^−{z})", "{da}·{a}·(1 − {a})"),
    "tanh": ("tanh {z}", "{da}·(1 − {a}²)"),
    "softmax": ("e^{z} / Σ e^{z}", "{a}·({da} − Σ {da}·{a})"),
}
"""Name → activation and its gradient."""

LOSSES = {
    "binary": (
        "ln(1 + e^−|{z}|) + max({z}, 0) − {z}·y",
        "g·(σ({z}) − y)",
        "−(y·ln {a} + (1 − y)·ln(1 − {a})), {a} clipped to [1e-7, 1 − 1e-7]",
        "g·((1 − y)/(1 − {a}) − y/{a}), 0 where {a} was clipped",
    ),
    "categorical": (
        "Σ y·(ln Σ e^{z} − {z})",
        "g·(softmax({z}) − y)",
        "−Σ y·ln({a}/Σ {a}), the quotient clipped to [1e-7, 1 − 1e-7]",
        "−g·(y/q − Σ y/q·q)/Σ {a}, q = {a}/Σ {a}",
    ),
    "sparse": (
        "ln Σ e^{z} − {z}[y]",
        "g·(softmax({z}) − [c = y])",
        "ln Σ {a} − ln {a}[y], {a} clipped to [1e-7, 1 − 1e-7]",
        "g·(softmax(ln {a}) − [c = y])/{a}, 0 where {a} was clipped",
    ),
    "mean_squared": ("({z} − y)²", "g·2·({z} − y)", "({a} − y)²", "g·2·({a} − y)"),
}
"""First word of the loss's name → value and gradient on z, value and gradient on a."""


def formulas(model: Any) -> dict[str, str]:
    """Return name → formula for all tensors and results of a compiled, built engine model."""
    layers = dense_layers(model)
    told = {
        "x": "the rows in the order of the epoch",
        "y": "the labels in the order of the epoch",
        "w": "the weights of the rows in the order of the epoch",
    }
    for number, layer in enumerate(layers, start=1):
        told |= _layer(number, layer, len(layers))
    told |= _loss(model, layers)
    for number, layer in enumerate(layers, start=1):
        for weight in layer.weights:
            name = f"{'W' if weight.name == 'kernel' else 'b'}{number}"
            told |= _update(model.optimizer, name)
    return told | _results(model, told["loss"], len(layers))


def _letters(number: int) -> dict[str, str]:
    return {"z": f"z{number}", "a": f"a{number}", "da": f"da{number}"}


def _layer(number: int, layer: Any, last: int) -> dict[str, str]:
    """Forward and backward of one layer."""
    x = "x" if number == 1 else f"a{number - 1}"
    bias = f" + b{number}" if layer.use_bias else ""
    value, slope = ACTIVATIONS.get(layer.activation.__name__, ("?", "?"))
    letters = _letters(number)
    z = f"{x}·W{number}{bias}"
    told = {
        f"z{number}": z,
        f"a{number}": f"{value.format(**letters)},  z{number} = {z}",
        f"dW{number}": f"{x}ᵀ·dz{number}" + _penalty(layer, "kernel", f"W{number}"),
        f"db{number}": f"Σ over the rows dz{number}" + _penalty(layer, "bias", f"b{number}"),
    }
    if number < last:
        told[f"dz{number}"] = (
            f"{slope.format(**letters)},  da{number} = dz{number + 1}·W{number + 1}ᵀ"
        )
    return told


def _penalty(layer: Any, weight: str, name: str) -> str:
    found = getattr(layer, f"{weight}_regularizer", None)
    if found is None:
        return ""
    options = ", ".join(f"{k} = {v:g}" for k, v in found.get_config().items())
    return f" + the gradient of the penalty of {name} ({options})"


def _loss(model: Any, layers: list[Any]) -> dict[str, str]:
    """The loss, and the gradient of the last layer's z."""
    number, activation = len(layers), layers[-1].activation.__name__
    letters = _letters(number)
    loss = model._loss
    kind = next(k for k in LOSSES if loss.name.startswith(k))
    on_z, d_on_z, on_a, d_on_a = (text.format(**letters) for text in LOSSES[kind])
    crossentropy = kind != "mean_squared"
    logits = crossentropy and activation in ("sigmoid", "softmax")
    logits = logits or (activation == "linear" and (loss.from_logits or not crossentropy))
    smoothing = getattr(loss, "label_smoothing", 0.0)
    smooth = f", y smoothed by {smoothing:g}" if smoothing else ""
    value, slope = (on_z, d_on_z) if logits else (on_a, d_on_a)
    if not logits and activation == "linear":  # its z and a are one tensor, called z
        value, slope = (
            value.replace(f"a{number}", f"z{number}"),
            slope.replace(f"a{number}", f"z{number}"),
        )
    per_unit = kind in ("binary", "mean_squared") and layers[-1].units > 1
    g = f"g = w/{'(rows·units)' if per_unit else 'rows'}"
    d = slope
    if not logits and activation != "linear":
        d = f"{ACTIVATIONS[activation][1].format(**letters)},  da{number} = {slope}"
    penalties = any(_penalty(layer, w, "") for layer in layers for w in ("kernel", "bias"))
    mean = f"mean over the rows of w·({value})" + (" + the penalties" if penalties else "")
    return {
        "loss": f"{mean},  w = 1 without weights{smooth}",
        f"dz{number}": f"{d},  {g}{smooth}",
    }


def _results(model: Any, loss: str, last: int) -> dict[str, str]:
    """What History, `evaluate` and `predict` say."""
    told = {"loss": f"Σ loss·rows / Σ rows over the batches,  loss = {loss}"}
    for watched in model._scores(1, model.output_shape[-1], model.weights[0].dtype).watched:
        told[watched.name] = _metric(watched.metric, last)
    found = {"predict": f"a{last} of the rows, in batches"}
    for name, text in told.items():
        found |= {title.format(name): text for title in (RUNNING, HISTORY, EVALUATE)}
        found[HISTORY.format(f"val_{name}")] = f"{text}, of the validation rows"
    return found


def _metric(metric: Any, last: int) -> str:
    letters, mean = _letters(last), "mean over the rows of"
    if isinstance(metric, MeanOfBatches):
        reduced = "sum" if metric.loss.reduction == "sum" else "mean"
        mean = f"mean over the batches of the {reduced} over the rows of"
    if isinstance(metric, LossMetric):
        kind = next(k for k in LOSSES if metric.loss.name.startswith(k))
        return f"{mean} {LOSSES[kind][0 if metric.loss.from_logits else 2].format(**letters)}"
    if isinstance(metric, BinaryAccuracy):
        return f"{mean} [y = [a{last} > {metric.threshold:g}]]"
    if isinstance(metric, SparseCategoricalAccuracy | CategoricalAccuracy):
        return f"{mean} [argmax a{last} = the class that y names]"
    return str(type(metric).__doc__).splitlines()[0]


def _update(optimizer: Any, name: str) -> dict[str, str]:
    """The optimizer's slots of one weight, and the weight."""
    g, rate = f"d{name}", f"α = {optimizer.learning_rate:g}"
    m, v, top = f"m({name})", f"v({name})", f"v̂({name})"
    if hasattr(optimizer, "beta_1"):
        root = top if optimizer.amsgrad else v
        return {
            m: f"m + ({g} − m)·(1 − β₁),  β₁ = {optimizer.beta_1:g}",
            v: f"v + ({g}² − v)·(1 − β₂),  β₂ = {optimizer.beta_2:g}",
            top: "max(v̂, v)",
            name: f"{name} − α_t·{m}/(√{root} + ε̂),  α_t = α·√(1 − β₂ᵗ)/(1 − β₁ᵗ),  {rate}, "
            f"ε̂ = {optimizer.epsilon:g}",
        }
    if hasattr(optimizer, "rho"):
        return _mean_squares(optimizer, name)
    if not optimizer.momentum:
        return {name: f"{name} − α·{g},  {rate}"}
    step = f"μ·{m} − α·{g}" if optimizer.nesterov else m
    momentum = f"μ = {optimizer.momentum:g}"
    return {m: f"μ·m − α·{g},  {rate}, {momentum}", name: f"{name} + {step},  {rate}, {momentum}"}


def _mean_squares(optimizer: Any, name: str) -> dict[str, str]:
    """RMSprop's slots of one weight, and the weight."""
    g, m, v, mean = f"d{name}", f"m({name})", f"v({name})", f"ḡ({name})"
    under = f"{v} − {mean}² + ε" if optimizer.centered else f"{v} + ε"
    step = f"α·{g}/√({under}),  α = {optimizer.learning_rate:g}, ε = {optimizer.epsilon:g}"
    rho = f"ρ = {optimizer.rho:g}"
    return {
        v: f"ρ·v + (1 − ρ)·{g}²,  {rho}",
        mean: f"ρ·ḡ + (1 − ρ)·{g},  {rho}",
        m: f"μ·m + {step},  μ = {optimizer.momentum:g}",
        name: f"{name} − {m if optimizer.momentum else step}",
    }
