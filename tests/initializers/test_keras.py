"""Initializers beside Keras itself: bits, chains, configs, names."""

import inspect

import numpy as np
import pytest

import engine
from engine import initializers
from engine.initializers.registry import _KNOWN
from engine.random import SeedGenerator, make_default_seed, set_random_seed

pytestmark = pytest.mark.keras

SEEDS = (0, 1, 42, 10**9, 2**31 - 2, 2**31 - 1, 2**32 - 1)
SHAPES = ((), (1,), (7,), (8, 10), (5, 1), (60, 60), (784, 128), (3, 3, 4, 5), (2, 0))
CASES = [
    ("Zeros", {}),
    ("Ones", {}),
    ("Constant", {}),
    ("Constant", {"value": -0.3}),
    ("Constant", {"value": np.float64(0.1)}),
    ("RandomUniform", {}),
    ("RandomUniform", {"minval": -1.3, "maxval": 0.7}),
    ("RandomNormal", {}),
    ("RandomNormal", {"mean": 0.1, "stddev": 1.7}),
    ("TruncatedNormal", {}),
    ("TruncatedNormal", {"mean": -0.3, "stddev": 0.9}),
    ("GlorotUniform", {}),
    ("GlorotNormal", {}),
    ("HeUniform", {}),
    ("HeNormal", {}),
    ("LecunUniform", {}),
    ("LecunNormal", {}),
    *(
        ("VarianceScaling", {"scale": scale, "mode": mode, "distribution": distribution})
        for scale in (0.3, 2)
        for mode in ("fan_in", "fan_out", "fan_avg")
        for distribution in ("uniform", "truncated_normal", "untruncated_normal", "Normal")
    ),
]


@pytest.mark.parametrize("name, arguments", CASES)
def test_bits(keras, name, arguments):
    random = name not in ("Zeros", "Ones", "Constant")
    for seed in SEEDS if random else (None,):
        chosen = {**arguments, "seed": seed} if random else arguments
        ours = getattr(initializers, name)(**chosen)
        theirs = getattr(keras.initializers, name)(**chosen)
        assert ours.get_config() == theirs.get_config()
        for dtype in ("float32", "float64"):
            for shape in SHAPES:
                values, expected = ours(shape, dtype=dtype), np.array(theirs(shape, dtype=dtype))
                assert values.dtype == expected.dtype and values.shape == expected.shape
                assert values.tobytes() == expected.tobytes(), (seed, dtype, shape)


def test_bits_with_named_axes(keras):
    for axes in ([0], [1, 2]), ([0, 1], [2]), ([0], None):
        arguments = {"seed": 5, "input_axes": axes[0], "output_axes": axes[1]}
        for name in ("GlorotUniform", "HeNormal", "LecunNormal"):
            ours = getattr(initializers, name)(**arguments)((4, 3, 6))
            theirs = getattr(keras.initializers, name)(**arguments)((4, 3, 6))
            assert ours.tobytes() == np.array(theirs).tobytes()


def test_bits_from_a_seed_generator(keras):
    for name in ("RandomUniform", "RandomNormal", "HeNormal"):
        ours = getattr(initializers, name)(seed=SeedGenerator(11))
        theirs = getattr(keras.initializers, name)(seed=keras.random.SeedGenerator(11))
        for _ in range(3):
            assert ours((5, 4)).tobytes() == np.array(theirs((5, 4))).tobytes()


@pytest.mark.parametrize("seed", [0, 1, 42, 2**31 - 2, 2**31 - 1, 2**32 - 1])
def test_chain_through_networks(keras, seed):
    """Two models in a row, random biases, a shared instance; all from one seed."""
    sizes = (6, 5, 4, 4, 3)
    kernels = ("glorot_uniform", "he_normal", "lecun_uniform", "random_normal")
    biases = ("zeros", "random_uniform", "ones", "truncated_normal")

    keras.utils.set_random_seed(seed)
    expected = []
    for _ in range(2):
        layers = [
            keras.layers.Dense(units, kernel_initializer=kernel, bias_initializer=bias)
            for units, kernel, bias in zip(sizes[1:], kernels, biases, strict=True)
        ]
        model = keras.Sequential(layers)
        model.build((None, sizes[0]))
        model.compile("adam", "mse")
        expected += model.get_weights()
    after = keras.initializers.HeNormal().seed

    set_random_seed(seed)
    values = []
    for _ in range(2):
        pairs = [
            (initializers.get(kernel), initializers.get(bias))
            for kernel, bias in zip(kernels, biases, strict=True)
        ]
        for (kernel, bias), inputs, units in zip(pairs, sizes, sizes[1:], strict=False):
            values += [kernel((inputs, units)), bias((units,))]

    assert [v.shape for v in values] == [w.shape for w in expected]
    assert [v.tobytes() for v in values] == [w.tobytes() for w in expected]
    assert make_default_seed() == after


