"""Labels of any kind as numbers, and back."""

import numpy as np
import pandas as pd
import pytest

from engine.utils import balanced_class_weight, class_numbers

COLUMNS = {
    "texts": ["b", "a", "b", "c"],
    "array of texts": np.array(["b", "a", "b", "c"]),
    "objects": np.array(["b", "a", "b", "c"], object),
    "integers": [7, -1, 7, 30],
    "booleans": [True, False, True, True],
    "floats": np.array([0.5, 0.25, 0.5, 1.0]),
    "pandas texts": pd.Series(["b", "a", "b", "c"]),
    "pandas categories": pd.Series(["b", "a", "b", "c"], dtype="category"),
    "pandas frame of one column": pd.DataFrame({"y": ["b", "a", "b", "c"]}),
    "pandas dates": pd.Series(pd.to_datetime(["2020-01-02", "2020-01-01", "2020-01-02", "2021"],
                                             format="mixed")),
}  # fmt: skip


@pytest.mark.parametrize("name", COLUMNS)
def test_back_and_forth(name):
    column = COLUMNS[name]
    numbers, classes = class_numbers(column)
    assert numbers.dtype == np.int64 and numbers.tolist()[:3] == [1, 0, 1]
    assert list(classes) == sorted(classes)
    expected = np.asarray(column).reshape(-1)
    assert classes[numbers].tolist() == expected.tolist()
    again, same = class_numbers(column, classes)
    assert np.array_equal(again, numbers) and list(same) == list(classes)


def test_classes_of_training_hold_for_tests():
    _, classes = class_numbers(["no", "maybe", "yes"])
    assert class_numbers(["yes", "yes"], classes)[0].tolist() == [2, 2]
    assert class_numbers(["a"], ["b", "a"])[0].tolist() == [1]  # in the order given


def test_balanced_weights_give_all_classes_the_same_total():
    numbers = np.array([0] * 90 + [1] * 9 + [2])
    weights = balanced_class_weight(numbers)
    totals = [weights[k] * (numbers == k).sum() for k in range(3)]
    assert np.allclose(totals, 100 / 3)


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda: class_numbers("yes"), TypeError, "column of labels"),
        (lambda: class_numbers(5), TypeError, "column of labels"),
        (lambda: class_numbers([]), ValueError, "one label for each row"),
        (lambda: class_numbers([["a", "b"]]), ValueError, r"shape \(1, 2\)"),
        (lambda: class_numbers(["a", None]), ValueError, "1 missing, the first at row 1"),
        (lambda: class_numbers(pd.Series(["a", pd.NA])), ValueError, "missing"),
        (lambda: class_numbers([1.0, np.nan]), ValueError, "missing"),
        (lambda: class_numbers(np.array(["a", 1], object)), TypeError, "one type.*int, str"),
        (lambda: class_numbers(["a", "x"], ["a", "b"]), ValueError, "labels with 'x'"),
        (lambda: class_numbers(["a"], ["a", "a"]), ValueError, "different classes"),
        (lambda: balanced_class_weight([0.5]), ValueError, "class numbers"),
        (lambda: balanced_class_weight([-1]), ValueError, "class numbers"),
        (lambda: balanced_class_weight([]), ValueError, "class numbers"),
        (
            lambda: balanced_class_weight(["a", "b", "b"]),
            TypeError,
            r"utils.class_numbers makes them. Received: numbers=\['a', 'b', 'b'\]",
        ),
        (
            lambda: balanced_class_weight(pd.Series(["a", "b"], dtype="category")),
            TypeError,
            "utils.class_numbers makes them",
        ),
    ],
)
def test_is_refused(call, error, words):
    with pytest.raises(error, match=words):
        call()
