"""Whole trainings beside Keras itself, compared by bits: weights, History, predictions.

Both start from the same seed: nothing is copied from one to the other.
"""

from dataclasses import replace

import numpy as np
import pytest

from tests.parity.promise import SAME_BITS, assert_as_promised
from tests.parity.stories import Case, both, training

pytestmark = pytest.mark.keras

ADAM = {"optimizer": "Adam", "options": {"learning_rate": 0.01}}
AMSGRAD = {"optimizer": "Adam", "options": {"learning_rate": 0.01, "amsgrad": True}}
MOMENTUM = {"options": {"learning_rate": 0.1, "momentum": 0.9}}
NESTEROV = {"options": {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True}}
THREE = {"sizes": (6, 7, 3)}
CLASSES = {**THREE, "activations": ("relu", "softmax"), "loss": "categorical"}
SPARSE = {**CLASSES, "loss": "sparse"}
SQUARES = {**THREE, "activations": ("relu", None), "loss": "squared", "metrics": ("mse",)}
LOGITS = {"loss_options": {"from_logits": True}}
SMOOTH = {"loss_options": {"label_smoothing": 0.1}}
WEIGHTS = {"weights": "sample_weight"}
L1, L2, BOTH = ("L1", 0.003), ("L2", 0.02), ("L1L2", 0.001, 0.01)

