"""Copies of a model, by copy and by pickle: of their own, and with the same future."""

import copy
import pickle
import threading

import numpy as np
import pytest

import engine as keras
from tests.tolerances import assert_same_bits

COPIES = {"deepcopy": copy.deepcopy, "pickle": lambda model: pickle.loads(pickle.dumps(model))}


def rows(count=40):
    draw = np.random.default_rng(2)
    x = draw.standard_normal((count, 5)).astype("float32")
    return x, (x[:, 0] > 0).astype("float32")


def trained():
    keras.utils.set_random_seed(4)
    made = keras.Sequential(
        [
            keras.Input((5,)),
            keras.layers.Dense(7, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    made.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    made.fit(*rows(), epochs=2, verbose=0)
    return made


def state(model):
    return [*model.get_weights(), *(np.array(s) for s in model.optimizer.slots)]


@pytest.mark.parametrize("name", COPIES)
def test_training_one_leaves_the_other_alone(name):
    made = trained()
    twin, before = COPIES[name](made), state(made)
    predicted = made.predict(rows()[0], verbose=0)
    made.fit(*rows(), epochs=3, verbose=0)
    assert not np.array_equal(made.predict(rows()[0], verbose=0), predicted)
    assert_same_bits(twin.predict(rows()[0], verbose=0), predicted)
    for ours, theirs in zip(state(twin), before, strict=True):
        assert_same_bits(ours, theirs)
    twin.fit(*rows(), epochs=3, verbose=0)
    for ours, theirs in zip(state(twin), state(made), strict=True):
        assert_same_bits(ours, theirs)


def test_predictions_of_one_model_from_several_threads():
    """Kernels run without Python's lock; they share the model's buffers."""
    made, (x, _) = trained(), rows(5000)
    expected = made.predict(x, verbose=0)
    wrong = []

    def ask(first):
        for k in range(first, first + 300):
            size = 2 + k % 61  # a single row is another order of sums
            part = made.predict(x[k : k + size], batch_size=size, verbose=0)
            if not np.array_equal(part, expected[k : k + size]):
                wrong.append(k)

    threads = [threading.Thread(target=ask, args=(1000 * n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
