"""Experiments that together go through every rule of the arithmetic, each with a name.

`tests/parity` trains them beside Keras; `python -m keras_ref record` keeps what Keras computed, so
that the engine can be compared where there is no Keras.
"""

from __future__ import annotations

from typing import Any

from keras_ref.experiment import Experiment

LOSSES = {
    "binary": ("BinaryCrossentropy", "binary"),
    "categorical": ("CategoricalCrossentropy", "one-hot"),
    "sparse": ("SparseCategoricalCrossentropy", "classes"),
    "squared": ("MeanSquaredError", "real"),
}


def chain(
    sizes: tuple[int, ...] = (5, 4, 1),
    activations: tuple[str | None, ...] = ("relu", "sigmoid"),
    loss: str = "binary",
    optimizer: str = "SGD",
    *,
    batch: int = 5,
    epochs: int = 2,
    metrics: tuple[str, ...] | None = ("accuracy",),
    validation: str = "",
    use_bias: bool = True,
    layer: dict[str, Any] | None = None,
    loss_options: dict[str, Any] | None = None,
    fit: dict[str, Any] | None = None,
    data: dict[str, Any] | None = None,
    seed: int = 42,
    **options: Any,
) -> Experiment:
    """Return an experiment of a chain of Dense layers; `options` are the optimizer's."""
    name, labels = LOSSES[loss]
    rows: dict[str, Any] = {"rows": 43, "labels": labels, **(data or {})}
    if validation:
        rows |= {"validation_rows": 19, "validation_weight": validation == "weighted"}
    more = {**({} if use_bias else {"use_bias": False}), **(layer or {})}
    return Experiment(
        inputs=sizes[0],
        layers=[
            {"units": units, "activation": activation, **more}
            for units, activation in zip(sizes[1:], activations, strict=True)
        ],
        loss={"class_name": name, "config": loss_options or {}},
        optimizer={"class_name": optimizer, "config": {"learning_rate": 0.1, **options}},
        metrics=None if metrics is None else list(metrics),
        data=rows,
        fit={"batch_size": batch, "epochs": epochs, **(fit or {})},
        seed=seed,
    )


ADAM: dict[str, Any] = {"optimizer": "Adam", "learning_rate": 0.01}
AMSGRAD: dict[str, Any] = {**ADAM, "amsgrad": True}
MOMENTUM = {"momentum": 0.9}
NESTEROV = {"momentum": 0.9, "nesterov": True}
THREE: dict[str, Any] = {"sizes": (6, 7, 3)}
CLASSES: dict[str, Any] = {**THREE, "activations": ("relu", "softmax"), "loss": "categorical"}
SPARSE = {**CLASSES, "loss": "sparse"}
SQUARES: dict[str, Any] = {
    **THREE,
    "activations": ("relu", None),
    "loss": "squared",
    "metrics": ("mse",),
}
LOGITS: dict[str, Any] = {"loss_options": {"from_logits": True}}
SMOOTH: dict[str, Any] = {"loss_options": {"label_smoothing": 0.1}}
WEIGHTS: dict[str, Any] = {"data": {"sample_weight": True}}
EVEN: dict[str, Any] = {"data": {"sample_weight": True, "rows": 40}}
CLASS_WEIGHTS: dict[str, Any] = {"fit": {"class_weight": {"0": 0.7, "1": 2.5}}}
FOUR = (6, 7, 3, 1)


def _with(base: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**base, **changes}


