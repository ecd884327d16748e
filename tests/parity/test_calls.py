"""Calls one after the other beside Keras: what one leaves behind for the next."""

import numpy as np
import pytest

from tests.parity.promise import assert_as_promised
from tests.parity.stories import (
    Case,
    afterwards,
    both,
    build,
    data,
    fit,
    sample_weights,
    weights_of,
)

pytestmark = pytest.mark.keras

WEIGHTED = {"weights": "sample_weight", "optimizer": "Adam", "options": {"learning_rate": 0.01}}
ADAM = {"optimizer": "Adam", "options": {"learning_rate": 0.01}}


def assert_same(keras, story, *arguments):
    ours, theirs = both(keras, story, *arguments)
    for name in theirs:
        assert_as_promised(np.asarray(ours[name]), np.asarray(theirs[name]), name)


def numbered(number, told):
    return {f"{number} {name}": value for name, value in told.items()}


def two_fits(keras, case, sizes):
    """The optimizer's slots and step count go on; the order of the rows is that of the seed."""
    model = build(keras, case)
    told = {}
    for number, size in enumerate(sizes):
        told |= numbered(number, fit(model, case, stream=number + 1, batch_size=size))
        told |= numbered(number, afterwards(model, case))
    return told


def test_two_fits(keras):
    assert_same(keras, two_fits, Case(**ADAM, validation="data"), (5, 10))


@pytest.mark.parametrize("sizes", [(5, 8), (7, 5), (5, 7, 5)], ids=str)
def test_weighted_fits_with_several_outputs(keras, sizes):
    """TensorFlow forms weight/units as a product for the first shape of a batch that it meets,
    as a quotient for all others: the second fit's bits depend on the first fit's batch size.
    """
    case = Case(sizes=(5, 7, 3), rows=40, weights="sample_weight", epochs=2, **ADAM)
    assert_same(keras, two_fits, case, sizes)


@pytest.mark.parametrize("sizes", [(5, 8), (7, 5)], ids=str)
def test_weighted_fits_on_probabilities(keras, sizes):
    case = Case(sizes=(5, 7, 11), activations=("tanh", "leaky_relu"), rows=40, **WEIGHTED)
    assert_same(keras, two_fits, case, sizes)


def recompiled(keras, case):
    """A new optimizer starts from zero, the weights stay."""
    model = build(keras, case)
    told = numbered(1, fit(model, case))
    model.compile(keras.optimizers.SGD(0.2), "mse", metrics=["mse"])
    return told | numbered(2, fit(model, case))


def test_compile_again(keras):
    assert_same(keras, recompiled, Case(**ADAM))


def two_models(keras, case):
    """A second model goes on with the same stream of seeds."""
    first, second = build(keras, case), None
    told = numbered(1, fit(first, case))
    second = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1, activation="sigmoid")])
    second.compile("sgd", "bce")
    return told | numbered(2, fit(second, case))


def test_two_models(keras):
    assert_same(keras, two_models, Case())


def rate_changed(keras, case):
    model = build(keras, case)
    told = numbered(1, fit(model, case))
    model.optimizer.learning_rate = 0.001
    told |= numbered(2, fit(model, case))
    told["iterations"] = np.array(int(model.optimizer.iterations))
    return told


def test_another_learning_rate(keras):
    assert_same(keras, rate_changed, Case(**ADAM))


def batch_by_batch(keras, case, sizes):
    """train_on_batch and test_on_batch: what they return, and the weights in between."""
    model = build(keras, case)
    x, y = data(case, case.rows, 1)
    w = sample_weights(case, case.rows) if case.weights else None
    told, start = {}, 0
    for number, size in enumerate(sizes):
        part = slice(start, start + size)
        chosen = None if w is None else w[part]
        result = model.train_on_batch(x[part], y[part], sample_weight=chosen)
        told[f"{number} train"] = np.array(result, "float64")
        told |= numbered(number, weights_of(model))
        start += size
    told["test"] = np.array(model.test_on_batch(x[:6], y[:6]), "float64")
    named = model.test_on_batch(x[:9], y[:9], return_dict=True)
    told |= {f"test {name}": np.array(value, "float64") for name, value in named.items()}
    told["predict"] = model.predict_on_batch(x[:6])
    return told


