"""The order of the samples: recorded, against wrong versions, and against Keras's own fit."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from engine.random import epoch_order, set_random_seed
from engine.random.philox import fill_words, stateful_stream, stateless_stream
from engine.random.shuffle import fill_order, order_stream

RECORDED = json.loads(
    (Path(__file__).parents[1] / "recorded" / "initializers.json").read_text(encoding="utf-8")
)["orders"]
SEEDS = (0, 1, 42, 2**31 - 2, 2**31 - 1, 2**32 - 1)


def mismatches(order):
    """Count the recorded epochs that ``order(n, seed, epoch)`` does not give."""
    wrong = 0
    for record in RECORDED:
        for epoch in range(2):
            indices = np.asarray(order(record["n"], record["seed"], epoch), "<i8")
            if "epochs" in record:
                wrong += indices.tolist() != record["epochs"][epoch]
            else:
                wrong += hashlib.sha256(indices.tobytes()).hexdigest() != record["sha256"][epoch]
    return wrong


def test_recorded_orders():
    assert len(RECORDED) == 30
    assert mismatches(lambda n, seed, epoch: epoch_order(n, seed)) == 0


def from_stream(stream):
    def order(n, seed, epoch):
        indices = np.empty(n, np.int64)
        fill_order(indices, stream(seed))
        return indices

    return order


def swapping(choose):
    """Return a shuffle in plain Python that swaps i with ``choose(word, i, n)``."""

    def order(n, seed, epoch):
        words = np.empty(4 * (n // 4 + 1), np.uint64)
        fill_words(words, order_stream(seed))
        indices = list(range(n))
        for i in range(n - 1):
            j = choose(int(words[i]), i, n)
            indices[i], indices[j] = indices[j], indices[i]
        return indices

    return order


def test_plain_python_gives_the_recorded_orders():
    assert mismatches(swapping(lambda word, i, n: i + word % (n - i))) == 0


WRONG = {
    "a new seed for each epoch": lambda n, seed, epoch: epoch_order(n, seed + epoch),
    "NumPy's permutation": lambda n, seed, epoch: np.random.RandomState(seed).permutation(n),
    "scrambled like a stateless seed": from_stream(lambda s: stateless_stream(s % (2**31 - 1), 0)),
    "the seed as it is": from_stream(lambda s: stateful_stream(s, 0)),
    "two zero seeds left alone": from_stream(lambda s: stateful_stream(s % (2**31 - 1), 0)),
    "modulus of the initializers": from_stream(lambda s: order_stream(s % (2**31 - 2))),
    "swap with any place": swapping(lambda word, i, n: word % n),
    "never swap with itself": swapping(lambda word, i, n: i + 1 + word % (n - i - 1)),
    "scaled instead of divided": swapping(lambda word, i, n: i + (word * (n - i) >> 32)),
    "not shuffled": lambda n, seed, epoch: np.arange(n),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_versions_are_rejected(name):
    assert mismatches(WRONG[name]) > 0


def test_every_index_once():
    for n in (0, 1, 2, 3, 4, 5, 6, 1000, 100_003):
        order = epoch_order(n, 42)
        assert order.dtype == np.int64
        assert np.array_equal(np.sort(order), np.arange(n))


def test_without_a_seed_numpy_decides():
    set_random_seed(7)
    first, second = epoch_order(50, None), epoch_order(50, None)
    assert not np.array_equal(first, second)
    assert np.array_equal(np.sort(first), np.arange(50))
    assert np.array_equal(first, np.random.RandomState(7).permutation(50))


@pytest.mark.parametrize("n", [-1, 2**31])
def test_bad_sizes(n):
    with pytest.raises(ValueError, match="Expected 0 <= n < 2.* Received: n="):
        epoch_order(n, 1)


@pytest.mark.keras
@pytest.mark.parametrize("n", [1, 2, 3, 10, 514, 1000, 100_003])
def test_order_of_the_data_adapter(keras, n):
    adapters = keras.src.trainers.data_adapters.array_data_adapter
    for seed in SEEDS:
        keras.utils.set_random_seed(seed)
        dataset = adapters.ArrayDataAdapter(
            np.arange(n), batch_size=n, shuffle=True
        ).get_tf_dataset()
        for _ in range(2):
            order = np.concatenate([np.ravel(batch) for batch in dataset])
            assert np.array_equal(order, epoch_order(n, seed))


@pytest.mark.keras
def test_order_of_every_small_number_of_rows(keras):
    adapters = keras.src.trainers.data_adapters.array_data_adapter
    for n in [*range(1, 201), 612_114]:
        keras.utils.set_random_seed(42)
        adapter = adapters.ArrayDataAdapter(np.arange(n), batch_size=n, shuffle=True)
        (order,) = adapter.get_tf_dataset()
        assert np.array_equal(np.ravel(order), epoch_order(n, 42)), n


@pytest.mark.keras
@pytest.mark.parametrize("n", [1, 2, 3, 10, 514, 1000, 100_003])
def test_order_of_fit(keras, n):
    seen = []

    class Watched(keras.Model):
        def train_step(self, data):
            seen.append(np.ravel(data[0]))
            return {"loss": 0.0}

    x = np.arange(n)
    for seed in SEEDS if n < 1000 else (42,):
        keras.utils.set_random_seed(seed)
        model = Watched()
        model.compile(run_eagerly=True)
        for _ in range(2):
            seen.clear()
            model.fit(x, x, batch_size=n // 3 + 1, epochs=2, verbose=0)
            expected = epoch_order(n, seed)
            assert np.array_equal(np.concatenate(seen), np.concatenate([expected, expected]))
