"""Experiments that together go through every rule of the arithmetic, each with a name.

`tests/parity` trains them beside Keras; `python -m keras_ref record` keeps what Keras computed, so
that the engine can be compared where there is no Keras.
"""

from __future__ import annotations

from typing import Any

from keras_ref.chain import chain, metric, penalty, schedule
from keras_ref.experiment import Experiment

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
DROPOUT: dict[str, Any] = {"class_name": "Dropout", "rate": 0.5}
SCALE: dict[str, Any] = {"class_name": "Rescaling", "scale": 1.7}
NORMAL: dict[str, Any] = {"class_name": "Normalization", "mean": 0.3, "variance": 2.5}
L1, L2, BOTH = penalty("L1", l1=0.003), penalty("L2", l2=0.02), penalty("L1L2", l1=0.001, l2=0.01)


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
    # learning rates that follow a schedule
    "schedule-exponential": chain(
        learning_rate=schedule("ExponentialDecay", 0.3, 7, 0.6), epochs=4, validation="plain"
    ),
    "schedule-staircase": chain(
        learning_rate=schedule("ExponentialDecay", 0.3, 7, 0.6, staircase=True), batch=3
    ),
    "schedule-inverse": chain(
        learning_rate=schedule("InverseTimeDecay", 0.3, 3, 0.7), **MOMENTUM, epochs=4
    ),
    "schedule-inverse-staircase": chain(
        learning_rate=schedule("InverseTimeDecay", 0.3, 3, 0.7, staircase=True), **NESTEROV
    ),
    "schedule-pieces": chain(
        learning_rate=schedule(
            "PiecewiseConstantDecay", boundaries=[3, 10], values=[0.3, 0.05, 0.01]
        )
    ),
    "schedule-line": chain(
        optimizer="Adam",
        learning_rate=schedule("PolynomialDecay", 0.05, 23, end_learning_rate=0.003),
        batch=3,
    ),
    "schedule-cubic": chain(
        learning_rate=schedule("PolynomialDecay", 0.5, 23, power=3.0), **MOMENTUM, batch=3
    ),
    "schedule-cycles": chain(
        learning_rate=schedule("PolynomialDecay", 0.5, 5, power=1.7, cycle=True), batch=3
    ),
    "schedule-cosine": chain(
        optimizer="Adam", learning_rate=schedule("CosineDecay", 0.05, 29, alpha=0.1), batch=3
    ),
    "schedule-warmup": chain(
        learning_rate=schedule("CosineDecay", 0.01, 19, warmup_target=0.4, warmup_steps=7),
        **MOMENTUM, batch=3,
    ),
    "schedule-restarts": chain(
        **{**AMSGRAD, "learning_rate": schedule(
            "CosineDecayRestarts", 0.05, 5, t_mul=1.7, m_mul=0.9, alpha=0.03
        )},
        batch=3,
    ),
    # batch sizes and hidden activations
    **{
        f"{act or 'linear'}-batch-{batch}": chain(FOUR, (act, act, "sigmoid"), batch=batch, **ADAM)
        for batch, act in (
            (1, "relu"), (1, "sigmoid"), (5, None), (5, "sigmoid"), (10, "leaky_relu"),
            (32, "relu"), (32, "sigmoid"), (32, "leaky_relu"), (43, "relu"),
            (1, "tanh"), (5, "tanh"), (32, "tanh"), (5, "elu"), (32, "elu"), (10, "softmax"),
        )
    },
    **{  # more than 8 and more than 32 units: the sum over a row of softmax shows its order
        f"softmax-{units}": chain(
            (6, units, 5, 1), ("softmax", "tanh", "sigmoid"), batch=batch, use_bias=use_bias
        )
        for units, batch, use_bias in ((11, 5, True), (45, 8, False), (70, 1, True))
    },
    "tanh-softmax": chain(**_with(CLASSES, activations=("tanh", "softmax")), **ADAM, batch=32),
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
        for act, batch in (
            ("sigmoid", 5), ("softmax", 10), ("relu", 5),
            ("leaky_relu", 10), ("tanh", 5), ("elu", 7),
        )
    },
    "squared-softmax-40": chain((6, 7, 40), ("elu", "softmax"), "squared", batch=7),
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
    "probabilities-tanh": chain((5, 4, 1), ("relu", "tanh"), batch=8),
    **{
        f"probabilities-{loss}-{act or 'linear'}": chain(
            (6, 7, units), ("sigmoid", act), loss, batch=batch, metrics=(metric,),
            validation="weighted", **more,
        )
        for loss, metric in (
            ("binary", "binary_crossentropy"),
            ("categorical", "categorical_crossentropy"),
            ("sparse", "sparse_categorical_crossentropy"),
        )
        for act, units, batch, more in (
            ("relu", 3, 10, {}),
            ("leaky_relu", 5, 8, EVEN),
            ("tanh", 11, 7, WEIGHTS),
            (None, 40, 32, {**ADAM, "data": {"rows": 100}}),
        )
    },
    "probabilities-smoothing": chain(
        **THREE, activations=("relu", "relu"), **SMOOTH, validation="plain"
    ),
    "probabilities-smoothing-categorical": chain(
        **_with(CLASSES, activations=("relu", "leaky_relu")), **SMOOTH, validation="plain"
    ),
    "probabilities-class-weights": chain(
        **_with(CLASSES, activations=("tanh", "elu")), **CLASS_WEIGHTS, batch=10
    ),
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
    "metrics-counts": chain(
        **ADAM, validation="plain",
        metrics=(metric("Precision"), metric("Recall", thresholds=0.3), metric("AUC"),
                 metric("AUC", curve="PR", name="pr"), metric("TrueNegatives"), "mae"),
    ),
    "metrics-scores": chain(
        **CLASSES, **ADAM, validation="plain",
        metrics=(metric("F1Score", average="macro"), metric("TopKCategoricalAccuracy", k=2),
                 metric("AUC", multi_label=True), metric("Precision", class_id=1),
                 metric("CategoricalCrossentropy", label_smoothing=0.1), metric("R2Score"),
                 metric("RootMeanSquaredError")),
    ),
    "metrics-logits": chain(
        (6, 7, 10), ("relu", None), "categorical", **LOGITS, batch=32,
        metrics=("categorical_crossentropy", "accuracy"),
    ),
    **{  # a crossentropy that reads the logits keeps a sigmoid from being fused with its bias
        f"metrics-{act}-{units}": chain(
            (6, 7, units), ("elu", act), "squared", batch=8, metrics=metrics
        )
        for act, units, metrics in (
            ("tanh", 10, ("binary_crossentropy", "categorical_crossentropy")),
            ("sigmoid", 6, ("binary_crossentropy", "categorical_crossentropy")),
            ("sigmoid", 1, ("binary_crossentropy",)),
        )
    },
    # what fit can be told
    "split": chain(fit={"validation_split": 0.3, "validation_batch_size": 4}),
    "unshuffled": chain(fit={"shuffle": False}, validation="plain"),
    "later-epochs": chain(epochs=3, fit={"initial_epoch": 1}),
    "labels-int": chain(data={"dtype": "int64"}),
    "labels-soft": chain(**CLASSES, data={"labels": "soft"}),
    # penalties on kernels and biases, in fit, validation and evaluate
    **{
        f"penalty-{name}": chain(penalties=((p, None), (None, p)), validation="plain")
        for name, p in (("l1", L1), ("l2", L2), ("l1l2", BOTH))
    },
    "penalties-adam": chain(**ADAM, penalties=((L2, None), (L2, None)), validation="plain"),
    "penalties-amsgrad": chain(**AMSGRAD, penalties=((L1, L2), (BOTH, L1)), batch=10),
    "penalties-momentum": chain(
        **MOMENTUM, penalties=((L2, L1), (L2, BOTH)), **WEIGHTS, validation="weighted"
    ),
    "penalties-nesterov": chain(
        **NESTEROV, penalties=((BOTH, None), (BOTH, L2)), batch=32, fit={"validation_split": 0.3}
    ),
    "penalties-class-weights": chain(
        **CLASSES, **ADAM, penalties=((None, None), (L2, L2)), **CLASS_WEIGHTS, batch=1
    ),
    "penalties-smoothing": chain(**CLASSES, **SMOOTH, penalties=((BOTH, BOTH), (None, L1))),
    "penalties-sparse": chain(
        **SPARSE, penalties=((L1, None), (L1, None)), batch=43, validation="plain"
    ),
    "penalties-squared": chain(**SQUARES, penalties=((L2, L2), (L2, L2))),
    "penalties-3-even": chain(**THREE, **EVEN, penalties=((L2, None), (L1, None))),
    "penalties-metrics": chain(metrics=("acc", "bce", "mse"), penalties=((L2, L2), (L2, L2))),
    "penalties-no-bias": chain(penalties=((L2, L1), (BOTH, L1)), use_bias=False, batch=1),
    "penalties-zero": chain(
        penalties=(
            (penalty("L2", l2=0.0), penalty("L1", l1=0.0)),
            (penalty("L1L2"), penalty("L1L2", l1=0.0, l2=0.01)),
        )
    ),
    "penalties-12": chain(  # and the loss itself: 13 numbers in one sum
        (6, 5, 7, 4, 9, 8, 1), (*["relu"] * 5, "sigmoid"), **ADAM, validation="plain",
        penalties=((L2, L1), (BOTH, L2), (L1, L1), (L2, L2), (L2, BOTH), (L1, L2)),
    ),
    "penalties-wide": chain(  # kernels of more than 8,192 numbers
        (120, 137, 90, 3), ("relu", "relu", "softmax"), "categorical", batch=16,
        penalties=((L2, None), (L1, None), (BOTH, None)), validation="plain",
    ),
    # sums of so many numbers that TensorFlow cuts them
    "penalties-cut": chain(
        (400, 300, 3), ("relu", "softmax"), "sparse", batch=20, epochs=1,
        penalties=((L2, None), (None, None)), validation="plain",
    ),
    "rows-20000": chain(
        **ADAM, batch=9000, metrics=("acc", "mse"),
        data={"rows": 20_000}, fit={"validation_split": 0.3},
    ),
    # without biases, wide, long, badly scaled
    "no-bias": chain(FOUR, ("sigmoid", "relu", "sigmoid"), use_bias=False, batch=32),
    "no-bias-categorical": chain(
        **_with(CLASSES, activations=("sigmoid", "softmax")), use_bias=False
    ),
    **{
        f"no-bias-{act}": chain((6, 7, 3, 5), (act,) * 3, "squared", use_bias=False, batch=7)
        for act in ("tanh", "elu", "softmax")
    },
    "one-unit": chain(
        (30, 40, 1, 17), ("relu", "relu", "softmax"), "categorical", batch=20, data={"rows": 100}
    ),
    "long-narrow": chain((800, 2, 1), epochs=1, data={"rows": 10}),
    "long": chain((400, 20, 1), batch=16, data={"rows": 40}),
    # numbers that TensorFlow takes for 0; more softmax than it takes at once
    "denormal": chain((6, 7, 3), ("relu", None), "squared", **ADAM, data={"scale": 1e-19}),
    "wide-softmax": chain(
        (6, 7, 101), ("relu", "softmax"), "categorical", batch=64, data={"rows": 128}
    ),
    # layers without trained weights
    "dropout": chain(before={1: DROPOUT}, validation="plain"),
    "dropout-twice": chain(FOUR, ("relu", "tanh", "sigmoid"), **ADAM, batch=32,
                           before={1: DROPOUT, 2: {**DROPOUT, "rate": 0.25}}, validation="plain"),
    "dropout-inputs-1": chain(before={0: DROPOUT}, batch=1),
    "dropout-seed-3": chain(**THREE, before={1: {**DROPOUT, "seed": 7}}, batch=10),
    "dropout-categorical": chain(**CLASSES, before={0: DROPOUT, 1: DROPOUT}, **ADAM, batch=16),
    "dropout-all": chain(before={1: {**DROPOUT, "rate": 1.0}}),
    "dropout-last": chain((6, 7, 3), ("relu", None), "squared", before={2: DROPOUT}, metrics=None),
    "rescaling": chain(before={0: SCALE, 1: {**SCALE, "offset": 0.2}}, validation="plain"),
    "rescaling-last": chain((6, 7, 3), ("relu", "tanh"), "squared", before={2: SCALE}, batch=8),
    "rescaling-probabilities": chain(before={2: {**SCALE, "scale": 0.9}}, batch=10),
    "normalization": chain(before={0: NORMAL}, **ADAM, validation="plain"),
    "normalization-inside": chain(before={1: {**NORMAL, "invert": True}}, batch=1),
    # frozen layers
    "frozen-first": chain(FOUR, ("relu", "tanh", "sigmoid"), frozen=(0,), **ADAM),
    "frozen-middle": chain(FOUR, ("relu", "tanh", "sigmoid"), frozen=(1,), batch=1),
    "frozen-last": chain(FOUR, ("relu", "tanh", "sigmoid"), frozen=(0, 2), **MOMENTUM, batch=32),
    "frozen-penalties": chain(FOUR, ("relu", "tanh", "sigmoid"), frozen=(1,), **AMSGRAD,
                              penalties=((L1, L2), (L2, L2), (BOTH, None)), validation="plain"),
    # penalties on activations
    "activity": chain(activity={0: L2}, validation="plain"),
    "activity-both": chain(FOUR, ("relu", "tanh", "sigmoid"), activity={0: BOTH, 1: L1}, **ADAM,
                           penalties=((L2, None), (None, None), (L1, L2)), validation="plain"),
    "activity-output": chain(activity={1: L2}, batch=10),
    "activity-softmax": chain(**CLASSES, activity={1: L1}, **WEIGHTS, batch=8),
    "activity-squared": chain(**SQUARES, activity={0: L1, 1: L2}),
    "activity-dropout-1": chain(activity={0: L1}, before={1: DROPOUT}, batch=1),
    "activity-logits": chain((5, 4, 1), ("relu", None), **LOGITS, activity={1: L2}),
    # what stands around an optimizer's step
    "clipvalue": chain(clipvalue=0.01, batch=1),
    "clipnorm": chain(**ADAM, clipnorm=0.1, batch=10),
    "global-clipnorm": chain(**MOMENTUM, global_clipnorm=0.05, penalties=((L2, L1), (None, L2))),
    "global-clipnorm-sgd": chain(THREE["sizes"], ("relu", "sigmoid"), global_clipnorm=0.05),
    "global-clipnorm-nesterov": chain(**NESTEROV, global_clipnorm=0.05, batch=1, weight_decay=0.1),
    "global-clipnorm-wide": chain((120, 137, 90, 3), ("relu", "relu", "softmax"), "categorical",
                                  batch=16, **ADAM, global_clipnorm=0.05, epochs=1),
    "decay": chain(weight_decay=0.1, validation="plain"),
    "decay-adam": chain(**ADAM, weight_decay=0.1, batch=10),
    "decay-1": chain(weight_decay=0.1, batch=1),
    "adamw": chain(optimizer="AdamW", learning_rate=0.01, weight_decay=0.05, frozen=(0,)),
    "average": chain(**ADAM, use_ema=True, ema_momentum=0.9, validation="plain"),
    "average-every-3": chain(**NESTEROV, use_ema=True, ema_overwrite_frequency=3, batch=1),
    **{
        f"rmsprop-{'centered-' * centered}{momentum}": chain(
            FOUR, ("relu", "tanh", "sigmoid"), optimizer="RMSprop", learning_rate=0.002,
            batch=batch, momentum=momentum, centered=centered, validation="plain",
        )
        for centered, momentum, batch in (
            (False, 0.0, 5), (False, 0.9, 1), (True, 0.0, 32), (True, 0.5, 10),
        )
    },
    "rmsprop-penalties": chain(**CLASSES, optimizer="RMSprop", learning_rate=0.01, clipnorm=0.3,
                               penalties=((L2, None), (L1, L2)), use_ema=True, weight_decay=0.01),
    # sums and weighted means instead of means
    **{
        f"reduction-{reduction}-{loss}": chain(
            (6, 7, units), ("relu", activation), loss, **data, batch=batch, validation="weighted",
            loss_options={"reduction": reduction}, learning_rate=0.01, metrics=None,
        )
        for reduction, data in (("sum", WEIGHTS), ("mean_with_sample_weight", EVEN))
        for loss, units, activation, batch in (
            ("binary", 1, "sigmoid", 5), ("categorical", 3, "softmax", 8), ("squared", 3, None, 10),
        )
    },
    # rows that are given in other ways than as arrays, and epochs that are no passes
    "given-memmap": chain(**MOMENTUM, batch=8, data={**EVEN["data"], "given": "memmap"},
                          validation="weighted"),
    "given-batches": chain(**MOMENTUM, batch=8, data={**EVEN["data"], "given": "PyDataset"},
                           validation="weighted"),
    "given-batches-classes": chain(**CLASSES, **ADAM, batch=16, data={"given": "PyDataset"},
                                   validation="plain", epochs=3),
    "given-batches-weights": chain(**CLASS_WEIGHTS, data={"given": "PyDataset"}),
    "given-generator": chain(**SQUARES, data={"given": "generator"}, epochs=3,
                             fit={"steps_per_epoch": 7}),
    "steps": chain(batch=5, epochs=7, validation="plain",
                   fit={"steps_per_epoch": 3, "validation_steps": 2}),
    "steps-batches": chain(batch=8, epochs=5, data={"rows": 40, "given": "PyDataset"},
                           validation="plain", fit={"steps_per_epoch": 1, "validation_freq": 2}),
    "validation-freq": chain(epochs=5, validation="plain", fit={"validation_freq": 2}),
    "scale-30": chain(data={"scale": 30.0}),
    "scale-100": chain(optimizer="Adam", data={"scale": 100.0}),
}  # fmt: skip

STEP_BY_STEP = (
    "sgd", "sgd-batch-16", "sgd-linear", "momentum-linear", "nesterov-linear", "adam-linear",
    "amsgrad-linear", "relu-batch-1", "sigmoid-batch-5", "leaky_relu-batch-10", "categorical",
    "sparse", "weights-3-even", "smoothing", "class-weights-sparse", "probabilities", "no-bias",
    "long-narrow", "smoothing-categorical", "split", "long",
    "denormal", "wide-softmax", "dropout", "rescaling-last", "frozen-middle", "activity-output",
    "activity-both", "clipnorm", "global-clipnorm", "decay", "decay-adam", "average", "rmsprop-0.9",
    "rmsprop-centered-0.5", "reduction-sum-categorical",
)  # fmt: skip
"""The cases of which every step is recorded; of the others, every epoch."""

FEWER_STEPS = {"long": 1}
"""A step with 400 features and their kernel fills 100 KB."""

AS_DIGESTS = ("penalties-wide", "penalties-cut", "wide-softmax")
"""The cases whose tensors would fill hundreds of KB: digests of them are recorded."""
