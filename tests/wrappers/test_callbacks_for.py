"""The callbacks of an estimator."""

import pytest

from engine.callbacks import Callback, EarlyStopping, LambdaCallback
from engine.wrappers.callbacks_for import callbacks_for

ONE, TWO = Callback(), LambdaCallback()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, []),
        (ONE, [ONE]),
        ([ONE, TWO], [ONE, TWO]),
        ([ONE, [TWO]], [ONE, TWO]),
        ({"a": ONE, "b": [TWO]}, [ONE, TWO]),
    ],
)
def test_a_flat_list(given, expected):
    assert callbacks_for("fit", given, {}) == expected


@pytest.mark.parametrize(
    ("given", "routed"),
    [
        (EarlyStopping, {"callbacks__patience": 4}),
        ([EarlyStopping], {"callbacks__0__patience": 4}),
        ({"stop": EarlyStopping}, {"callbacks__stop__patience": 4}),
        (None, {"fit__callbacks": EarlyStopping, "fit__callbacks__patience": 4}),
    ],
)
def test_classes_are_made_with_their_parameters(given, routed):
    (found,) = callbacks_for("fit", given, {"callbacks__monitor": "loss"} | routed)
    assert found.patience == 4


def test_for_one_call_only():
    routed = {"fit__callbacks": [ONE], "predict__callbacks": TWO}
    assert callbacks_for("fit", None, routed) == [ONE]
    assert callbacks_for("predict", None, routed) == [TWO]
    assert callbacks_for("predict", ONE, routed) == [ONE, TWO]


@pytest.mark.parametrize("wrong", [3, ["stop"], {"a": object()}])
def test_no_callback(wrong):
    with pytest.raises(TypeError, match="Expected callbacks to be objects or classes"):
        callbacks_for("fit", wrong, {})
