"""Arguments, configs, names: what goes in, what comes back, what is refused."""

import json

import numpy as np
import pytest

from engine import initializers
from engine.random import SeedGenerator, make_default_seed, set_random_seed

RANDOM = [
    initializers.RandomUniform,
    initializers.RandomNormal,
    initializers.TruncatedNormal,
    initializers.GlorotUniform,
    initializers.GlorotNormal,
    initializers.HeUniform,
    initializers.HeNormal,
    initializers.LecunUniform,
    initializers.LecunNormal,
    initializers.VarianceScaling,
]
PLAIN = [initializers.Zeros, initializers.Ones, initializers.Constant]


@pytest.mark.parametrize("cls", RANDOM + PLAIN)
def test_shapes_and_dtypes(cls):
    for shape in [(), (0,), (3,), (2, 3), [2, 3, 4]]:
        assert cls()(shape).shape == tuple(shape)
    assert cls()((2,)).dtype == np.float32
    assert cls()((2,), dtype="float64").dtype == np.float64
    with pytest.raises(ValueError, match="Received: shape="):
        cls()((-1,))
    with pytest.raises(TypeError, match="Received: dtype="):
        cls()((2,), dtype="int32")


def test_constants():
    assert np.array_equal(initializers.Constant(-0.3)((2, 2)), np.full((2, 2), np.float32(-0.3)))
    assert initializers.Constant(0.1)((1,), "float64")[0] == np.float32(0.1)
    assert initializers.Constant(np.float64(0.1))((1,), "float64")[0] == 0.1
    assert initializers.Constant(np.float32(0.5)).get_config() == {"value": 0.5}


@pytest.mark.parametrize("cls", RANDOM)
def test_seeds(cls):
    initializer = cls(seed=3)
    assert initializer.seed == 3
    assert np.array_equal(initializer((4, 5)), initializer((4, 5)))
    assert np.array_equal(initializer((4, 5)), cls(seed=3)((4, 5)))
    moving = cls(seed=SeedGenerator(3))
    assert np.array_equal(moving((4, 5)), initializer((4, 5)))
    assert not np.array_equal(moving((4, 5)), initializer((4, 5)))
    for seed in (1.5, "a", True, np.int64(3)):
        with pytest.raises(TypeError, match="Expected seed .* Received: seed="):
            cls(seed=seed)


@pytest.mark.parametrize("cls", RANDOM)
def test_a_clone_of_an_unseeded_initializer_draws_its_own_seed(cls):
    set_random_seed(8)
    seeds = [make_default_seed() for _ in range(2)]
    set_random_seed(8)
    initializer = cls()
    assert initializer.get_config()["seed"] is None
    assert [initializer.seed, initializer.clone().seed] == seeds


@pytest.mark.parametrize("cls", RANDOM + PLAIN)
def test_configs_survive_json(cls):
    makers = [cls, lambda: cls(seed=3), lambda: cls(seed=SeedGenerator(3, name="mine"))]
    for make in makers if cls in RANDOM else makers[:1]:
        config = json.loads(json.dumps(initializers.serialize(make())))
        again = initializers.deserialize(config)
        assert type(again) is cls and initializers.serialize(again) == config
        if config["config"].get("seed"):
            assert np.array_equal(again((3, 4)), make()((3, 4)))
            assert np.array_equal(make().clone()((3, 4)), make()((3, 4)))


BAD = [
    (lambda: initializers.VarianceScaling(scale=0.0), ValueError, "scale"),
    (lambda: initializers.VarianceScaling(scale=-1.0), ValueError, "scale"),
    (lambda: initializers.VarianceScaling(scale=float("nan")), ValueError, "scale"),
    (lambda: initializers.VarianceScaling(scale="1"), TypeError, "scale"),
    (lambda: initializers.VarianceScaling(mode="fan"), ValueError, "mode"),
    (lambda: initializers.VarianceScaling(mode=None), ValueError, "mode"),
    (lambda: initializers.VarianceScaling(distribution="bell"), ValueError, "distribution"),
    (lambda: initializers.VarianceScaling(distribution=None), ValueError, "distribution"),
    (lambda: initializers.RandomUniform(minval="0"), TypeError, "minval"),
    (lambda: initializers.RandomUniform(maxval=None), TypeError, "maxval"),
    (lambda: initializers.RandomNormal(mean=[0.0]), TypeError, "mean"),
    (lambda: initializers.RandomNormal(stddev=float("inf")), ValueError, "stddev"),
    (lambda: initializers.TruncatedNormal(stddev="a"), TypeError, "stddev"),
    (lambda: initializers.Constant("a"), TypeError, "value"),
    (lambda: initializers.Constant([1.0]), TypeError, "value"),
]


