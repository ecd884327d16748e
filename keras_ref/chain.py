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
    before: dict[int, dict[str, Any]] | None = None,
    frozen: tuple[int, ...] = (),
    activity: dict[int, dict[str, Any]] | None = None,
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
    before : dict, optional
        Layers without trained weights that stand before the Dense layer of a number; one behind the
        last has the number that follows.
    frozen : tuple
        The numbers of the Dense layers that are not trained.
    activity : dict, optional
        Regularizers of the activations of the Dense layers of these numbers.
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
    for number in frozen:
        layers[number]["trainable"] = False
    for number, regularizer in (activity or {}).items():
        layers[number]["activity_regularizer"] = regularizer
    for number, other in sorted((before or {}).items(), reverse=True):
        layers.insert(number, other)
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


def schedule(name: str, *arguments: float, **more: Any) -> dict[str, Any]:
    """Return a learning-rate schedule in Keras's words.

    >>> schedule("ExponentialDecay", 0.1, 7, 0.9)["config"]
    {'initial_learning_rate': 0.1, 'decay_steps': 7, 'decay_rate': 0.9}
    """
    words = ["initial_learning_rate", "decay_steps", "decay_rate"]
    if name == "CosineDecayRestarts":
        words[1] = "first_decay_steps"
    return {
        "module": "keras.optimizers.schedules",
        "class_name": name,
        "config": {**dict(zip(words, arguments, strict=False)), **more},
        "registered_name": None,
    }
