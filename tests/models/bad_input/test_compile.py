"""Wrong arguments of compile, of optimizers, losses and metrics."""

import numpy as np
import pytest

import engine as keras

SGD, Adam = keras.optimizers.SGD, keras.optimizers.Adam
y, p = [[0.0, 1.0]], [[0.5, 0.5]]


def compile_(*args, **options):
    return lambda s: s.binary.compile(*args, **options)


def get(what, value):
    return lambda s: getattr(keras, what).get(value)


TABLE = {
    "optimizer Adagrad": (compile_("adagrad"), ValueError, "sgd, rmsprop, adam", "'adagrad'"),
    "optimizer nadam": (compile_("nadam", "mse"), ValueError, "sgd, rmsprop, adam", "'nadam'"),
    "optimizer misspelt": (compile_("adamm", "mse"), ValueError, "sgd, rmsprop, adam", "'adamm'"),
    "optimizer empty": (compile_("", "mse"), ValueError, "sgd, rmsprop, adam", "''"),
    "optimizer None": (compile_(None, "mse"), TypeError, "sgd, rmsprop, adam", "=None"),
    "optimizer number": (compile_(0.1, "mse"), TypeError, "sgd, rmsprop, adam", "=0.1"),
    "optimizer list": (compile_(["adam"], "mse"), TypeError, "sgd, rmsprop, adam", "['adam']"),
    "optimizer foreign class": (compile_(dict, "mse"), TypeError, "sgd, rmsprop, adam", "dict"),
    "optimizer config": (
        compile_({"class_name": "Nadam", "config": {}}), ValueError, "SGD, RMSprop", "'Nadam'",
    ),
    "SGD from a config with lr": (
        compile_({"class_name": "SGD", "config": {"lr": 1}}), TypeError, "SGD", "lr=1",
    ),
    "optimizer config, empty": (compile_({}), ValueError, "class_name", "SGD, RMSprop", "None"),
    "loss misspelt": (compile_("adam", "mseee"), ValueError, "mse, bce", "'mseee'"),
    "loss number": (compile_("adam", 5), TypeError, "mse, bce", "=5"),
    "loss list": (compile_("adam", ["mse"] * 2), TypeError, "mse, bce", "['mse', 'mse']"),
    "loss lambda": (compile_("adam", lambda a, b: 0.0), ValueError, "mse, bce", "<lambda>"),
    "loss hinge": (compile_("adam", "hinge"), ValueError, "binary_crossentropy", "'hinge'"),
    "loss array": (compile_("adam", np.ones(3)), TypeError, "mse, bce", "ndarray of shape (3,)"),
    "loss config": (compile_("adam", {"a": "mse"}), ValueError, "only output", "{'a': 'mse'}"),
    "metrics misspelt": (compile_("adam", "mse", metrics=["acuracy"]), ValueError, "'acuracy'"),
    "metrics IoU": (compile_("adam", "mse", metrics=["IoU"]), ValueError, "accuracy", "'IoU'"),
    "metrics number": (compile_("adam", "mse", metrics=[1]), TypeError, "accuracy", "1"),
    "metrics None inside": (compile_("adam", "mse", metrics=[None]), TypeError, "None"),
    "metrics function": (compile_("adam", "mse", metrics=[np.mean]), ValueError, "mean"),
    "metrics called loss": (
        compile_("adam", "mse", metrics=[keras.metrics.BinaryAccuracy(name="loss")]),
        ValueError, "other names", "'loss'",
    ),
    "loss_weights": (compile_("adam", "mse", loss_weights=[2.0]), ValueError, "1 or None", "[2.0]"),
    "metrics misspelt, weighted": (
        compile_("adam", "mse", weighted_metrics=["acuracy"]), ValueError, "'acuracy'",
    ),
    "weighted_metrics text": (
        compile_("adam", "mse", weighted_metrics="accuracy"), ValueError, "a list", "'accuracy'",
    ),
    "run_eagerly": (compile_("adam", "mse", run_eagerly=True), ValueError, "=False", "=True"),
    "steps_per_execution 0": (compile_("adam", "mse", steps_per_execution=0), ValueError, "=0"),
    "config of compile, no dict": (
        lambda s: s.binary.compile_from_config("adam"), TypeError, "a dict", "'adam'",
    ),
    "config of compile, no optimizer": (
        lambda s: s.binary.compile_from_config({"loss": "mse"}), ValueError, "optimizer", "{'loss'",
    ),
    # Optimizers
    "learning_rate negative": (lambda s: SGD(-0.1), ValueError, "≥ 0", "=-0.1"),
    "learning_rate NaN": (lambda s: Adam(np.nan), ValueError, "≥ 0", "=nan"),
    "learning_rate infinite": (lambda s: Adam(np.inf), ValueError, "≥ 0", "=inf"),
    "learning_rate too large for float32": (lambda s: SGD(1e39), ValueError, "≥ 0", "=1e+39"),
    "learning_rate enormous": (lambda s: SGD(10**400), ValueError, "≥ 0", "=1000"),
    "learning_rate text": (lambda s: SGD("x"), TypeError, "≥ 0", "='x'"),
    "learning_rate None": (lambda s: Adam(None), TypeError, "≥ 0", "=None"),
    "learning_rate True": (lambda s: Adam(True), TypeError, "≥ 0", "=True"),
    "learning_rate list": (lambda s: Adam([0.1]), TypeError, "≥ 0", "=[0.1]"),
    "learning_rate complex": (lambda s: Adam(1j), TypeError, "≥ 0", "=1j"),
    "learning_rate schedule": (lambda s: SGD(lambda step: 0.1), TypeError, "schedules", "lambda"),
    "learning_rate set later": (
        lambda s: setattr(s.binary.optimizer, "learning_rate", -1), ValueError, "≥ 0", "=-1",
    ),
    "momentum 2": (lambda s: SGD(momentum=2), ValueError, "[0, 1]", "=2"),
    "momentum negative": (lambda s: SGD(momentum=-0.1), ValueError, "[0, 1]", "=-0.1"),
    "momentum NaN": (lambda s: SGD(momentum=np.nan), ValueError, "[0, 1]", "=nan"),
    "momentum text": (lambda s: SGD(momentum="0.9"), TypeError, "[0, 1]", "='0.9'"),
    "nesterov 1": (lambda s: SGD(nesterov=1), TypeError, "True or False", "=1"),
    "beta_1 1.0": (lambda s: Adam(beta_1=1.0), ValueError, "[0, 1)", "=1.0"),
    "beta_2 1.5": (lambda s: Adam(beta_2=1.5), ValueError, "[0, 1)", "=1.5"),
    "beta_2 negative": (lambda s: Adam(beta_2=-0.5), ValueError, "[0, 1)", "=-0.5"),
    "epsilon negative": (lambda s: Adam(epsilon=-1), ValueError, "≥ 0", "=-1"),
    "epsilon None": (lambda s: Adam(epsilon=None), TypeError, "≥ 0", "=None"),
    "amsgrad text": (lambda s: Adam(amsgrad="yes"), TypeError, "True or False", "='yes'"),
    "clipnorm": (lambda s: SGD(clipnorm=-1.0), ValueError, "≥ 0", "=-1.0"),
    "clipvalue": (lambda s: Adam(clipvalue="1"), TypeError, "≥ 0", "='1'"),
    "clipnorm and clipvalue": (
        lambda s: Adam(clipvalue=0.5, clipnorm=1), ValueError, "only one of", "clipnorm=1, clip",
    ),
    "weight_decay": (lambda s: Adam(weight_decay=-0.01), ValueError, "≥ 0", "=-0.01"),
    "weight_decay array": (lambda s: Adam(weight_decay=np.ones(2)), TypeError, "≥ 0", "(2,)"),
    "weight_decay None": (
        lambda s: keras.optimizers.AdamW(weight_decay=None), ValueError, "Adam", "=None",
    ),
    "use_ema": (lambda s: Adam(use_ema=1), TypeError, "True or False", "=1"),
    "ema_momentum": (lambda s: Adam(ema_momentum=1.5), ValueError, "[0, 1]", "=1.5"),
    "ema_overwrite_frequency": (
        lambda s: SGD(ema_overwrite_frequency=0), ValueError, "whole number ≥ 1", "=0",
    ),
    "ema_overwrite_frequency 1.5": (
        lambda s: SGD(ema_overwrite_frequency=1.5), TypeError, "whole number ≥ 1", "=1.5",
    ),
    "gradient_accumulation_steps": (
        lambda s: SGD(gradient_accumulation_steps=2), ValueError, "=None", "=2",
    ),
    "loss_scale_factor": (lambda s: SGD(loss_scale_factor=2.0), ValueError, "=None", "=2.0"),
    "rho 1": (lambda s: keras.optimizers.RMSprop(rho=1), ValueError, "[0, 1)", "=1"),
    "centered 1": (
        lambda s: keras.optimizers.RMSprop(centered=1), TypeError, "True or False", "=1",
    ),
    "lr": (lambda s: SGD(lr=0.1), TypeError, "arguments of SGD", "=0.1"),
    "decay": (lambda s: Adam(decay=0.1), TypeError, "arguments of Adam", "=0.1"),
    "name of an optimizer": (lambda s: SGD(name=5), TypeError, "text", "=5"),
    "config of an optimizer": (lambda s: SGD.from_config([1]), TypeError, "a dict", "SGD", "[1]"),
    "optimizer of get": (get("optimizers", "Nadam"), ValueError, "sgd, rmsprop, adam", "'Nadam'"),
    # Losses
    "loss of get": (get("losses", "mae"), ValueError, "mse, bce", "'mae'"),
    "loss of get, None": (get("losses", None), TypeError, "mse, bce", "=None"),
    "from_logits 1": (
        lambda s: keras.losses.BinaryCrossentropy(from_logits=1), TypeError, "True or False", "=1",
    ),
    "label_smoothing 2": (
        lambda s: keras.losses.BinaryCrossentropy(label_smoothing=2), ValueError, "[0, 1]", "=2",
    ),
    "label_smoothing NaN": (
        lambda s: keras.losses.CategoricalCrossentropy(label_smoothing=np.nan),
        ValueError, "[0, 1]", "=nan",
    ),
    "label_smoothing text": (
        lambda s: keras.losses.BinaryCrossentropy(label_smoothing="0.1"),
        TypeError, "[0, 1]", "='0.1'",
    ),
    "reduction average": (
        lambda s: keras.losses.MeanSquaredError(reduction="average"),
        ValueError, "sum_over_batch_size, mean, sum", "'average'",
    ),
    "reduction none in fit": (
        lambda s: compile_("sgd", keras.losses.MeanSquaredError(reduction="none"))(s),
        ValueError, "one number for a batch", "'none'",
    ),
    "axis 0": (
        lambda s: keras.losses.CategoricalCrossentropy(axis=0), ValueError, "axis=-1", "axis=0",
    ),
    "name of a loss": (lambda s: keras.losses.MeanSquaredError(name=3), TypeError, "text", "=3"),
    "config of a loss": (
        lambda s: keras.losses.MeanSquaredError.from_config({"delta": 1}),
        TypeError, "MeanSquaredError", "'delta'",
    ),
    "y_true of another shape": (
        lambda s: keras.losses.mean_squared_error([1.0, 2.0], p),
        ValueError, "same shape", "y_true.shape=(2,), y_pred.shape=(1, 2)",
    ),
    "y_true of texts": (
        lambda s: keras.losses.mean_squared_error([["a", "b"]], p), TypeError, "numbers", "'a'",
    ),
    "y_true None": (
        lambda s: keras.losses.binary_crossentropy(None, p), TypeError, "array", "NoneType",
    ),
    "y_pred ragged": (
        lambda s: keras.losses.binary_crossentropy(y, [[1.0], [1.0, 2.0]]),
        ValueError, "equally long", "[[1.0], [1.0, 2.0]]",
    ),
    "y_true one-hot for sparse": (
        lambda s: keras.losses.sparse_categorical_crossentropy(y, p),
        ValueError, "class number", "y_true.shape=(1, 2)",
    ),
    "y_true class too large": (
        lambda s: keras.losses.sparse_categorical_crossentropy([2], p), ValueError, "0 … 1", "2",
    ),
    "sample_weight of a loss": (
        lambda s: keras.losses.MeanSquaredError()(y, p, [1.0, 2.0]), ValueError, "1 rows", "(2,)",
    ),
    # Metrics
    "metrics of get": (get("metrics", "f1"), ValueError, "binary_accuracy", "'f1'"),
    "metrics of get, number": (get("metrics", 1.5), TypeError, "binary_accuracy", "1.5"),
    "threshold 1": (
        lambda s: keras.metrics.BinaryAccuracy(threshold=1), ValueError, "[0, 1)", "=1",
    ),
    "threshold text": (
        lambda s: keras.metrics.BinaryAccuracy(threshold="a"), TypeError, "[0, 1)", "='a'",
    ),
    "name of a metric": (lambda s: keras.metrics.BinaryAccuracy(name=1), TypeError, "text", "=1"),
    "y_pred of a metric": (
        lambda s: keras.metrics.CategoricalAccuracy()(y, [[1.0]]),
        ValueError, "same shape", "y_pred.shape=(1, 1)",
    ),
    "y_true of a metric": (
        lambda s: keras.metrics.SparseCategoricalAccuracy()([5], p), ValueError, "0 … 1", "5",
    ),
    "class_name of a metric": (
        lambda s: keras.metrics.deserialize({"class_name": "IoU"}), ValueError, "metric", "'IoU'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_is_refused(name, refuses):
    call, kind, *words = TABLE[name]
    refuses(call, kind, name.split()[0].strip(","), *words)
