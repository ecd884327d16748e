"""The seed chain: what sets it, what draws from it, and what leaves it alone."""

import random
import threading

import numpy as np
import pytest

from engine.random import (
    SeedGenerator,
    draw_seed,
    get_random_seed,
    make_default_seed,
    normal,
    set_random_seed,
)
from engine.random.seeds import seeded


def test_one_seed_sets_python_numpy_and_the_engine():
    set_random_seed(42)
    assert get_random_seed() == 42
    assert make_default_seed() == random.Random(42).randint(1, 10**9)
    assert np.random.rand() == np.random.RandomState(42).rand()


def test_the_shared_generator_starts_anew():
    set_random_seed(5)
    first, second = normal((3,)), normal((3,))
    set_random_seed(5)
    assert np.array_equal(normal((3,)), first)
    assert not np.array_equal(first, second)


@pytest.mark.parametrize(
    "seed, error",
    [
        ("1", TypeError),
        (1.0, TypeError),
        (None, TypeError),
        (True, TypeError),
        (np.int64(1), TypeError),
        (-1, ValueError),
        (2**32, ValueError),
    ],
)
def test_a_bad_seed_changes_nothing(seed, error):
    set_random_seed(3)
    normal((1,))
    state = random.getstate(), np.random.get_state()[1].tolist()
    with pytest.raises(error, match="Expected .*seed.* Received: seed="):
        set_random_seed(seed)
    assert (random.getstate(), np.random.get_state()[1].tolist()) == state
    assert get_random_seed() == 3


@pytest.mark.parametrize("seed", [0, 2**32 - 1])
def test_the_ends_of_the_range_are_good_seeds(seed):
    set_random_seed(seed)
    assert get_random_seed() == seed


def test_generator_counts_or_jumps():
    generator = SeedGenerator(7)
    assert [generator.next().tolist() for _ in range(2)] == [[7, 0], [7, 1]]
    assert generator.next(ordered=False).tolist() == [7, 2]
    assert generator.next().tolist() == [8 * 5387 % 933199, 3 * 5387 % 933199]


def test_generator_without_seed_draws_one_when_constructed():
    set_random_seed(1)
    expected = random.Random(1).randint(1, 10**9)
    assert SeedGenerator().next().tolist() == [expected, 0]


def test_generator_survives_its_config():
    generator = SeedGenerator(7, name="mine")
    generator.next()
    assert generator.get_config() == {"seed": 7, "name": "mine"}
    assert SeedGenerator.from_config(generator.get_config()).next().tolist() == [7, 0]


@pytest.mark.parametrize(
    "seed, error", [(1.5, TypeError), ("a", TypeError), (True, TypeError), (2**63, ValueError)]
)
def test_generator_refuses_bad_seeds(seed, error):
    with pytest.raises(error, match="Received: seed="):
        SeedGenerator(seed)


@pytest.mark.parametrize("seed, error", [(1.5, TypeError), ([1], TypeError), (2**63, ValueError)])
def test_draw_refuses_bad_seeds(seed, error):
    with pytest.raises(error, match="Received: seed="):
        draw_seed(seed)


@pytest.mark.keras
def test_generator_as_keras(keras):
    for seed in (0, 1, 42, 933199, 2**31 - 1, 10**9, 2**62, -3):
        ours, theirs = SeedGenerator(seed), keras.random.SeedGenerator(seed)
        for ordered in (True, False, False, True, False):
            assert ours.next(ordered).tolist() == np.array(theirs.next(ordered)).tolist()


@pytest.mark.keras
def test_unseeded_draws_as_keras(keras):
    for seed in (0, 42, 2**32 - 1):
        set_random_seed(seed)
        ours = [normal((5,)) for _ in range(4)], make_default_seed()
        keras.utils.set_random_seed(seed)
        theirs = [np.array(keras.random.normal((5,))) for _ in range(4)], random.randint(1, 10**9)
        assert np.array(ours[0]).tobytes() == np.array(theirs[0]).tobytes()
        assert ours[1] == theirs[1]


def test_other_threads_that_draw_disturb_no_seed():
    """As Dask's do; outside of `seeded` Python's generator is everybody's, as it is in Keras."""

    def drawn():
        with seeded(3):
            set_random_seed(8)
            return [make_default_seed() for _ in range(2000)]

    expected, stop = drawn(), threading.Event()
    random.seed(8)
    assert expected == [make_default_seed() for _ in range(2000)]

    def disturb():
        while not stop.is_set():
            random.random()

    other = threading.Thread(target=disturb)
    other.start()
    try:
        assert all(drawn() == expected for _ in range(50))
    finally:
        stop.set()
        other.join()