def test_train_on_batch(keras):
    """Each call returns the numbers of its own batch."""
    assert_same(keras, batch_by_batch, Case(**ADAM), (6, 6, 5, 1, 6))


@pytest.mark.parametrize("sizes", [(6, 6, 6), (6, 5, 6), (1, 6)], ids=str)
def test_train_on_weighted_batches(keras, sizes):
    case = Case(sizes=(5, 4, 3), weights="sample_weight", **ADAM)
    assert_same(keras, batch_by_batch, case, sizes)


def test_penalized_batches(keras):
    """The loss that train_on_batch and test_on_batch return contains the penalties."""
    penalties = ((("L2", 0.02), ("L1", 0.01)), (("L1L2", 0.001, 0.01), None))
    for changes in ({}, {"sizes": (5, 4, 3), "weights": "sample_weight"}):
        case = Case(penalties=penalties, **ADAM, **changes)
        assert_same(keras, batch_by_batch, case, (6, 6, 5, 1, 6))
        assert_same(keras, two_fits, case, (5, 10))


def evaluations(keras, case):
    """evaluate and predict with batches of many sizes; the weights stay."""
    model = build(keras, case)
    told = weights_of(model)
    for size in (1, 8, 43):
        x, y = data(case, 43, 4)
        result = model.evaluate(x, y, batch_size=size, verbose=0)
        told[f"evaluate {size}"] = np.array(result, "float64")
        told[f"predict {size}"] = model.predict(x, batch_size=size, verbose=0)
    weighted = model.evaluate(x, y, sample_weight=sample_weights(case, 43), verbose=0)
    told["weighted"] = np.array(weighted, "float64")
    return told | numbered("afterwards", weights_of(model))


@pytest.mark.parametrize(
    "case",
    [
        Case(),
        Case(sizes=(5, 4, 3), activations=("sigmoid", "softmax"), loss="categorical"),
        Case(sizes=(5, 4, 3), activations=("leaky_relu", None), loss="squared", metrics=None),
        Case(penalties=((("L2", 0.02), None), (("L1", 0.01), ("L2", 0.1)))),
    ],
    ids=str,
)
def test_evaluate_and_predict(keras, case):
    assert_same(keras, evaluations, case)


def edge_of_exp(keras, case):
    """Logits around the place where e^z becomes 0, in a softmax, a sigmoid and an elu."""
    z = np.concatenate([np.linspace(-88, -86.5, 31), [-104, -100, -87.33, -20, -16.7, 0, 50, 89]])
    told = {}
    biases = {"softmax": np.append(z - 89, 0), "sigmoid": z, "elu": z}
    for activation, bias in biases.items():
        layer = keras.layers.Dense(len(bias), activation=activation)
        model = keras.Sequential([keras.Input((1,)), layer])
        model.set_weights([np.zeros((1, len(bias)), "float32"), bias.astype("float32")])
        told[activation] = model.predict(np.zeros((3, 1), "float32"), verbose=0)
    return told


def test_edge_of_exp(keras):
    assert_same(keras, edge_of_exp, Case())


def many_tanh(keras, case):
    """Every 300th float32 between the limits where tanh x becomes x and 1, and beyond."""
    bits = np.arange(0x39000000, 0x41800000, 300).astype("uint32")
    z = np.concatenate([bits, bits | np.uint32(0x80000000)]).view("float32")
    layer = keras.layers.Dense(z.size, activation="tanh", kernel_initializer="zeros")
    model = keras.Sequential([keras.Input((1,)), layer])
    model.set_weights([np.zeros((1, z.size), "float32"), z])
    return {"tanh": model.predict(np.zeros((1, 1), "float32"), verbose=0)}


def test_many_tanh(keras):
    assert_same(keras, many_tanh, Case())
