"""The network of the MLP estimators."""

import numpy as np
import pytest

from engine import layers, optimizers
from engine.activations import relu, tanh
from engine.wrappers.mlp_network import (
    hidden_sizes,
    mlp_network,
    mlp_optimizer,
    one_each,
    set_penalty,
)

SETTINGS = {"momentum": 0.8, "nesterovs_momentum": True, "beta_1": 0.7, "beta_2": 0.9}
SETTINGS["epsilon"] = 1e-6


def network(sizes=(4, 3), activation="relu", dropout=0.0, l2=0.25, dtype="float32"):
    return mlp_network(
        2, 1, "sigmoid", l2, dtype, hidden_layer_sizes=sizes, activation=activation, dropout=dropout
    )


def test_layers_activations_and_penalties():
    made = network(activation=["tanh", relu], dtype="float64")
    assert [layer.units for layer in made.layers] == [4, 3, 1]
    assert [layer.activation for layer in made.layers[:2]] == [tanh, relu]
    assert [layer.kernel_regularizer.l2 for layer in made.layers] == [0.25] * 3
    assert all(layer.bias_regularizer is None for layer in made.layers)
    assert made.get_weights()[0].dtype == "float64"
    assert network(l2=0.0).layers[0].kernel_regularizer is None
    assert [layer.units for layer in network(sizes=()).layers] == [1]


@pytest.mark.parametrize(
    ("theirs", "ours"), [("logistic", "sigmoid"), ("identity", "linear"), ("elu", "elu")]
)
def test_names_of_activations(theirs, ours):
    assert network(activation=theirs).layers[0].activation.__name__ == ours


@pytest.mark.skipif("Dropout" not in layers.__all__, reason="engine.layers has no Dropout yet")
@pytest.mark.parametrize(
    ("dropout", "expected"),
    [
        (0.5, ["Dense", "Dropout", "Dense", "Dropout", "Dense"]),
        ([0.0, 0.5], ["Dense", "Dense", "Dropout", "Dense"]),
        ([0, 0], ["Dense", "Dense", "Dense"]),
    ],
)
def test_dropout_stands_behind_hidden_layers(dropout, expected):
    made = network(dropout=dropout)
    assert [type(layer).__name__ for layer in made.layers] == expected
    assert [layer.rate for layer in made.layers if type(layer).__name__ == "Dropout"] == [0.5] * (
        len(expected) - 3
    )


def test_one_for_all_or_one_for_each():
    assert hidden_sizes(5) == [5] and hidden_sizes([3, 2]) == [3, 2]
    with pytest.raises(ValueError, match=r"one activation for all.*each of 2.*\['relu'\]"):
        one_each("activation", ["relu"], 2)


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        ({"sizes": (4, 0)}, ValueError, "hidden_layer_sizes to be a whole number ≥ 1"),
        ({"sizes": (4.5,)}, TypeError, r"whole number ≥ 1 .*Received: hidden_layer_sizes=\(4.5,\)"),
        ({"sizes": "big"}, TypeError, "hidden_layer_sizes to be a whole number ≥ 1"),
        ({"activation": "reelu"}, ValueError, "Received: activation='reelu'"),
        ({"activation": ["relu"]}, ValueError, "one activation for all"),
        ({"dropout": 1.0}, ValueError, r"dropout to be a number in \[0, 1\)"),
        ({"dropout": [0.1]}, ValueError, "one dropout for all"),
        ({"dropout": "half"}, TypeError, r"dropout to be a number in \[0, 1\)"),
    ],
)
def test_wrong_parameters(wrong, error, message):
    with pytest.raises(error, match=message):
        network(**wrong)


@pytest.mark.parametrize(("before", "after"), [(0.25, 0.5), (0.25, 0.0), (0.0, 0.5)])
def test_another_penalty_is_what_the_next_fit_has(before, after):
    x, y = np.ones((4, 2)), np.ones(4)
    made = network(l2=before, activation="tanh")
    made.compile(optimizers.SGD(0.0), "mse")
    made.fit(x, y, verbose=0)
    weights = made.get_weights()
    set_penalty(made, after)
    losses = made.fit(x, y, verbose=0).history["loss"]
    expected = network(l2=after, activation="tanh")
    expected.compile(optimizers.SGD(0.0), "mse")
    expected.set_weights(weights)
    assert losses == expected.fit(x, y, verbose=0).history["loss"]
    set_penalty(made, before)
    assert made.fit(x, y, verbose=0).history["loss"] != losses


def test_solvers():
    adam = mlp_optimizer("adam", 0.1, **SETTINGS)
    assert isinstance(adam, optimizers.Adam)
    assert (adam.learning_rate, adam.beta_1, adam.beta_2, adam.epsilon) == (0.1, 0.7, 0.9, 1e-6)
    sgd = mlp_optimizer("sgd", 0.2, **SETTINGS)
    assert (sgd.learning_rate, sgd.momentum, sgd.nesterov) == (0.2, 0.8, True)
    with pytest.raises(ValueError, match="'lbfgs' .which takes no batches"):
        mlp_optimizer("lbfgs", 0.1, **SETTINGS)
    falling = optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    assert mlp_optimizer("sgd", falling, **SETTINGS).schedule is falling
    with pytest.raises(TypeError, match="Received: solver=None"):
        mlp_optimizer(None, 0.1, **SETTINGS)