CASES: dict[str, Experiment] = {
    # optimizers
    "sgd": chain(validation="plain"),
    "momentum": chain(**MOMENTUM, validation="plain"),
    "nesterov": chain(**NESTEROV, batch=10),
    "adam": chain(**ADAM, validation="plain"),
    "amsgrad": chain(**AMSGRAD, batch=10),
    "momentum-1": chain(momentum=1.0, batch=32),
    "adam-options": chain(optimizer="Adam", beta_1=0.5, beta_2=0.9, epsilon=1e-3),
    # batch sizes and hidden activations
    **{
        f"{act or 'linear'}-batch-{batch}": chain(FOUR, (act, act, "sigmoid"), batch=batch, **ADAM)
        for batch, act in (
            (1, "relu"), (1, "sigmoid"), (5, None), (5, "sigmoid"), (10, "leaky_relu"),
            (32, "relu"), (32, "sigmoid"), (32, "leaky_relu"), (43, "relu"),
        )
    },
    "sgd-batch-16": chain(batch=16),
    "sgd-linear": chain((6, 7, 3), (None, None), "squared", metrics=None),
    "momentum-linear": chain((6, 7, 3), (None, None), "squared", metrics=None, **MOMENTUM),
    "nesterov-linear": chain((6, 7, 3), (None, None), "squared", metrics=None, **NESTEROV),
    "adam-linear": chain((6, 7, 3), (None, None), "squared", metrics=None, **ADAM),
    "amsgrad-linear": chain((6, 7, 3), (None, None), "squared", metrics=None, **AMSGRAD),
    # losses and outputs
    "binary-3": chain(**THREE),
    "categorical": chain(**CLASSES, validation="plain"),
    "sparse": chain(**SPARSE, batch=10),
    "categorical-adam": chain(**CLASSES, **ADAM, batch=32, data={"rows": 100}),
    "squared": chain(**SQUARES, validation="plain"),
    "squared-sigmoid": chain((6, 7, 1), ("sigmoid", None), "squared", metrics=None, batch=32),
    **{
        f"squared-{act}-output": chain(**_with(SQUARES, activations=("relu", act)), batch=batch)
        for act, batch in (("sigmoid", 5), ("softmax", 10), ("relu", 5), ("leaky_relu", 10))
    },
    "logits": chain((5, 4, 1), ("relu", None), **LOGITS),
    "logits-3": chain((6, 7, 3), ("relu", None), **LOGITS, batch=10),
    "logits-categorical": chain(**_with(CLASSES, activations=("relu", None)), **LOGITS, **ADAM),
    "logits-sparse": chain(**_with(SPARSE, activations=("relu", None)), **LOGITS, batch=10),
    # the logits of the wrong activation
    "binary-softmax": chain((6, 7, 3), ("relu", "softmax")),
    "categorical-sigmoid": chain(**_with(CLASSES, activations=("relu", "sigmoid"))),
    "sparse-sigmoid": chain(**_with(SPARSE, activations=("relu", "sigmoid")), batch=10),
    # what comes out is taken for probabilities
    "probabilities": chain((5, 4, 1), ("sigmoid", None), data={"scale": 0.3}),
    "smoothing": chain(**SMOOTH, validation="plain"),
    "smoothing-categorical": chain(**CLASSES, **SMOOTH, validation="plain"),
    # weights of rows and classes; ragged and even batches
    "weights": chain(**WEIGHTS, validation="weighted"),
    "weights-3": chain(**THREE, **WEIGHTS),
    "weights-3-even": chain(**THREE, **EVEN),
    "weights-squared-even": chain(**SQUARES, **EVEN),
    "weights-categorical": chain(**CLASSES, **WEIGHTS, validation="weighted"),
    "weights-sparse": chain(**SPARSE, **WEIGHTS, batch=10),
    "class-weights": chain(**CLASS_WEIGHTS, validation="plain"),
    "class-weights-categorical": chain(**CLASSES, **CLASS_WEIGHTS, batch=10),
    "class-weights-sparse": chain(**SPARSE, **CLASS_WEIGHTS),
    # metrics: what "accuracy" means, and losses that are watched
    "metrics": chain(metrics=("acc", "binary_accuracy", "mse", "bce")),
    "metrics-3": chain(
        **THREE, metrics=("acc", "binary_accuracy", "categorical_accuracy", "mse")
    ),
    "metrics-categorical": chain(
        **CLASSES, metrics=("acc", "categorical_accuracy", "mse", "categorical_crossentropy")
    ),
    "metrics-sparse": chain(**SPARSE, metrics=("acc", "sparse_categorical_accuracy")),
    "metrics-sparse-loss": chain(**SPARSE, metrics=("sparse_categorical_crossentropy",)),
    "metrics-squared": chain(**_with(SQUARES, metrics=("accuracy", "mean_squared_error"))),
    "metrics-logits": chain(
        (6, 7, 10), ("relu", None), "categorical", **LOGITS, batch=32,
        metrics=("categorical_crossentropy", "accuracy"),
    ),
    # what fit can be told
    "split": chain(fit={"validation_split": 0.3, "validation_batch_size": 4}),
    "unshuffled": chain(fit={"shuffle": False}, validation="plain"),
    "later-epochs": chain(epochs=3, fit={"initial_epoch": 1}),
    "labels-int": chain(data={"dtype": "int64"}),
    "labels-soft": chain(**CLASSES, data={"labels": "soft"}),
    # without biases, wide, long, badly scaled
    "no-bias": chain(FOUR, ("sigmoid", "relu", "sigmoid"), use_bias=False, batch=32),
    "no-bias-categorical": chain(
        **_with(CLASSES, activations=("sigmoid", "softmax")), use_bias=False
    ),
    "one-unit": chain(
        (30, 40, 1, 17), ("relu", "relu", "softmax"), "categorical", batch=20, data={"rows": 100}
    ),
    "long-narrow": chain((800, 2, 1), epochs=1, data={"rows": 10}),
    "long": chain((400, 20, 1), batch=16, data={"rows": 40}),
    "scale-30": chain(data={"scale": 30.0}),
    "scale-100": chain(optimizer="Adam", data={"scale": 100.0}),
}  # fmt: skip

STEP_BY_STEP = (
    "sgd", "sgd-batch-16", "sgd-linear", "momentum-linear", "nesterov-linear", "adam-linear",
    "amsgrad-linear", "relu-batch-1", "sigmoid-batch-5", "leaky_relu-batch-10", "categorical",
    "sparse", "weights-3-even", "smoothing", "class-weights-sparse", "probabilities", "no-bias",
    "long-narrow", "smoothing-categorical",
)  # fmt: skip
"""The cases of which every step is recorded; of the others, every epoch."""
