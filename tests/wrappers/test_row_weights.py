"""Sample weights and class weights."""

import numpy as np
import pandas as pd
import pytest
from sklearn.utils.class_weight import compute_sample_weight

from engine.wrappers.row_weights import checked_sample_weight, of_classes, row_weights

Y = np.array(["a", "b", "b", "c", "c", "c"])


@pytest.mark.parametrize("kind", [list, tuple, pd.Series, np.float32, np.int64])
def test_kinds_of_weights(kind):
    values = [0, 1, 2] if kind in (list, tuple, pd.Series) else np.array([0, 1, 2], kind)
    given = kind(values) if kind in (list, tuple, pd.Series) else values
    assert checked_sample_weight(given, 3).tolist() == [0.0, 1.0, 2.0]
    assert checked_sample_weight(2, 3).tolist() == [2.0, 2.0, 2.0]
    assert checked_sample_weight(None, 3) is None


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([1.0, 2.0], "one weight for each of 3 rows"),
        (np.ones((3, 2)), "one weight for each of 3 rows"),
        ([1.0, -1.0, 1.0], "weights ≥ 0"),
        ([0.0, 0.0, 0.0], "not zero"),
        ([1.0, np.nan, 1.0], "NaN"),
    ],
)
def test_wrong_weights(wrong, message):
    with pytest.raises(ValueError, match=message):
        checked_sample_weight(wrong, 3)


@pytest.mark.parametrize("weight", ["balanced", {"a": 3.0, "b": 0.5, "c": 0.0}, {"a": 2.0}])
def test_as_scikit_learn(weight):
    np.testing.assert_array_equal(of_classes(weight, Y, None), compute_sample_weight(weight, Y))
    number = np.unique(Y, return_inverse=True)[1]
    if isinstance(weight, dict):
        weight = {i: weight.get(label, 1.0) for i, label in enumerate("abc")}
    np.testing.assert_array_equal(
        of_classes(weight, number, None), row_weights(None, weight, number)
    )


def test_balanced_counts_weights_as_rows():
    sample = np.array([2.0, 1, 0, 3, 1, 1])
    repeated = np.repeat(Y, sample.astype(int))
    expected = dict(zip(repeated, of_classes("balanced", repeated, None), strict=True))
    found = of_classes("balanced", Y, sample)
    assert {label: w for label, w, s in zip(Y, found, sample, strict=True) if s} == expected
    total = row_weights(sample, "balanced", Y)
    assert [total[label == Y].sum() for label in "abc"] == pytest.approx([8 / 3] * 3)


def test_balanced_leaves_a_class_without_weight_out():
    found = row_weights(np.array([1.0, 0, 0, 1, 1, 1]), "balanced", Y)
    assert found.tolist() == pytest.approx([2.0, 0, 0, 2 / 3, 2 / 3, 2 / 3])


def test_several_labels():
    y = np.array([[0, 1], [1, 1], [1, 0]])
    np.testing.assert_array_equal(
        of_classes("balanced", y, None), compute_sample_weight("balanced", y)
    )


@pytest.mark.parametrize(
    ("wrong", "error"),
    [("even", ValueError), (3, TypeError), ({"x": 1.0}, ValueError), ({0: 1.0}, ValueError)],
)
def test_wrong_class_weight(wrong, error):
    with pytest.raises(error, match=r"Expected class_weight.*Received: class_weight="):
        of_classes(wrong, Y, None)
