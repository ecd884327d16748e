"""Parameters that the MLP estimators do not have."""

import inspect
from pathlib import Path

import pytest
from sklearn import neural_network

from engine import wrappers
from engine.wrappers import MLPClassifier, MLPRegressor
from engine.wrappers.unknown_parameters import ABSENT

PAGE = Path(__file__).parent.parent.parent / "docs" / "scikit-learn.md"

CALLS = {
    "scikit-learn's rate": (
        MLPClassifier, {"learning_rate": "constant"},
        r"MLPClassifier without learning_rate: .*Received: learning_rate='constant'",
    ),
    "another solver's": (MLPRegressor, {"max_fun": 3}, "MLPRegressor without max_fun: .*lbfgs"),
    "the classifier's": (
        MLPRegressor, {"class_weight": "balanced"}, "numbers have no classes.*='balanced'",
    ),
    "almost one": (
        MLPClassifier, {"hidden_layer_size": 5},
        r"hidden_layer_sizes or another .*MLPClassifier. Received: hidden_layer_size=5",
    ),
    "something else": (MLPRegressor, {"foo": [1]}, r"sizes, .* …. Received: foo=\[1\]"),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_is_refused(name):
    estimator, words, message = CALLS[name]
    with pytest.raises(TypeError, match=f"^Expected .*{message}"):
        estimator(**words)


@pytest.mark.parametrize("name", ["MLPClassifier", "MLPRegressor"])
def test_of_what_scikit_learn_has_the_rest_is_explained(name):
    ours, theirs = (
        set(inspect.signature(getattr(room, name)).parameters)
        for room in (wrappers, neural_network)
    )
    assert theirs - ours <= set(ABSENT)
    assert set(getattr(wrappers, name)().get_params()) == ours
    text = PAGE.read_text(encoding="utf-8")
    assert [word for word in sorted(theirs - ours) if f"`{word}`" not in text] == []
