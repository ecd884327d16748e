"""Uniform, normal and truncated normal: edges, bad values, and Keras's bits."""

import numpy as np
import pytest

from engine.random import SeedGenerator, normal, truncated_normal, uniform

SAMPLERS = [uniform, normal, truncated_normal]
SEEDS = (0, 1, 42, 2**31 - 3, 2**31 - 2, 2**31 - 1, 2**32 - 1, 2**40, -7)


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_shape_and_dtype(sampler, dtype):
    for shape in [(), (0,), (3, 0), (1,), (5,), (2, 3), [4, 1], (np.int64(2), 2)]:
        values = sampler(shape, dtype=dtype, seed=3)
        assert values.shape == tuple(shape) and values.dtype == dtype
        assert values.flags.c_contiguous and values.flags.writeable
    assert sampler((1,), seed=3).dtype == np.float32


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_longer_array_starts_with_the_shorter_one(sampler, dtype):
    longest = sampler((23,), dtype=dtype, seed=11)
    assert len(np.unique(longest)) == 23
    for n in range(23):
        assert np.array_equal(sampler((n,), dtype=dtype, seed=11), longest[:n])


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_an_integer_repeats_and_a_generator_moves_on(sampler):
    generator = SeedGenerator(9)
    first, second = sampler((6,), seed=generator), sampler((6,), seed=generator)
    assert np.array_equal(first, sampler((6,), seed=9))
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_ranges_and_moments(dtype):
    n = 200_000
    u = uniform((n,), 2.0, 5.0, dtype, seed=1)
    assert u.min() >= 2 and u.max() < 5
    assert abs(u.mean() - 3.5) < 0.01 and abs(u.std() - 3 / 12**0.5) < 0.01
    z = normal((n,), 1.0, 2.0, dtype, seed=1)
    assert abs(z.mean() - 1) < 0.02 and abs(z.std() - 2) < 0.02 and z.max() > 7
    t = truncated_normal((n,), 1.0, 2.0, dtype, seed=1)
    assert abs(t.mean() - 1) < 0.02 and abs(t.std() - 2 * 0.87962566103423978) < 0.02
    assert t.min() > -3 and t.max() < 5


BAD = [
    ({"shape": 3}, TypeError, "shape"),
    ({"shape": None}, TypeError, "shape"),
    ({"shape": (2.0,)}, TypeError, "shape"),
    ({"shape": (None, 2)}, TypeError, "shape"),
    ({"shape": "ab"}, TypeError, "shape"),
    ({"shape": (2, -1)}, ValueError, "shape"),
    ({"dtype": "int32"}, TypeError, "dtype"),
    ({"dtype": "float16"}, TypeError, "dtype"),
    ({"dtype": "nonsense"}, TypeError, "dtype"),
    ({"seed": 1.5}, TypeError, "seed"),
    ({"seed": "a"}, TypeError, "seed"),
    ({"seed": True}, TypeError, "seed"),
    ({"seed": 2**63}, ValueError, "seed"),
    ({"first": "a"}, TypeError, "minval|mean"),
    ({"first": None}, TypeError, "minval|mean"),
    ({"first": 1e40}, ValueError, "minval|mean"),
    ({"second": float("nan")}, ValueError, "maxval|stddev"),
    ({"second": [1.0]}, TypeError, "maxval|stddev"),
]


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("change, error, name", BAD)
def test_bad_values(sampler, change, error, name):
    good = {"shape": (2,), "first": 0.0, "second": 1.0, "dtype": None, "seed": 1, **change}
    with pytest.raises(error, match=f"Expected .*({name}).* Received: ({name})="):
        sampler(*good.values())


@pytest.mark.keras
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("sampler", SAMPLERS)
def test_bits_as_keras(keras, sampler, dtype):
    theirs = getattr(keras.random, sampler.__name__)
    scales = [(0.0, 1.0), (-1.3, 0.7), (0.1, 1e-3), (3, 5), (np.float64(0.1), np.float32(0.3))]
    for shape in [(), (0,), (1,), (7,), (3, 5), (2, 3, 4), (257, 100)]:
        for first, second in scales:
            for seed in SEEDS:
                expected = np.array(theirs(shape, first, second, dtype=dtype, seed=seed))
                values = sampler(shape, first, second, dtype=dtype, seed=seed)
                assert values.dtype == expected.dtype and values.shape == expected.shape
                assert values.tobytes() == expected.tobytes()


@pytest.mark.keras
@pytest.mark.parametrize("sampler", SAMPLERS)
def test_bits_of_two_million_values_as_keras(keras, sampler):
    for seed in (1, 42):
        expected = np.array(getattr(keras.random, sampler.__name__)((1024, 2048), seed=seed))
        assert sampler((1024, 2048), seed=seed).tobytes() == expected.tobytes()
