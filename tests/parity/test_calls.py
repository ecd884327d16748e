"""Calls one after the other beside Keras: what one leaves behind for the next."""

import numpy as np
import pytest

from keras_ref.chain import chain, penalty
from tests.parity.promise import SAME_BITS, assert_as_promised
from tests.parity.stories import afterwards, both, fit, rows_of, weights_of

pytestmark = pytest.mark.keras

ADAM = {"optimizer": "Adam", "learning_rate": 0.01}
L1, L2 = penalty("L1", l1=0.01), penalty("L2", l2=0.02)
WEIGHTED = {**ADAM, "data": {"sample_weight": True}}
WEIGHTED_40 = {**ADAM, "data": {"sample_weight": True, "rows": 40}}


def assert_same(keras, story, *arguments):
    ours, theirs = both(keras, story, *arguments)
    for name in theirs:
        assert_as_promised(np.asarray(ours[name]), np.asarray(theirs[name]), name)


def numbered(number, told):
    return {f"{number} {name}": value for name, value in told.items()}


def two_fits(keras, experiment, sizes):
    """The optimizer's slots and step count go on; the order of the rows is that of the seed."""
    model = experiment.build(keras)
    told = {}
    for number, size in enumerate(sizes):
        told |= numbered(number, fit(model, experiment, number, batch_size=size))
        told |= numbered(number, afterwards(model, experiment))
    return told


def test_two_fits(keras):
    assert_same(keras, two_fits, chain(**ADAM, validation="plain"), (5, 10))


@pytest.mark.parametrize("sizes", [(5, 8), (7, 5), (5, 7, 5)], ids=str)
def test_weighted_fits_with_several_outputs(keras, sizes):
    """TensorFlow forms weight/units as a product for the first shape of a batch that it meets,
    as a quotient for all others: the second fit's bits depend on the first fit's batch size.
    """
    assert_same(keras, two_fits, chain((5, 7, 3), **WEIGHTED_40), sizes)


@pytest.mark.parametrize("sizes", [(5, 8), (7, 5)], ids=str)
def test_weighted_fits_on_probabilities(keras, sizes):
    experiment = chain((5, 7, 11), ("tanh", "leaky_relu"), **WEIGHTED_40)
    assert_same(keras, two_fits, experiment, sizes)


def recompiled(keras, experiment):
    """A new optimizer starts from zero, the weights stay."""
    model = experiment.build(keras)
    told = numbered(1, fit(model, experiment))
    model.compile(keras.optimizers.SGD(0.2), "mse", metrics=["mse"])
    return told | numbered(2, fit(model, experiment))


def test_compile_again(keras):
    assert_same(keras, recompiled, chain(**ADAM))


def two_models(keras, experiment):
    """A second model goes on with the same stream of seeds."""
    first, second = experiment.build(keras), None
    told = numbered(1, fit(first, experiment))
    second = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1, activation="sigmoid")])
    second.compile("sgd", "bce")
    return told | numbered(2, fit(second, experiment))


def test_two_models(keras):
    assert_same(keras, two_models, chain())


def rate_changed(keras, experiment):
    model = experiment.build(keras)
    told = numbered(1, fit(model, experiment))
    model.optimizer.learning_rate = 0.001
    told |= numbered(2, fit(model, experiment))
    told["iterations"] = np.array(int(model.optimizer.iterations))
    return told


def test_another_learning_rate(keras):
    assert_same(keras, rate_changed, chain(**ADAM))


def batch_by_batch(keras, experiment, sizes):
    """train_on_batch and test_on_batch: what they return, and the weights in between."""
    model = experiment.build(keras)
    rows = rows_of(experiment)
    x, y, w = rows.x, rows.y, rows.sample_weight
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
    assert_same(keras, batch_by_batch, chain(**ADAM), (6, 6, 5, 1, 6))


