"""What random_state means."""

import random
import threading

import numpy as np
import pytest

import engine as keras
from engine.wrappers.seeds import drawing_from, seed_of


def test_none_goes_on_an_integer_repeats_a_state_moves_on():
    assert seed_of(None) is None
    assert seed_of(5) == seed_of(np.int64(5)) == 5
    assert type(seed_of(np.uint8(5))) is int
    state = np.random.RandomState(1)
    first, second = seed_of(state), seed_of(state)
    assert first != second
    assert seed_of(np.random.RandomState(1)) == first


@pytest.mark.parametrize("wrong", [-1, 2**32])
def test_a_wrong_value(wrong):
    with pytest.raises(ValueError, match=r"Expected random_state to be None.*Received"):
        seed_of(wrong)


@pytest.mark.parametrize("wrong", ["1", 1.0, True, np.random.default_rng(0)])
def test_a_wrong_type(wrong):
    with pytest.raises(TypeError, match=r"Expected random_state to be None.*Received"):
        seed_of(wrong)


def test_the_generators_stand_where_they_stood():
    keras.utils.set_random_seed(3)
    before = random.getstate(), np.random.get_state()[1].tolist()
    with drawing_from(8):
        assert keras.random.get_random_seed() == 8
        random.random(), np.random.rand()
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before
    assert keras.random.get_random_seed() == 3


def test_threads_take_turns():
    inside = []

    def draw():
        with drawing_from(2):
            inside.append(keras.random.make_default_seed())

    other = threading.Thread(target=draw)
    with drawing_from(1):
        other.start()
        other.join(0.3)
        assert other.is_alive() and not inside
        with drawing_from(3):  # the same thread may go further in
            pass
        first = keras.random.make_default_seed()
    other.join(30)
    with drawing_from(1):
        assert keras.random.make_default_seed() == first
    with drawing_from(2):
        assert [keras.random.make_default_seed()] == inside


def test_without_a_seed_nobody_waits():
    with drawing_from(1):
        other = threading.Thread(target=lambda: drawing_from(None).__enter__())
        other.start()
        other.join(30)
        assert not other.is_alive()
