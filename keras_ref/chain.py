"""Experiments of a chain of Dense layers, in few words."""

from __future__ import annotations

from typing import Any

from keras_ref.experiment import Experiment

LOSSES = {
    "binary": ("BinaryCrossentropy", "binary"),
    "categorical": ("CategoricalCrossentropy", "one-hot"),
    "sparse": ("SparseCategoricalCrossentropy", "classes"),
    "squared": ("MeanSquaredError", "real"),
}
"""Loss in short → its class, and the labels that suit it."""

Penalty = dict[str, Any] | None


def chain(
    sizes: tuple[int, ...] = (5, 4, 1),
    activations: tuple[str | None, ...] = ("relu", "sigmoid"),
    loss: str = "binary",
    optimizer: str = "SGD",
    *,
    batch: int = 5,
    epochs: int = 2,
    metrics: tuple[Any, ...] | None = ("accuracy",),
    validation: str = "",
    use_bias: bool = True,
    penalties: tuple[tuple[Penalty, Penalty], ...] | None = None,
    loss_options: dict[str, Any] | None = None,
    fit: dict[str, Any] | None = None,
    data: dict[str, Any] | None = None,
    seed: int = 42,
    **options: Any,
) -> Experiment:
    """Return an experiment of a chain of Dense layers.

    Parameters
    ----------
    sizes, activations
        The number of features and of each layer's units; each layer's activation.
    loss : str
        A key of `LOSSES`; it chooses the labels, too.
    validation : str
        "plain" or "weighted" for 19 rows of validation, without or with weights.
    penalties : tuple of pairs, optional
        Each layer's regularizers, of its kernel and of its bias.
    options
        The optimizer's; the learning rate is 0.1 if they name no other.
    """
    name, labels = LOSSES[loss]
    rows: dict[str, Any] = {"rows": 43, "labels": labels, **(data or {})}
    if validation:
        rows |= {"validation_rows": 19, "validation_weight": validation == "weighted"}
    layers = [
        {"units": units, "activation": activation, **({} if use_bias else {"use_bias": False})}
        for units, activation in zip(sizes[1:], activations, strict=True)
    ]
    if penalties is not None:
        for layer, (kernel, bias) in zip(layers, penalties, strict=True):
            named = {"kernel_regularizer": kernel, "bias_regularizer": bias}
            layer.update({name: penalty for name, penalty in named.items() if penalty})
    return Experiment(
        inputs=sizes[0],
        layers=layers,
        loss={"class_name": name, "config": loss_options or {}},
        optimizer={"class_name": optimizer, "config": {"learning_rate": 0.1, **options}},
        metrics=None if metrics is None else list(metrics),
        data=rows,
        fit={"batch_size": batch, "epochs": epochs, **(fit or {})},
        seed=seed,
    )


def metric(name: str, /, **arguments: Any) -> dict[str, Any]:
    """Return a metric in Keras's words.

    >>> metric("AUC", curve="PR")
    {'class_name': 'AUC', 'config': {'curve': 'PR'}}
    """
    return {"class_name": name, "config": arguments}


def penalty(name: str, **factors: float) -> dict[str, Any]:
    """Return a regularizer in Keras's words.

    >>> penalty("L2", l2=0.02)
    {'class_name': 'L2', 'config': {'l2': 0.02}}
    """
    return {"class_name": name, "config": factors}
