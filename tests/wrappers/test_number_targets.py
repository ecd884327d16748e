"""Targets of regressors."""

import numpy as np
import pytest

from engine.wrappers.number_targets import NumberTargets


@pytest.mark.parametrize(
    ("y", "dtype"),
    [
        (np.ones(3), "float64"),
        (np.ones(3, "float32"), "float32"),
        (np.ones(3, "int8"), "float64"),
        (np.ones((3, 1)), "float64"),
        (np.ones((3, 2), "float32"), "float32"),
    ],
)
def test_predictions_look_like_the_targets(y, dtype):
    targets = NumberTargets(y)
    outputs = np.zeros((5, targets.outputs), "float32")
    found = targets.predictions(outputs)
    assert found.shape == (5, *y.shape[1:])
    assert found.dtype == dtype


def test_other_targets_than_in_the_first_fit():
    with pytest.raises(ValueError, match=r"Expected y of 2 columns.*y.shape=\(3,\)"):
        NumberTargets(np.ones((3, 2))).numbers(np.ones(3))
    with pytest.raises(ValueError, match=r"Expected y of one dimension.*y.shape=\(3, 2\)"):
        NumberTargets(np.ones(3)).numbers(np.ones((3, 2)))
