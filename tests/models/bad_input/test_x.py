"""Features that no model can read."""

import datetime
import io
import warnings

import numpy as np
import pandas as pd
import pytest
import scipy.sparse

nan, inf = np.nan, np.inf


def with_value(s, value, dtype="float64"):
    x = s.x.astype(dtype)
    x[2, 1] = value
    return x


def without_warnings(x):
    """NumPy warns of some conversions before the engine sees the array."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.asarray(x)


def archive(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    file.seek(0)
    return np.load(file)


def with_None(s):
    x = s.x.astype(object)
    x[3, 1] = None
    return x


# Name: what x is, the exception, words of the message.
TABLE = {
    "None": (lambda s: None, TypeError, "x", "NoneType"),
    "text": (lambda s: "data.csv", TypeError, "x", "array", "ParquetBatches", "str"),
    "function": (
        lambda s: lambda: iter([s.x]),
        TypeError,
        "array",
        "when it is called",
        "function",
    ),
    "numbers of Python's": (
        lambda s: s.x.astype(object),
        TypeError,
        'np.asarray(x, "float32")',
        "object",
    ),
    "None among numbers": (
        with_None,
        TypeError,
        "numbers in x; fill what is missing",
        "object, such as x[3, 1] = None",
    ),
    "numbers and texts": (
        lambda s: np.array([[1, "a"]], object),
        TypeError,
        "numbers in x. Rec",
        "such as x[0, 1] = 'a'",
    ),
    "sparse matrix": (
        lambda s: scipy.sparse.csr_matrix(s.x),
        TypeError,
        "x to be dense",
        "x.toarray() makes it so",
        "of type csr_matrix",
    ),
    "sparse array": (lambda s: scipy.sparse.coo_array(s.x), TypeError, "dense", "coo_array"),
    "file of arrays": (
        lambda s: archive(x=s.x, y=s.y),
        TypeError,
        "take one by its name",
        "NpzFile with ['x', 'y']",
    ),
    "bytes": (lambda s: b"12", TypeError, "x", "array", "bytes"),
    "dict": (lambda s: {"a": [1.0, 2.0]}, TypeError, "x", "array", "dict"),
    "set": (lambda s: {1.0, 2.0}, TypeError, "x", "array", "set"),
    "generator": (lambda s: (row for row in s.x), ValueError, "batch"),
    "object": (lambda s: object(), TypeError, "x", "array", "object"),
    "model": (lambda s: s.plain, TypeError, "x", "array", "Sequential"),
    "number": (lambda s: 3.0, ValueError, "(rows, 2)", "x.shape=()"),
    "no rows": (lambda s: s.x[:0], ValueError, "at least one row", "x.shape=(0, 2)"),
    "empty list": (lambda s: [], ValueError, "(rows, 2)", "x.shape=(0,)"),
    "no columns": (lambda s: s.x[:, :0], ValueError, "(rows, 2)", "x.shape=(8, 0)"),
    "one axis": (lambda s: s.x[:, 0], ValueError, "(rows, 2)", "x.shape=(8,)"),
    "one row flat": (
        lambda s: s.x[0],
        ValueError,
        "(rows, 2)",
        "x[np.newaxis] makes it one row",
        "x.shape=(2,)",
    ),
    "three axes": (lambda s: s.x[np.newaxis], ValueError, "(rows, 2)", "x.shape=(1, 8, 2)"),
    "list of two inputs": (lambda s: [s.x, s.x], ValueError, "(rows, 2)", "x.shape=(2, 8, 2)"),
    "too few features": (lambda s: s.x[:, :1], ValueError, "(rows, 2)", "x.shape=(8, 1)"),
    "too many features": (lambda s: np.ones((8, 5)), ValueError, "(rows, 2)", "x.shape=(8, 5)"),
    "transposed": (lambda s: s.x.T, ValueError, "(rows, 2)", "x.shape=(2, 8)"),
    "ragged list": (lambda s: [[1.0, 2.0], [3.0]], ValueError, "equally long", "[[1.0, 2.0]"),
    "ragged arrays": (lambda s: [s.x, s.x[:2]], ValueError, "equally long", "list of 2 arrays"),
    "NaN": (lambda s: with_value(s, nan), ValueError, "finite", "1 that", "x[2, 1] = nan"),
    "infinity": (lambda s: with_value(s, inf), ValueError, "finite", "x[2, 1] = inf"),
    "minus infinity": (lambda s: with_value(s, -inf), ValueError, "finite", "x[2, 1] = -inf"),
    "NaN in half precision": (
        lambda s: with_value(s, nan, "float16"),
        ValueError,
        "finite",
        "x[2, 1] = nan",
    ),
    "too large for float32": (
        lambda s: with_value(s, 1e39),
        ValueError,
        "too large for float32",
        "x[2, 1] = 1e+39",
    ),
    "integers too large for float32": (
        lambda s: [[10**40, 1], [2, 3]],
        TypeError,
        "numbers in x",
        "object",
    ),
    "complex": (lambda s: s.x.astype(complex), TypeError, "numbers in x", "complex128"),
    "objects": (lambda s: s.x.astype(object), TypeError, "numbers in x", "object"),
    "texts": (lambda s: s.x.astype(str), TypeError, "numbers in x", "<U"),
    "numbers as texts": (lambda s: [["1", "2"]], TypeError, "numbers in x", "'1'"),
    "dates": (
        lambda s: np.zeros((8, 2), "datetime64[D]"),
        TypeError,
        "numbers in x",
        "datetime64",
    ),
    "durations": (
        lambda s: np.zeros((8, 2), "timedelta64[s]"),
        TypeError,
        "numbers in x",
        "timedelta64",
    ),
    "records": (
        lambda s: np.zeros(8, [("a", "f4"), ("b", "f4")]),
        TypeError,
        "numbers in x",
        "('a', '<f4')",
    ),
    "lists with None": (lambda s: [[1.0, None], [2.0, 3.0]], TypeError, "numbers in x", "object"),
    "masked": (
        lambda s: np.ma.masked_less(s.x, 0.0),
        ValueError,
        "no masked entries in x",
        "of them",
    ),
    "frame with texts": (
        lambda s: s.frame.assign(b="male"),
        TypeError,
        "columns of numbers in x; encode them first, e.g. with pandas.get_dummies",
        "column 'b'",
    ),
    "frame of texts": (lambda s: s.frame.astype(str), TypeError, "columns of numbers", "'a'"),
    "frame with categories": (
        lambda s: s.frame.assign(b=pd.Categorical(["m", "f"] * 4)),
        TypeError,
        "columns of numbers in x; encode",
        "column 'b'",
        "category",
    ),
    "frame of numbered categories": (
        lambda s: s.frame.astype(int).astype("category"),
        TypeError,
        "columns of numbers in x",
        "category",
    ),
    "frame with objects": (
        lambda s: s.frame.astype(object),
        TypeError,
        "columns of numbers in x; np.asarray",
        "column 'a'",
        "object",
    ),
    "frame with dates": (
        lambda s: s.frame.assign(b=datetime.datetime(2024, 1, 1)),
        TypeError,
        "columns of numbers in x. Rec",
        "column 'b'",
        "datetime64",
    ),
    "frame with time zones": (
        lambda s: s.frame.assign(b=pd.Timestamp("2024-01-01", tz="UTC")),
        TypeError,
        "columns of numbers in x",
        "column 'b'",
        "UTC",
    ),
    "frame with missing Int64": (
        lambda s: s.frame.assign(b=pd.array([1, None] * 4, "Int64")),
        ValueError,
        "finite",
        "x[1, 1] = nan, in column 'b'",
    ),
    "frame with missing boolean": (
        lambda s: s.frame.assign(b=pd.array([True, None] * 4, "boolean")),
        ValueError,
        "finite",
        "x[1, 1] = nan",
    ),
    "frame with missing Float64": (
        lambda s: s.frame.assign(b=pd.array([0.5, None] * 4, "Float64")),
        ValueError,
        "finite",
        "4 that are not",
    ),
    "frame with NaN": (
        lambda s: s.frame.where(s.frame > 0),
        ValueError,
        "finite",
        "= nan, in column",
    ),
    "frame of two columns of one name": (
        lambda s: pd.concat([s.frame[["a"]], s.frame[["a"]].astype(str)], axis=1),
        TypeError,
        "columns of numbers in x; encode",
        "column 'a'",
    ),
    "frame with a column more": (
        lambda s: s.frame.assign(c=1.0),
        ValueError,
        "(rows, 2)",
        "x.shape=(8, 3)",
    ),
    "frame without rows": (lambda s: s.frame[:0], ValueError, "at least one row", "(0, 2)"),
    "series of texts": (lambda s: pd.Series(["a", "b"]), TypeError, "columns of numbers", "x of"),
    "series with missing": (
        lambda s: pd.Series([1, None], dtype="Int64"),
        ValueError,
        "finite",
        "x[1] = nan",
    ),
}

METHODS = {
    "fit": lambda s, x: s.binary.fit(x, s.y, verbose=0),
    "evaluate": lambda s, x: s.binary.evaluate(x, s.y, verbose=0),
    "predict": lambda s, x: s.binary.predict(x, verbose=0),
    "train_on_batch": lambda s, x: s.binary.train_on_batch(x, s.y),
    "test_on_batch": lambda s, x: s.binary.test_on_batch(x, s.y),
    "predict_on_batch": lambda s, x: s.binary.predict_on_batch(x),
    "predict_classes": lambda s, x: s.binary.predict_classes(x),
    "functional": lambda s, x: s.functional.fit(x, s.y, verbose=0),
}


@pytest.mark.parametrize("name", TABLE)
def test_fit_refuses(name, refuses):
    make, *expected = TABLE[name]
    refuses(lambda s: METHODS["fit"](s, make(s)), *expected)


@pytest.mark.parametrize("method", [m for m in METHODS if m != "fit"])
@pytest.mark.parametrize(
    "name", ["None", "text", "number", "no rows", "one axis", "ragged list", "NaN", "complex"]
    + ["sparse matrix", "file of arrays"]
    + ["too few features", "too large for float32", "frame with texts"],
)  # fmt: skip
def test_the_other_methods_refuse(method, name, refuses):
    make, *expected = TABLE[name]
    refuses(lambda s: METHODS[method](s, make(s)), *expected)


UNBUILT = {
    "None": (lambda s: None, TypeError, "NoneType"),
    "text": (lambda s: "abc", TypeError, "array", "str"),
    "no rows": (lambda s: s.x[:0], ValueError, "(rows, features)", "x.shape=(0, 2)"),
    "no columns": (lambda s: s.x[:, :0], ValueError, "(rows, features)", "x.shape=(8, 0)"),
    "one axis": (lambda s: s.x[:, 0], ValueError, "(rows, features)", "x.shape=(8,)"),
    "three axes": (lambda s: s.x[np.newaxis], ValueError, "(rows, features)", "x.shape=(1, 8, 2)"),
    "ragged": (lambda s: [[1.0, 2.0], [3.0]], ValueError, "equally long", "[[1.0, 2.0]"),
    "NaN": (lambda s: with_value(s, nan), ValueError, "finite", "x[2, 1] = nan"),
    "objects": (lambda s: s.x.astype(object), TypeError, "numbers in x", "object"),
}


@pytest.mark.parametrize("name", UNBUILT)
@pytest.mark.parametrize("method", ["fit", "evaluate", "train_on_batch"])
def test_a_model_that_waits_for_data_stays_unbuilt(name, method, refuses):
    make, *expected = UNBUILT[name]
    refuses(lambda s: getattr(s.unbuilt, method)(make(s), s.y), *expected)
