"""Labels that do not fit the data, the loss or the model."""

import numpy as np
import pandas as pd
import pytest

nan, inf = np.nan, np.inf


def first(values, value):
    values = np.array(values, "float64")
    values[0] = value
    return values


# Name: the model, what y is, the exception, words of the message.
TABLE = {
    "None": ("binary", lambda s: None, TypeError, "y", "array", "NoneType"),
    "text": ("binary", lambda s: "yes", TypeError, "y", "array", "str"),
    "texts": (
        "binary",
        lambda s: ["yes", "no"] * 4,
        TypeError,
        "class_numbers(y)",
        "such as y[0] = 'yes'",
    ),
    "objects": ("binary", lambda s: s.y.astype(object), TypeError, "numbers in y", "object"),
    "complex": ("binary", lambda s: s.y + 1j, TypeError, "numbers in y", "complex"),
    "dates": ("binary", lambda s: np.zeros(8, "datetime64[D]"), TypeError, "numbers in y", "date"),
    "ragged": ("binary", lambda s: [[0], [1, 0]] * 4, ValueError, "rows of y", "equally long"),
    "series of texts": (
        "binary",
        lambda s: pd.Series(["m", "f"] * 4),
        TypeError,
        "class_numbers",
        "y",
    ),
    "categories": (
        "sparse",
        lambda s: pd.Series([0, 1] * 4, dtype="category"),
        TypeError,
        "numbers in y",
        "category",
    ),
    "missing": (
        "binary",
        lambda s: pd.Series([0, None] * 4, dtype="Int64"),
        ValueError,
        "finite numbers in y",
        "y[1] = nan",
    ),
    "NaN": ("binary", lambda s: first(s.y, nan), ValueError, "finite numbers in y", "y[0] = nan"),
    "infinity": ("functional", lambda s: first(s.y, inf), ValueError, "finite", "y[0] = inf"),
    "too large": ("functional", lambda s: first(s.y, -1e39), ValueError, "float32", "-1e+39"),
    "number": ("binary", lambda s: 1.0, ValueError, "8 rows", "y.shape=()"),
    "empty": ("binary", lambda s: [], ValueError, "8 rows", "y.shape=(0,)"),
    "shorter": ("binary", lambda s: s.y[:5], ValueError, "8 rows", "y.shape=(5,)"),
    "longer": ("binary", lambda s: np.zeros(9), ValueError, "8 rows", "y.shape=(9,)"),
    "one row": ("binary", lambda s: s.y[np.newaxis], ValueError, "8 rows", "y.shape=(1, 8)"),
    "two columns for one output": (
        "binary",
        lambda s: np.zeros((8, 2)),
        ValueError,
        "(8, 1)",
        "binary_crossentropy",
        "y.shape=(8, 2)",
    ),
    "three axes": ("binary", lambda s: np.zeros((8, 1, 1)), ValueError, "(8, 1)", "(8, 1, 1)"),
    "−1 and 1 for binary": (
        "binary",
        lambda s: 2 * s.y - 1,
        ValueError,
        "[0, 1] in y",
        "between -1 and 1",
    ),
    "1 and 2 for binary": ("binary", lambda s: s.y + 1, ValueError, "[0, 1] in y", "1 and 2"),
    "0 and 255 for binary": ("binary", lambda s: 255 * s.y, ValueError, "[0, 1]", "255"),
    "one-hot for sparse": (
        "sparse",
        lambda s: s.rows,
        ValueError,
        "one class number",
        "categorical_crossentropy",
        "y.shape=(8, 3)",
    ),
    "class number too large": (
        "sparse",
        lambda s: s.classes + 1,
        ValueError,
        "0 … 2 in y",
        "y with 3",
    ),
    "class number negative": ("sparse", lambda s: s.classes - 1, ValueError, "0 … 2", "y with -1"),
    "class number fractional": (
        "sparse",
        lambda s: s.classes + 0.5,
        ValueError,
        "0 … 2",
        "y with 0.5",
    ),
    "class number NaN": ("sparse", lambda s: first(s.classes, nan), ValueError, "finite", "nan"),
    "sparse, other length": ("sparse", lambda s: s.classes[:3], ValueError, "8 rows", "(3,)"),
    "class numbers for one-hot": (
        "onehot",
        lambda s: s.classes,
        ValueError,
        "(8, 3)",
        "to_categorical",
        "y.shape=(8,)",
    ),
    "too few one-hot columns": (
        "onehot",
        lambda s: s.rows[:, :2],
        ValueError,
        "(8, 3)",
        "y.shape=(8, 2)",
    ),
    "one-hot negative": ("onehot", lambda s: s.rows - 1, ValueError, "[0, 1]", "-1 and 0"),
    "one-hot above 1": ("onehot", lambda s: s.rows * 2, ValueError, "[0, 1]", "0 and 2"),
    "regression, two columns": (
        "functional",
        lambda s: s.x,
        ValueError,
        "(8, 1)",
        "mean_squared_error",
        "y.shape=(8, 2)",
    ),
}

METHODS = {
    "fit": lambda m, x, y: m.fit(x, y, verbose=0),
    "evaluate": lambda m, x, y: m.evaluate(x, y, verbose=0),
    "train_on_batch": lambda m, x, y: m.train_on_batch(x, y),
    "test_on_batch": lambda m, x, y: m.test_on_batch(x, y),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", TABLE)
def test_is_refused(name, method, refuses):
    model, make, *expected = TABLE[name]
    refuses(lambda s: METHODS[method](getattr(s, model), s.x, make(s)), *expected)


def test_a_model_that_waits_for_data_stays_unbuilt(refuses):
    refuses(lambda s: s.unbuilt.fit(s.x, s.y - 1, verbose=0), ValueError, "[0, 1]", "-1 and 0")
    refuses(lambda s: s.unbuilt.fit(s.x, s.y[:3], verbose=0), ValueError, "8 rows", "(3,)")


def test_a_loss_of_another_name_checks_its_labels_too(scene):
    import engine as keras

    scene.binary.compile("sgd", keras.losses.BinaryCrossentropy(name="surprise"))
    with pytest.raises(ValueError, match=r"\[0, 1\] in y for surprise. Received: y between -1"):
        scene.binary.fit(scene.x, scene.y - 1, verbose=0)
