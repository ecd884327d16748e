"""Good input: whatever container the numbers come in, the results are the same to the bit."""

import numpy as np
import pandas as pd
import pytest

import engine as keras

# Small whole numbers are exact in every type.
X = np.array([[0, 1, 0], [1, 1, 0], [1, 0, 1], [0, 0, 1], [1, 1, 1], [0, 1, 1], [1, 0, 0]])
Y = np.array([0, 1, 1, 0, 1, 0, 1])
CLASSES = np.array([0, 2, 1, 0, 2, 1, 1])
WEIGHTS = np.array([1, 2, 0, 1, 3, 1, 2])

NUMERIC = ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"] + [
    "float16",
    "float32",
    "float64",
    "longdouble",
]


def as_list(a):
    return a.tolist()


def as_tuple(a):
    return tuple(tuple(row) if np.ndim(row) else row for row in a.tolist())


def frame(dtype):
    """A frame, or a series for labels."""
    return lambda a: (pd.DataFrame(a) if a.ndim == 2 else pd.Series(a)).astype(dtype)


def mixed(a):
    if a.ndim == 1:
        return pd.DataFrame({"y": a})
    columns = {"a": a[:, 0].astype(bool), "b": a[:, 1], "c": a[:, 2].astype("float32")}
    return pd.DataFrame(columns, index=range(100, 100 + len(a)))


def mixed_nullable(a):
    if a.ndim == 1:
        return pd.DataFrame({"y": pd.array(a, "Int64")})
    kinds = ["boolean", "Int64", "Float64"]
    return pd.DataFrame({k: pd.array(a[:, i], k) for i, k in enumerate(kinds)})


def every_second(a):
    wide = np.full((2 * len(a), *(2 * n for n in a.shape[1:])), 77.0)
    view = wide[::2, ::2] if a.ndim == 2 else wide[::2]
    view[...] = a
    return view


def backwards(a):
    return a[::-1].copy()[::-1]


def read_only(a):
    a = a.astype("float32")
    a.flags.writeable = False
    return a


def broadcast(a):
    return np.broadcast_to(a[..., np.newaxis], (*a.shape, 4))[..., 1]


class Arraylike:
    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype)


CONTAINERS = {
    **{name: lambda a, name=name: a.astype(name) for name in NUMERIC},
    "big-endian": lambda a: a.astype(">f8"),
    "Fortran order": lambda a: np.asfortranarray(a.astype("float32")),
    "every second": every_second,
    "backwards": backwards,
    "read-only": read_only,
    "broadcast": broadcast,
    "without a mask": lambda a: np.ma.masked_array(a),
    "list": as_list,
    "tuple": as_tuple,
    "list of arrays": lambda a: list(a.astype("float32")),
    "array-like": Arraylike,
    **{
        f"frame of {d}": frame(d)
        for d in ["bool", "int64", "uint8", "float32", "float64"]
        + ["boolean", "Int64", "UInt8", "Float32", "Float64"]
    },
    "mixed frame": mixed,
    "mixed frame of nullables": mixed_nullable,
}
BINARY = {"bool", "frame of bool", "frame of boolean"}
"""Containers that hold nothing but 0 and 1."""


def untouched(values):
    """What must be the same afterwards."""
    if isinstance(values, pd.DataFrame | pd.Series):
        return values.copy(deep=True)
    if isinstance(values, np.ndarray):
        return values.copy(), values.flags.writeable, values.strides, values.dtype
    return repr(values.values if isinstance(values, Arraylike) else values)


def same(before, after):
    if isinstance(before, pd.DataFrame | pd.Series):
        return before.equals(after) and str(before.dtypes) == str(after.dtypes)
    if isinstance(before, tuple):
        return np.array_equal(before[0], after[0]) and before[1:] == after[1:]
    return before == after


