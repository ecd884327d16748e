"""Philox against the published vectors, and its three readings against each other."""

import numpy as np
import pytest

from engine.random.philox import block, fill_words, philox4x32, stateful_stream, stateless_stream

# Random123's kat_vectors, philox4x32 with 10 rounds: counter, key, output.  The third counter and
# key are digits of π.
KNOWN_ANSWERS = [
    (
        "00000000 00000000 00000000 00000000",
        "00000000 00000000",
        "6627e8d5 e169c58d bc57ac4c 9b00dbd8",
    ),
    (
        "ffffffff ffffffff ffffffff ffffffff",
        "ffffffff ffffffff",
        "408f276d 41c83b0e a20bc7c6 6d5451fd",
    ),
    (
        "243f6a88 85a308d3 13198a2e 03707344",
        "a4093822 299f31d0",
        "d16cfe09 94fdcceb 5001e420 24126ea1",
    ),
]


def words(text):
    return [np.uint64(int(word, 16)) for word in text.split()]


@pytest.mark.parametrize("counter, key, output", KNOWN_ANSWERS)
def test_published_vectors(counter, key, output):
    assert list(philox4x32(*words(counter), *words(key))) == words(output)


def test_first_published_vector_in_a_compiled_loop():
    got = np.empty(4, np.uint64)
    fill_words(got, np.zeros(4, np.uint64))
    assert list(got) == words(KNOWN_ANSWERS[0][2])


def test_compiled_loop_and_arrays_give_the_same_words():
    stream = stateless_stream(42, 7)
    compiled = np.empty(4000, np.uint64)
    fill_words(compiled, stream)
    arrays = np.stack(block(stream, np.arange(1000, dtype=np.uint64)), axis=-1).ravel()
    assert np.array_equal(compiled, arrays)
    assert arrays.max() < 2**32 and len(np.unique(arrays)) > 3990


def test_blocks_above_two_to_the_32_use_the_second_counter_word():
    i = np.uint64(5 * 2**32 + 3)
    expected = philox4x32(*np.array([3, 5, 0, 0, 9, 0], np.uint64))
    assert block(stateful_stream(9, 0), i) == expected


def test_streams_split_64_bit_seeds_into_words():
    assert stateful_stream(3 + 5 * 2**32, 7 + 11 * 2**32).tolist() == [3, 5, 7, 11]
    assert stateful_stream(-1, 0).tolist() == [2**32 - 1, 2**32 - 1, 0, 0]


def test_stateless_streams_are_scrambled():
    scramble = np.array([0x3EC8F720, 0x02461E29], np.uint64)
    expected = philox4x32(*np.array([42, 0, 7, 0], np.uint64), *scramble)
    assert stateless_stream(42, 7).tolist() == list(expected)