CASES = [
    # optimizers; validation, predictions and evaluation as well
    Case(validation="data", afterwards=True),
    Case(**MOMENTUM, validation="data"),
    Case(**NESTEROV, batch=10),
    Case(**ADAM, validation="data", afterwards=True),
    Case(**AMSGRAD, batch=10),
    Case(options={"learning_rate": 0.05, "momentum": 1.0}, batch=32),
    Case(optimizer="Adam", options={"beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-3}),
    # batch sizes and hidden activations
    *(
        Case(sizes=(6, 7, 3, 1), activations=(act, act, "sigmoid"), batch=batch, **ADAM)
        for batch, act in [
            (1, "relu"), (1, "sigmoid"), (5, None), (5, "sigmoid"), (10, "leaky_relu"),
            (32, "relu"), (32, "sigmoid"), (32, "leaky_relu"), (43, "relu"),
            (1, "tanh"), (5, "tanh"), (32, "tanh"), (5, "elu"), (32, "elu"), (10, "softmax"),
        ]
    ),
    *(  # more than 8 and more than 32 units: the sum over a row of softmax shows its order
        Case(sizes=(6, units, 5, 1), activations=("softmax", "tanh", "sigmoid"), batch=batch,
             use_bias=use_bias, afterwards=True)
        for units, batch, use_bias in [(11, 5, True), (45, 8, False), (70, 1, True)]
    ),
    Case(**{**CLASSES, "activations": ("tanh", "softmax")}, **ADAM, batch=32, afterwards=True),
    # losses and outputs
    Case(**THREE, afterwards=True),
    Case(**CLASSES, validation="data", afterwards=True),
    Case(**SPARSE, batch=10, afterwards=True),
    Case(**CLASSES, **ADAM, batch=32, rows=100),
    Case(**SQUARES, validation="data", afterwards=True),
    Case(sizes=(6, 7, 1), activations=("sigmoid", None), loss="squared", metrics=None, batch=32),
    *(
        Case(**{**SQUARES, "activations": ("relu", act)}, batch=batch)
        for act, batch in [
            ("sigmoid", 5), ("softmax", 10), ("relu", 5),
            ("leaky_relu", 10), ("tanh", 5), ("elu", 7),
        ]
    ),
    Case(sizes=(6, 7, 40), activations=("elu", "softmax"), loss="squared", batch=7,
         afterwards=True),
    Case(activations=("relu", None), **LOGITS, afterwards=True),
    Case(**{**THREE, "activations": ("relu", None)}, **LOGITS, batch=10),
    Case(**{**CLASSES, "activations": ("relu", None)}, **LOGITS, **ADAM),
    Case(**{**SPARSE, "activations": ("relu", None)}, **LOGITS, batch=10),
    Case(**{**THREE, "activations": ("relu", "softmax")}),  # the logits of the wrong activation
    Case(**{**CLASSES, "activations": ("relu", "sigmoid")}),
    Case(**{**SPARSE, "activations": ("relu", "sigmoid")}, batch=10),
    # what comes out is taken for probabilities
    Case(activations=("sigmoid", None), scale=0.3),
    Case(activations=("relu", "tanh"), batch=8, afterwards=True),
    *(
        Case(sizes=(6, 7, units), activations=("sigmoid", act), loss=loss, batch=batch, rows=rows,
             metrics=(name,), afterwards=True, validation="weighted", **more)
        for loss, name in [
            ("binary", "binary_crossentropy"),
            ("categorical", "categorical_crossentropy"),
            ("sparse", "sparse_categorical_crossentropy"),
        ]
        for act, units, batch, rows, more in [
            ("relu", 3, 10, 43, {}),
            ("leaky_relu", 5, 8, 40, WEIGHTS),
            ("tanh", 11, 7, 43, WEIGHTS),
            (None, 40, 32, 100, ADAM),
        ]
    ),
    Case(**{**THREE, "activations": ("relu", "relu")}, **SMOOTH, validation="data"),
    Case(**{**CLASSES, "activations": ("relu", "leaky_relu")}, **SMOOTH, validation="data"),
    Case(**{**CLASSES, "activations": ("tanh", "elu")}, weights="class_weight", batch=10),
    *(  # a crossentropy that reads the logits keeps a sigmoid from being fused with its bias
        Case(sizes=(6, 7, units), activations=("elu", act), loss="squared", batch=8,
             metrics=("binary_crossentropy", "categorical_crossentropy")[:number], afterwards=True)
        for act, units, number in [("tanh", 10, 2), ("sigmoid", 6, 2), ("sigmoid", 1, 1)]
    ),
    Case(**SMOOTH, validation="data"),
    Case(**CLASSES, **SMOOTH, validation="data"),
    # weights of rows and classes; ragged and even batches
    Case(**WEIGHTS, validation="weighted"),
    Case(**THREE, **WEIGHTS),
    Case(**THREE, **WEIGHTS, rows=40),
    Case(**SQUARES, **WEIGHTS, rows=40),
    Case(**CLASSES, **WEIGHTS, validation="weighted"),
    Case(**SPARSE, **WEIGHTS, batch=10),
    Case(weights="class_weight", validation="data"),
    Case(**CLASSES, weights="class_weight", batch=10),
    Case(**SPARSE, weights="class_weight"),
    # metrics: what "accuracy" means, and losses that are watched
    Case(metrics=("acc", "binary_accuracy", "mse", "bce"), afterwards=True),
    Case(**THREE, metrics=("acc", "binary_accuracy", "categorical_accuracy", "mse")),
    Case(**CLASSES, metrics=("acc", "categorical_accuracy", "mse", "categorical_crossentropy")),
    Case(**SPARSE, metrics=("acc", "sparse_categorical_accuracy")),
    Case(**SPARSE, metrics=("sparse_categorical_crossentropy",)),
    Case(**{**SQUARES, "metrics": ("accuracy", "mean_squared_error")}),
    Case(
        sizes=(6, 7, 10), activations=("relu", None), loss="categorical", **LOGITS, batch=32,
        metrics=("categorical_crossentropy", "accuracy"),
    ),
    # what fit can be told
    Case(validation="split", fit={"validation_batch_size": 4}),
    Case(fit={"shuffle": False}, validation="data"),
    Case(epochs=3, fit={"initial_epoch": 1}),
    # penalties on kernels and biases, in fit, validation and evaluate
    *(
        Case(penalties=((p, None), (None, p)), validation="data", afterwards=True)
        for p in (L1, L2, BOTH)
    ),
    Case(**ADAM, penalties=((L2, None), (L2, None)), validation="data", afterwards=True),
    Case(**AMSGRAD, penalties=((L1, L2), (BOTH, L1)), batch=10),
    Case(**MOMENTUM, penalties=((L2, L1), (L2, BOTH)), **WEIGHTS, validation="weighted"),
    Case(**NESTEROV, penalties=((BOTH, None), (BOTH, L2)), batch=32, validation="split"),
    Case(**CLASSES, **ADAM, penalties=((None, None), (L2, L2)), weights="class_weight", batch=1),
    Case(**CLASSES, **SMOOTH, penalties=((BOTH, BOTH), (None, L1)), afterwards=True),
    Case(**SPARSE, penalties=((L1, None), (L1, None)), batch=43, validation="data"),
    Case(**SQUARES, penalties=((L2, L2), (L2, L2)), afterwards=True),
    Case(**THREE, **WEIGHTS, penalties=((L2, None), (L1, None)), rows=40),
    Case(metrics=("acc", "bce", "mse"), penalties=((L2, L2), (L2, L2)), afterwards=True),
    Case(penalties=((L2, L1), (BOTH, L1)), use_bias=False, batch=1),
    Case(penalties=((("L2", 0.0), ("L1", 0.0)), (("L1L2",), ("L1L2", 0.0, 0.01)))),
    # 13 losses in one sum, and kernels of more than 8,192 numbers
    Case(sizes=(6, 5, 7, 4, 9, 8, 1), activations=(*["relu"] * 5, "sigmoid"), **ADAM,
         penalties=((L2, L1), (BOTH, L2), (L1, L1), (L2, L2), (L2, BOTH), (L1, L2)),
         validation="data", afterwards=True),
    Case(sizes=(120, 137, 90, 3), activations=("relu", "relu", "softmax"), loss="categorical",
         penalties=((L2, None), (L1, None), (BOTH, None)), batch=16, validation="data"),
    # sums of so many numbers that TensorFlow cuts them
    Case(sizes=(400, 300, 3), activations=("relu", "softmax"), loss="sparse", epochs=1,
         penalties=((L2, None), (None, None)), batch=20, validation="data"),
    Case(rows=20000, batch=9000, validation="split", metrics=("acc", "mse"), **ADAM),
    # without biases, wide, long, badly scaled
    Case(sizes=(6, 7, 3, 1), activations=("sigmoid", "relu", "sigmoid"), use_bias=False, batch=32),
    Case(**{**CLASSES, "activations": ("sigmoid", "softmax")}, use_bias=False),
    *(
        Case(sizes=(6, 7, 3, 5), activations=(act, act, act), loss="squared", use_bias=False,
             batch=7, afterwards=True)
        for act in ("tanh", "elu", "softmax")
    ),
    Case(sizes=(30, 40, 1, 17), activations=("relu", "relu", "softmax"), loss="categorical",
         batch=20, rows=100),
    Case(sizes=(400, 20, 1), batch=16, rows=40),
    Case(scale=30.0),
    Case(scale=100.0, optimizer="Adam", options={"learning_rate": 0.1}),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_same_bits(keras, case):
    if case.scale > 1 and not SAME_BITS:
        pytest.skip("inputs this large multiply every rounding: only same bits can be asked for")
    ours, theirs = both(keras, training, case)
    for name in theirs:
        assert_as_promised(ours[name], np.asarray(theirs[name]), name)


HIDDEN = ["relu", "sigmoid", "leaky_relu", "tanh", "elu", "softmax"]


def random_case(number):
    """A network, optimizer and batch size that nobody chose."""
    rng = np.random.default_rng([77, number])
    loss = rng.choice(["binary", "categorical", "sparse", "squared"])
    hidden = [str(rng.choice(HIDDEN)) for _ in range(rng.integers(0, 4))]
    last = {"binary": "sigmoid", "categorical": "softmax", "sparse": "softmax"}.get(str(loss))
    low = 1 if loss in ("binary", "squared") else 2
    sizes = rng.integers(1, 70, len(hidden) + 1).tolist() + [int(rng.integers(low, 12))]
    options = [ADAM, AMSGRAD, MOMENTUM, NESTEROV, {"options": {"learning_rate": 0.05}}]
    return Case(
        sizes=tuple(sizes),
        activations=(*hidden, last),
        loss=str(loss),
        rows=int(rng.integers(20, 200)),
        batch=int(rng.choice([1, 3, 7, 16, 32, 64])),
        epochs=2,
        metrics=None if loss == "squared" else ("accuracy",),
        validation="data",
        seed=int(rng.integers(0, 2**32)),
        **options[number % 5],
    )


PENALTIES = (None, ("L1", 1e-3), ("L2", 0.01), ("L1L2", 1e-4, 3e-3))


@pytest.mark.parametrize("number", range(10, 18))
def test_random_penalties(keras, number):
    case = random_case(number)
    choice = np.random.default_rng(number).integers(0, 4, (len(case.activations), 2)).tolist()
    pairs = tuple((PENALTIES[kernel], PENALTIES[bias]) for kernel, bias in choice)
    case = replace(case, penalties=pairs)
    ours, theirs = both(keras, training, case)
    for name in theirs:
        assert_as_promised(ours[name], np.asarray(theirs[name]), f"{name} of {case}")


@pytest.mark.parametrize("number", range(10))
def test_random_networks(keras, number):
    case = random_case(number)
    ours, theirs = both(keras, training, case)
    for name in theirs:
        assert_as_promised(ours[name], np.asarray(theirs[name]), f"{name} of {case}")