@pytest.mark.parametrize("sizes", [(6, 6, 6), (6, 5, 6), (1, 6)], ids=str)
def test_train_on_weighted_batches(keras, sizes):
    assert_same(keras, batch_by_batch, chain((5, 4, 3), **WEIGHTED), sizes)


def test_penalized_batches(keras):
    """The loss that train_on_batch and test_on_batch return contains the penalties."""
    penalties = ((L2, L1), (penalty("L1L2", l1=0.001, l2=0.01), None))
    for changes in (ADAM, {"sizes": (5, 4, 3), **WEIGHTED}):
        experiment = chain(penalties=penalties, **changes)
        assert_same(keras, batch_by_batch, experiment, (6, 6, 5, 1, 6))
        assert_same(keras, two_fits, experiment, (5, 10))


def evaluations(keras, experiment):
    """evaluate and predict with batches of many sizes; the weights stay."""
    model = experiment.build(keras)
    told = weights_of(model)
    rows = rows_of(experiment, 4)
    x, y = rows.x, rows.y
    for size in (1, 8, 43):
        result = model.evaluate(x, y, batch_size=size, verbose=0)
        told[f"evaluate {size}"] = np.array(result, "float64")
        told[f"predict {size}"] = model.predict(x, batch_size=size, verbose=0)
    weighted = model.evaluate(x, y, sample_weight=rows.sample_weight, verbose=0)
    told["weighted"] = np.array(weighted, "float64")
    return told | numbered("afterwards", weights_of(model))


@pytest.mark.parametrize(
    "experiment",
    [
        chain(**WEIGHTED),
        chain((5, 4, 3), ("sigmoid", "softmax"), "categorical", **WEIGHTED),
        chain((5, 4, 3), ("leaky_relu", None), "squared", metrics=None, **WEIGHTED),
        chain(penalties=((L2, None), (L1, penalty("L2", l2=0.1))), **WEIGHTED),
    ],
    ids=str,
)
def test_evaluate_and_predict(keras, experiment):
    assert_same(keras, evaluations, experiment)


def edge_of_exp(keras):
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
    assert_same(keras, edge_of_exp)


def not_numbers(keras):
    """What activations make of NaN and infinity, right behind a bias."""
    nan, inf = np.nan, np.inf
    rows = ([nan], [nan] * 4, [nan, 1, 2, 3], [1, nan, 2, 3], [inf, 1, nan, -inf], [-inf] * 4)
    told = {}
    for activation in ("relu", "leaky_relu", "elu", "sigmoid", "tanh", "softmax", None):
        for number, bias in enumerate(rows[activation == "softmax" :]):
            layer = keras.layers.Dense(len(bias), activation=activation)
            model = keras.Sequential([keras.Input((1,)), layer])
            model.set_weights([np.zeros((1, len(bias)), "float32"), np.array(bias, "float32")])
            told[f"{activation} {number}"] = model.predict(np.zeros((3, 1), "float32"), verbose=0)
    return told


def test_not_numbers(keras):
    if not SAME_BITS:
        pytest.skip("what becomes of NaN belongs to oneDNN")
    ours, theirs = both(keras, not_numbers)
    for name in theirs:
        assert np.array_equal(ours[name], theirs[name], equal_nan=True), name


def many_tanh(keras):
    """Every 300th float32 between the limits where tanh x becomes x and 1, and beyond."""
    bits = np.arange(0x39000000, 0x41800000, 300).astype("uint32")
    z = np.concatenate([bits, bits | np.uint32(0x80000000)]).view("float32")
    layer = keras.layers.Dense(z.size, activation="tanh", kernel_initializer="zeros")
    model = keras.Sequential([keras.Input((1,)), layer])
    model.set_weights([np.zeros((1, z.size), "float32"), z])
    return {"tanh": model.predict(np.zeros((1, 1), "float32"), verbose=0)}


def test_many_tanh(keras):
    assert_same(keras, many_tanh)
