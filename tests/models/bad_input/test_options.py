"""Options of fit, evaluate and predict, and calls that come too early."""

import numpy as np
import pytest

import engine as keras


def fit(**options):
    return lambda s: s.binary.fit(s.x, s.y, **{"verbose": 0, **options})


def evaluate(**options):
    return lambda s: s.binary.evaluate(s.x, s.y, **{"verbose": 0, **options})


def predict(**options):
    return lambda s: s.binary.predict(s.x, **{"verbose": 0, **options})


WHOLE = "whole number ≥ 1"

TABLE = {
    "batch_size 0": (fit(batch_size=0), ValueError, WHOLE, "=0"),
    "batch_size -1": (fit(batch_size=-1), ValueError, WHOLE, "=-1"),
    "batch_size 1.5": (fit(batch_size=1.5), TypeError, WHOLE, "=1.5"),
    "batch_size 32.0": (fit(batch_size=32.0), TypeError, WHOLE, "=32.0"),
    "batch_size True": (fit(batch_size=True), TypeError, WHOLE, "=True"),
    "batch_size text": (fit(batch_size="32"), TypeError, WHOLE, "'32'"),
    "batch_size is the validation data": (
        lambda s: s.binary.fit(s.x, s.y, (s.x, s.y)), TypeError, WHOLE, "tuple of 2 arrays",
    ),
    "batch_size array": (
        lambda s: s.binary.fit(s.x, s.y, s.x), TypeError, WHOLE, "ndarray of shape (8, 2)",
    ),
    "batch_size in evaluate": (evaluate(batch_size=0), ValueError, WHOLE, "=0"),
    "batch_size in predict": (predict(batch_size="a"), TypeError, WHOLE, "'a'"),
    "validation_batch_size 0": (fit(validation_batch_size=0), ValueError, WHOLE, "=0"),
    "epochs -3": (fit(epochs=-3), ValueError, "whole number ≥ 0", "=-3"),
    "epochs text": (fit(epochs="3"), TypeError, "whole number ≥ 0", "'3'"),
    "epochs 2.5": (fit(epochs=2.5), TypeError, "whole number ≥ 0", "=2.5"),
    "epochs None": (fit(epochs=None), TypeError, "whole number ≥ 0", "=None"),
    "epochs True": (fit(epochs=True), TypeError, "whole number ≥ 0", "=True"),
    "initial_epoch -1": (fit(initial_epoch=-1), ValueError, "whole number ≥ 0", "=-1"),
    "initial_epoch text": (fit(initial_epoch="1"), TypeError, "whole number ≥ 0", "'1'"),
    "initial_epoch False": (fit(initial_epoch=False), TypeError, "whole number ≥ 0", "False"),
    "verbose 3": (fit(verbose=3), ValueError, '"auto", 0, 1 or 2', "=3"),
    "verbose -1": (fit(verbose=-1), ValueError, '"auto", 0, 1 or 2', "=-1"),
    "verbose loud": (fit(verbose="loud"), ValueError, '"auto"', "'loud'"),
    "verbose None": (fit(verbose=None), TypeError, '"auto"', "=None"),
    "verbose list": (fit(verbose=[1]), TypeError, '"auto"', "[1]"),
    "verbose in evaluate": (evaluate(verbose=1.0), TypeError, '"auto"', "=1.0"),
    "verbose in predict": (predict(verbose="no"), ValueError, '"auto"', "'no'"),
    "shuffle batch": (fit(shuffle="batch"), TypeError, "True or False", "'batch'"),
    "shuffle 1": (fit(shuffle=1), TypeError, "True or False", "=1"),
    "callbacks class": (fit(callbacks=[keras.callbacks.History]), TypeError, "Callback", "type"),
    "callbacks text": (fit(callbacks="early_stopping"), TypeError, "Callback", "'early_"),
    "callbacks number": (fit(callbacks=3), TypeError, "Callback", "3 of type int"),
    "callbacks with None": (fit(callbacks=[None]), TypeError, "Callback", "NoneType"),
    "callbacks in evaluate": (evaluate(callbacks=[1]), TypeError, "Callback", "1 of type int"),
    "callbacks in predict": (predict(callbacks=["x"]), TypeError, "Callback", "'x'"),
    "steps_per_epoch 0": (fit(steps_per_epoch=0), ValueError, WHOLE, "=0"),
    "steps_per_epoch text": (fit(steps_per_epoch="5"), TypeError, WHOLE, "'5'"),
    "validation_steps 0.5": (
        fit(validation_split=0.5, validation_steps=0.5), TypeError, WHOLE, "=0.5",
    ),
    "validation_freq 0": (fit(validation_freq=0), ValueError, WHOLE, "=0"),
    "validation_freq list": (fit(validation_freq=[1, 0]), ValueError, WHOLE, "=0"),
    "validation_freq array": (fit(validation_freq=np.ones(2)), TypeError, WHOLE, "(2,)"),
    "steps in evaluate": (evaluate(steps=0), ValueError, WHOLE, "=0"),
    "steps in predict": (predict(steps="2"), TypeError, WHOLE, "'2'"),
    "compiled model for fit": (
        lambda s: s.plain.fit(s.x, s.y), ValueError, "compile()", "'plain', not compiled",
    ),
    "compiled model for evaluate": (
        lambda s: s.plain.evaluate(s.x, s.y), ValueError, "compile()", "'plain', not compiled",
    ),
    "compiled model for train_on_batch": (
        lambda s: s.plain.train_on_batch(s.x, s.y), ValueError, "compile()", "'plain'",
    ),
    "compiled model for metrics_names": (
        lambda s: s.plain.metrics_names, ValueError, "compile()", "'plain', not compiled",
    ),
    "loss for fit": (lambda s: s.lossless.fit(s.x, s.y), ValueError, "'lossless'", "loss=None"),
    "loss for evaluate": (
        lambda s: s.lossless.evaluate(s.x, s.y), ValueError, "'lossless'", "loss=None",
    ),
    "built model for count_params": (
        lambda s: s.unbuilt.count_params(), ValueError, "build()", "'unbuilt' without weights",
    ),
    "built model for set_weights": (
        lambda s: s.unbuilt.set_weights([]), ValueError, "build()", "'unbuilt' without weights",
    ),
    "built model for output_shape": (
        lambda s: s.unbuilt.output_shape, ValueError, "build()", "'unbuilt' without weights",
    ),
    "built model for summary of inputs": (
        lambda s: s.empty.inputs, ValueError, "build()", "'empty' without weights",
    ),
    "model with layers for fit": (
        lambda s: s.empty.fit(s.x, s.y), ValueError, "with layers", "'empty' with 0 layers",
    ),
    "model with layers for evaluate": (
        lambda s: s.empty.evaluate(s.x, s.y), ValueError, "with layers", "'empty' with 0",
    ),
    "model with layers for predict": (
        lambda s: s.empty.predict(s.x), ValueError, "with layers", "'empty' with 0",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_is_refused(name, refuses):
    call, kind, *words = TABLE[name]
    refuses(call, kind, name.split()[0], *words)


def metric_of_other_labels(s):
    s.unbuilt.add(keras.layers.Dense(3, "softmax"))
    s.unbuilt.compile("sgd", "sparse_categorical_crossentropy", metrics=["mse"])


# What is done before, the wrong call, words of the message; each shows only in fit.
LATE = {
    "a used optimizer": (
        lambda s: s.lossless.compile(s.binary.optimizer, "mse"),
        lambda s: s.lossless.fit(s.x, s.y, verbose=0),
        ("optimizer that is new", "other weights, ['"),
    ),
    "a used optimizer, unbuilt model": (
        lambda s: s.unbuilt.compile(s.binary.optimizer, "mse"),
        lambda s: s.unbuilt.fit(s.x[:, :1], s.y, verbose=0),
        ("optimizer that is new", "other weights, ['"),
    ),
    "an optimizer with other settings": (
        lambda s: setattr(s.onehot.optimizer, "momentum", 0.0),
        lambda s: s.onehot.fit(s.x, s.rows, verbose=0),
        ("optimizer with the settings", "1 slots for []"),
    ),
    "a metric of other labels": (
        lambda s: s.sparse.compile("sgd", "sparse_categorical_crossentropy", metrics=["mse"]),
        lambda s: s.sparse.fit(s.x, s.classes, verbose=0),
        ("labels that fit the metric 'mse'", "width 1 for 3 outputs"),
    ),
    "a metric of other labels, unbuilt model": (
        metric_of_other_labels,
        lambda s: s.unbuilt.fit(s.x, s.classes, verbose=0),
        ("labels that fit the metric 'mse'", "width 1 for 3 outputs"),
    ),
    "a metric of other labels in evaluate": (
        metric_of_other_labels,
        lambda s: s.unbuilt.evaluate(s.x, s.classes, verbose=0),
        ("labels that fit the metric 'mse'", "width 1 for 3 outputs"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LATE)
def test_what_only_fit_can_see(name, refuses):
    setup, call, words = LATE[name]
    refuses(call, ValueError, *words, setup=setup)


def test_a_batch_size_beyond_all_rows_is_one_batch(scene):
    weights = scene.binary.get_weights()
    scene.binary.compile("sgd", "mse")
    scene.binary.fit(scene.x, scene.y, batch_size=10**30, verbose=0)
    first = scene.binary.get_weights()
    scene.binary.set_weights(weights)
    scene.binary.fit(scene.x, scene.y, batch_size=8, verbose=0)
    for a, b in zip(first, scene.binary.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert scene.binary.predict(scene.x, batch_size=10**30, verbose=0).shape == (8, 1)