NINE = [
    "random_uniform", "random_normal", "truncated_normal", "glorot_uniform", "glorot_normal",
    "he_uniform", "he_normal", "lecun_uniform", "lecun_normal",
]  # fmt: skip


def initial_weights(keras, seed):
    """The weights of a chain whose layers use all nine random initializers, biases as well."""
    keras.utils.set_random_seed(seed)
    layers = [
        keras.layers.Dense(units, kernel_initializer=kernel, bias_initializer=bias)
        for units, kernel, bias in zip(
            (7, 8, 3, 1, 5, 12, 4, 9, 2), NINE, NINE[3:] + NINE[:3], strict=True
        )
    ]
    return keras.Sequential([keras.Input((6,)), *layers]).get_weights()


def test_initial_weights_of_a_hundred_seeds(keras):
    drawn = np.random.default_rng(0).integers(0, 2**32, 90).tolist()
    seeds = [0, 1, 7, 42, 10**9, 2**31 - 2, 2**31 - 1, 2**31, 2**32 - 2, 2**32 - 1, *drawn]
    assert len(set(seeds)) == 100
    for seed in seeds:
        ours, theirs = initial_weights(engine, seed), initial_weights(keras, seed)
        assert [w.tobytes() for w in ours] == [w.tobytes() for w in theirs], seed
    assert len({ours[0].tobytes(), initial_weights(engine, 0)[0].tobytes()}) == 2


@pytest.mark.parametrize("cls", sorted({cls.__name__ for cls in _KNOWN.values()}))
def test_signatures_and_configs(keras, cls):
    ours, theirs = getattr(initializers, cls), getattr(keras.initializers, cls)
    if cls not in ("Zeros", "Ones"):
        our_arguments = inspect.signature(ours).parameters.values()
        their_arguments = inspect.signature(theirs).parameters.values()
        assert [(p.name, p.default) for p in our_arguments] == [
            (p.name, p.default) for p in their_arguments
        ]
    config = keras.initializers.serialize(theirs())
    assert initializers.serialize(ours()) == config
    assert type(initializers.deserialize(config)) is ours
    assert type(keras.initializers.deserialize(initializers.serialize(ours()))) is theirs


def test_config_of_a_seed_generator(keras):
    ours = initializers.serialize(initializers.HeNormal(seed=SeedGenerator(3, name="mine")))
    generator = keras.random.SeedGenerator(3, name="mine")
    assert ours == keras.initializers.serialize(keras.initializers.HeNormal(seed=generator))
    theirs = keras.initializers.deserialize(ours)
    expected = np.array(theirs((3, 4))).tobytes()
    assert initializers.deserialize(ours)((3, 4)).tobytes() == expected


def test_names_as_keras(keras):
    known = dict(keras.src.initializers.ALL_OBJECTS_DICT)
    for name, cls in _KNOWN.items():
        assert known.pop(name).__name__ == cls.__name__
    left = {cls.__name__ for cls in known.values()}
    assert left == {"Initializer", "Identity", "Orthogonal", "STFT"}


def test_exported_names_as_keras(keras):
    for name in initializers.__all__:
        if name not in ("compute_fans", "serialize", "deserialize", "get"):
            theirs = getattr(keras.initializers, name)
            assert getattr(initializers, name).__name__ == theirs.__name__


@pytest.mark.parametrize("shape", [(), (5,), (3, 7), (2, 3, 7), (2, 2, 3, 7), (0, 4)])
def test_fans(keras, shape):
    theirs = keras.src.initializers.random_initializers.compute_fans
    assert initializers.compute_fans(shape) == theirs(shape)