def results(loss, units, x, y, weights, waits):
    """All numbers that a model makes of the data."""
    keras.utils.set_random_seed(3)
    activation = "softmax" if units > 1 else "sigmoid"
    layers = [keras.layers.Dense(4, "relu"), keras.layers.Dense(units, activation)]
    model = keras.Sequential(layers if waits else [keras.Input((3,)), *layers])
    model.compile("adam", loss, metrics=["accuracy"])
    arguments = {"sample_weight": weights, "batch_size": 3, "verbose": 0}
    data = (x, y) if weights is None else (x, y, weights)
    history = model.fit(x, y, epochs=3, validation_data=data, **arguments)
    values = [history.history[name] for name in sorted(history.history)]
    values.append(model.evaluate(x, y, **arguments))
    values.append(model.train_on_batch(x, y, weights))
    values.append(model.test_on_batch(x, y, weights))
    values.append(model.predict(x, verbose=0))
    values.append(model.predict_on_batch(x))
    return [np.asarray(v) for v in [*values, *model.get_weights()]]


@pytest.fixture(autouse=True)
def own_randomness(monkeypatch):
    from engine.random import seeds

    monkeypatch.setattr(seeds, "_global_seed", None)


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("problem", ["binary", "sparse"])
def test_the_container_does_not_matter(problem, container):
    loss, units, y = {
        "binary": ("binary_crossentropy", 1, Y),
        "sparse": ("sparse_categorical_crossentropy", 3, CLASSES),
    }[problem]
    weights = WEIGHTS.astype("float32")
    expected = results(loss, units, X.astype("float32"), y.astype("float32"), weights, False)
    make = CONTAINERS[container]
    fits = container not in BINARY
    data = (
        make(X),
        make(y) if fits or problem == "binary" else y,
        make(WEIGHTS) if fits else WEIGHTS,
    )
    before = [untouched(values) for values in data]
    found = results(loss, units, *data, waits=True)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(a, b, strict=True)
    for values, old in zip(data, before, strict=True):
        assert same(old, untouched(values)), "the caller's data were changed"


@pytest.mark.parametrize("shape", [(7,), (7, 1)])
def test_one_column_of_labels_may_be_flat(shape):
    expected = results("mse", 1, X, Y, None, False)
    for a, b in zip(results("mse", 1, X, Y.reshape(shape), None, False), expected, strict=True):
        np.testing.assert_array_equal(a, b, strict=True)


@pytest.mark.parametrize("dtype", ["bool", "int64", "uint8", "float64"])
def test_one_hot_labels_of_any_type(dtype):
    rows = np.eye(3)[CLASSES]
    expected = results("categorical_crossentropy", 3, X, rows.astype("float32"), None, False)
    found = results("categorical_crossentropy", 3, X, rows.astype(dtype), None, False)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(a, b, strict=True)


def test_one_feature_may_be_flat():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    column = np.arange(5.0)
    expected = model.predict(column[:, np.newaxis], verbose=0)
    for values in (column, column.tolist(), pd.Series(column), pd.DataFrame({"a": column})):
        np.testing.assert_array_equal(model.predict(values, verbose=0), expected, strict=True)


def test_large_integers_are_rounded_once():
    """2⁶⁰ + 2³⁶ + 1 is over half-way between two floats; by way of a double it would be a tie."""
    number = 2**60 + 2**36 + 1
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="ones")])
    for values in (
        [[number]],
        np.array([[number]]),
        pd.DataFrame({"a": [number]}),
        pd.DataFrame({"a": pd.array([number], "Int64")}),
    ):
        assert model.predict(values, verbose=0).item() == 2**60 + 2**37


def test_the_largest_and_smallest_normal_floats_pass():
    largest, smallest = float(np.finfo("float32").max), float(np.finfo("float32").tiny)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="ones")])
    found = model.predict([[largest], [-largest], [smallest], [1e-300]], verbose=0)
    np.testing.assert_array_equal(found[:, 0], np.float32([largest, -largest, smallest, 0]))


def test_callers_arrays_may_change_after_the_call():
    """The model keeps no view of the data."""
    x, y = X.astype("float32"), Y.astype("float32")
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    predicted = model.predict(x, verbose=0)
    kept = predicted.copy()
    model.fit(x, y, verbose=0)
    weights = model.get_weights()
    x[...], y[...] = 1e9, 1e9
    np.testing.assert_array_equal(predicted, kept)
    for a, b in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