@pytest.mark.parametrize("make, error, name", BAD)
def test_bad_arguments_draw_no_seed(make, error, name):
    set_random_seed(2)
    expected = make_default_seed()
    set_random_seed(2)
    with pytest.raises(error, match=f"Expected {name} .* Received: {name}="):
        make()
    assert make_default_seed() == expected


@pytest.mark.parametrize(
    "shape, fans",
    [
        ((), (1, 1)),
        ((5,), (5, 5)),
        ((3, 7), (3, 7)),
        ((2, 3, 7), (6, 14)),
        ((2, 2, 3, 7), (12, 28)),
        ((0, 4), (0, 4)),
    ],
)
def test_fans(shape, fans):
    assert initializers.compute_fans(shape) == fans


def test_fans_of_named_axes():
    assert initializers.compute_fans((2, 3, 4), [0], [1, 2]) == (2, 12)
    assert initializers.compute_fans((2, 3, 4), [0], None) == (6, 8)


def custom(shape, dtype=None):
    return np.full(shape, 7, dtype)


class Custom(initializers.Initializer):
    def __call__(self, shape, dtype=None):
        return np.full(shape, 7, dtype)


def test_get():
    assert initializers.get(None) is None
    assert isinstance(initializers.get("he_normal"), initializers.HeNormal)
    assert isinstance(initializers.get("HeNormal"), initializers.HeNormal)
    assert isinstance(initializers.get(initializers.Zeros), initializers.Zeros)
    assert isinstance(initializers.get({"class_name": "Zeros"}), initializers.Zeros)
    instance = initializers.Ones()
    assert initializers.get(instance) is instance
    assert initializers.get(custom) is custom
    assert isinstance(initializers.get(Custom), Custom)


def test_get_of_an_array_gives_its_values():
    values = np.arange(6.0).reshape(2, 3)
    initializer = initializers.get(values)
    assert initializer((2, 3)).dtype == np.float32
    assert np.array_equal(initializer((2, 3)), values)
    assert not np.shares_memory(initializer((2, 3), "float64"), values)
    with pytest.raises(ValueError, match=r"Expected shape to be \(2, 3\). Received: shape="):
        initializer((3, 2))


@pytest.mark.parametrize("name", ["he", "HENORMAL", "", "identity"])
def test_unknown_names_are_answered_with_the_known_ones(name):
    for identifier in (name, {"class_name": name, "config": {}}):
        with pytest.raises(ValueError, match="'GlorotUniform'.*'he_normal'.*Received: ") as caught:
            initializers.get(identifier)
        assert repr(name) in str(caught.value)


@pytest.mark.parametrize("identifier", [3, 1.5, ["zeros"], object()])
def test_what_cannot_be_called_is_refused(identifier):
    with pytest.raises(TypeError, match="Expected an initializer.* Received: identifier="):
        initializers.get(identifier)


def test_custom_objects():
    for thing in (custom, Custom()):
        config = initializers.serialize(thing)
        name = "custom" if thing is custom else "Custom"
        again = initializers.deserialize(config, {name: custom if thing is custom else Custom})
        assert np.array_equal(again((2,), dtype="float32"), [7, 7])
        with pytest.raises(ValueError, match=f"Received: '{name}'"):
            initializers.deserialize(config)
    with pytest.raises(ValueError, match="Expected a function with a name"):
        initializers.serialize(lambda shape, dtype=None: None)


def test_the_base_class_cannot_be_called():
    with pytest.raises(NotImplementedError, match="Initializer does not define __call__"):
        initializers.Initializer()((2,))
