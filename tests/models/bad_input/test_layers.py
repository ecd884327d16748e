"""Wrong layers, wrong models, wrong weights."""

import numpy as np
import pytest

import engine as keras

Dense, Input, Sequential, Model = keras.layers.Dense, keras.Input, keras.Sequential, keras.Model
UNITS = "whole number ≥ 1"
SHAPE = "(features,), or whole numbers ≥ 1"


class Lookalike:
    """Has what layers have, but is none of the engine's."""

    name, built, weights, units = "dense", True, [], 3

    def __call__(self, x):
        return x


def dense(**options):
    return lambda s: Dense(3, **options)


def chain(s, *layers):
    x = start = Input((2,))
    for layer in layers:
        x = layer(x)
    return start, x


def two_chains(s):
    return chain(s, Dense(2))[0], chain(s, Dense(2))[1]


TABLE = {
    "units 0": (lambda s: Dense(0), ValueError, UNITS, "=0"),
    "units -1": (lambda s: Dense(-1), ValueError, UNITS, "=-1"),
    "units 2.5": (lambda s: Dense(2.5), TypeError, UNITS, "=2.5"),
    "units 8.0": (lambda s: Dense(8.0), TypeError, UNITS, "=8.0"),
    "units text": (lambda s: Dense("8"), TypeError, UNITS, "='8'"),
    "units True": (lambda s: Dense(True), TypeError, UNITS, "=True"),
    "units None": (lambda s: Dense(None), TypeError, UNITS, "=None"),
    "units tuple": (lambda s: Dense((8,)), TypeError, UNITS, "=(8,)"),
    "units array": (lambda s: Dense(s.x), TypeError, UNITS, "ndarray of shape (8, 2)"),
    "activation misspelt": (dense(activation="rellu"), ValueError, "relu", "'rellu'"),
    "activation gelu": (dense(activation="gelu"), ValueError, "leaky_relu", "'gelu'"),
    "activation upper case": (dense(activation="ReLU"), ValueError, "relu", "'ReLU'"),
    "activation lambda": (dense(activation=lambda z: z), ValueError, "relu", "<lambda>"),
    "activation of NumPy": (dense(activation=np.tanh), ValueError, "tanh", "ufunc"),
    "activation number": (dense(activation=3), TypeError, "relu", "=3"),
    "activation list": (dense(activation=["relu"]), TypeError, "relu", "['relu']"),
    "activation of get": (lambda s: keras.activations.get("x"), ValueError, "relu", "'x'"),
    "use_bias 1": (dense(use_bias=1), TypeError, "True or False", "=1"),
    "use_bias text": (dense(use_bias="no"), TypeError, "True or False", "='no'"),
    "kernel_initializer misspelt": (dense(kernel_initializer="he"), ValueError, "name", "'he'"),
    "kernel_initializer None": (dense(kernel_initializer=None), TypeError, "name", "=None"),
    "kernel_initializer number": (dense(kernel_initializer=3), TypeError, "name", "=3"),
    "bias_initializer list": (dense(bias_initializer=["zeros"]), TypeError, "name", "['zeros']"),
    "kernel_regularizer misspelt": (
        dense(kernel_regularizer="l3"), ValueError, "kernel_regularizer to be l1, l2, l1l2", "'l3'",
    ),
    "kernel_regularizer by its function's name": (
        dense(kernel_regularizer="l1_l2"), ValueError, "kernel_regularizer", "'l1_l2'",
    ),
    "kernel_regularizer number": (
        dense(kernel_regularizer=0.01), TypeError, "engine.regularizers", "=0.01",
    ),
    "kernel_regularizer function": (
        dense(kernel_regularizer=lambda w: 0.0), ValueError, "engine.regularizers", "<lambda>",
    ),
    "kernel_regularizer of a class of your own": (
        dense(kernel_regularizer=type("Mine", (keras.regularizers.L2,), {})()),
        ValueError, "engine.regularizers", "Mine",
    ),
    "kernel_regularizer without a formula": (
        dense(kernel_regularizer=keras.regularizers.Regularizer),
        ValueError, "engine.regularizers", "Regularizer",
    ),
    "kernel_regularizer config of another": (
        dense(kernel_regularizer={"class_name": "Zeros", "config": {}}),
        ValueError, "engine.regularizers", "'Zeros'",
    ),
    "bias_regularizer text": (
        dense(bias_regularizer="x"), ValueError, "bias_regularizer to be", "='x'",
    ),
    "bias_regularizer list": (
        dense(bias_regularizer=["l2"]), TypeError, "bias_regularizer", "['l2']",
    ),
    "activity_regularizer": (dense(activity_regularizer="l3"), ValueError, "object", "'l3'"),
    "l2 below 0": (lambda s: keras.regularizers.L2(-0.1), ValueError, "l2", "≥ 0", "=-0.1"),
    "l1 text": (lambda s: keras.regularizers.L1("0.1"), TypeError, "l1", "='0.1'"),
    "l2 True": (lambda s: keras.regularizers.L2(True), TypeError, "number", "=True"),
    "l1 NaN": (lambda s: keras.regularizers.L1(float("nan")), ValueError, "l1", "=nan"),
    "l2 infinite": (
        lambda s: keras.regularizers.L1L2(l2=float("inf")), ValueError, "l2", "=inf",
    ),
    "l2 beyond float32": (lambda s: keras.regularizers.L2(1e39), ValueError, "l2", "=1e+39"),
    "x of a regularizer, text": (
        lambda s: keras.regularizers.L2(0.1)("abc"), TypeError, "x to be an array", "str",
    ),
    "regularizer of get": (
        lambda s: keras.regularizers.get("x"), ValueError, "l1, l2, l1l2, L1", "'x'",
    ),
    "config of a regularizer": (
        lambda s: keras.regularizers.deserialize("l2"), TypeError, "a dict", "'l2'",
    ),
    "config of a regularizer with more": (
        lambda s: keras.regularizers.L2.from_config({"l2": 0.1, "l1": 0.1}),
        TypeError, "arguments of L2", "'l1'",
    ),
    "kernel_constraint": (dense(kernel_constraint="nonneg"), ValueError, "=None", "'nonneg'"),
    "lora_rank": (dense(lora_rank=4), ValueError, "=None", "=4"),
    "trainable 0": (dense(trainable=0), TypeError, "True or False", "=0"),
    "dtype int32": (dense(dtype="int32"), ValueError, '"float32" or "float64"', "'int32'"),
    "dtype float16": (dense(dtype=np.float16), ValueError, '"float32"', "float16"),
    "name empty": (dense(name=""), ValueError, "non-empty", "=''"),
    "name with a slash": (dense(name="a/b"), ValueError, "letters, digits", "'a/b'"),
    "input_shape (2, 0)": (dense(input_shape=(2, 0)), ValueError, SHAPE, "=(2, 0)"),
    "input_shape empty": (dense(input_shape=()), ValueError, SHAPE, "=()"),
    "input_shape 0": (dense(input_shape=(0,)), ValueError, SHAPE, "=(0,)"),
    "input_shape -1": (dense(input_shape=(-1,)), ValueError, SHAPE, "=(-1,)"),
    "input_shape None inside": (dense(input_shape=(None,)), ValueError, SHAPE, "=(None,)"),
    "input_shape fraction": (dense(input_shape=(2.0,)), TypeError, SHAPE, "=(2.0,)"),
    "input_shape text": (dense(input_shape="8"), TypeError, SHAPE, "='8'"),
    "input_shape True": (dense(input_shape=True), TypeError, SHAPE, "=True"),
    "input_shape dict": (dense(input_shape={4: 1}), TypeError, SHAPE, "={4: 1}"),
    "input_dim 0": (dense(input_dim=0), ValueError, SHAPE, "=0"),
    "input_dim text": (dense(input_dim="4"), TypeError, SHAPE, "='4'"),
    "input_dim with input_shape": (
        dense(input_dim=4, input_shape=(4,)), ValueError, "not both", "input_shape=(4,)",
    ),
    "config of Dense": (lambda s: Dense.from_config("Dense"), TypeError, "a dict", "'Dense'"),
    "config of Dense without units": (
        lambda s: Dense.from_config({}), TypeError, "arguments of Dense", "'units'",
    ),
    "config of Dense with more": (
        lambda s: Dense.from_config({"units": 3, "rate": 1}), TypeError, "Dense", "'rate'",
    ),
    "shape missing": (lambda s: Input(), ValueError, "(features,)", "=None"),
    "shape (28, None)": (lambda s: Input((28, None)), ValueError, SHAPE, "=(28, None)"),
    "shape 0": (lambda s: Input((0,)), ValueError, SHAPE, "=(0,)"),
    "shape text": (lambda s: Input("4"), TypeError, SHAPE, "='4'"),
    "shape with batch_shape": (
        lambda s: Input((4,), batch_shape=(None, 4)), ValueError, "not both", "(None, 4)",
    ),
    "batch_shape of one": (
        lambda s: Input(batch_shape=(None,)), ValueError, "(None, features)", "=(None,)",
    ),
    "batch_shape fixed": (
        lambda s: Input(batch_shape=(32, 4)), ValueError, "(None, features)", "=(32, 4)",
    ),
    "batch_shape text": (lambda s: Input(batch_shape="4"), TypeError, "(None, features)", "'4'"),
    "batch_size 32": (lambda s: Input((4,), batch_size=32), ValueError, "free", "=32"),
    "sparse": (lambda s: Input((4,), sparse=True), ValueError, "=False", "=True"),
    "tensor": (lambda s: Input(tensor=s.x), ValueError, "=None", "ndarray of shape (8, 2)"),
    "dtype of Input": (lambda s: Input((4,), dtype="int64"), ValueError, '"float32"', "'int64'"),
    "inputs of a layer, text": (lambda s: Dense(3)("abc"), TypeError, "array", "str"),
    "inputs of a layer, None": (lambda s: Dense(3)(None), TypeError, "array", "NoneType"),
    "inputs of a layer, flat": (lambda s: Dense(3)(s.y), ValueError, "(rows, features)", "(8,)"),
    "inputs of a layer, ragged": (
        lambda s: Dense(3)([[1.0], [1.0, 2.0]]), ValueError, "equally long", "[[1.0]",
    ),
    "inputs of a layer, other width": (
        lambda s: s.plain.layers[0](s.x[:, :1]), ValueError, "2 features", "(8, 1)",
    ),
    "inputs of a layer, two": (
        lambda s: Dense(3)([Input((2,)), Input((2,))]), ValueError, "one tensor", "2 inputs",
    ),
    "inputs of a model, tensor": (
        lambda s: s.plain(Input((2,))), TypeError, "array", "KerasTensor",
    ),
    "inputs of a model, flat": (lambda s: s.plain(s.y), ValueError, "(rows, features)", "(8,)"),
    "inputs of a model, texts": (lambda s: s.plain([["a", "b"]]), TypeError, "numbers", "'a'"),
    # Sequential
    "layers is a layer": (lambda s: Sequential(Dense(3)), TypeError, "list of layers", "Dense"),
    "layers is a number": (lambda s: Sequential(3), TypeError, "list of layers", "3"),
    "layers is a text": (lambda s: Sequential("dense"), TypeError, "list of layers", "'dense'"),
    "layer is a text": (lambda s: Sequential(["dense"]), TypeError, "Dense", "'dense'"),
    "layer is None": (lambda s: s.binary.add(None), TypeError, "Dense", "NoneType"),
    "layer is a class": (lambda s: s.binary.add(Dense), TypeError, "Dense", "of type type"),
    "layer is a number": (lambda s: s.binary.add(8), TypeError, "Dense", "8 of type int"),
    "layer is a model": (lambda s: s.binary.add(s.plain), TypeError, "Dense", "Sequential"),
    "layer is an activation": (lambda s: s.binary.add("relu"), TypeError, "Dense", "'relu'"),
    "layer only looks like one": (lambda s: s.binary.add(Lookalike()), TypeError, "Lookalike"),
    "layer is a list": (lambda s: s.binary.add([Dense(3)]), TypeError, "Dense", "of type list"),
    "layer is a tensor": (
        lambda s: s.binary.add(chain(s, Dense(2))[1]), TypeError, "Dense", "KerasTensor",
    ),
    "layer twice": (
        lambda s: s.binary.add(s.binary.layers[0]), ValueError, "not in 'binary'", "twice",
    ),
    "layer after itself": (
        lambda s: s.unbuilt.add(s.unbuilt.layers[-1]), ValueError, "not in 'unbuilt'", "twice",
    ),
    "layers of one name": (
        lambda s: s.binary.add(Dense(3, name=s.binary.layers[0].name)),
        ValueError, "different names", "twice",
    ),
    "layer of another width": (
        lambda s: s.binary.add(s.sparse.layers[0]), ValueError, "2 features", "(None, 1)",
    ),
    "layers of two dtypes": (
        lambda s: s.binary.add(Dense(3, dtype="float64")), TypeError, "one dtype", "float64",
    ),
    "layers of two dtypes, unbuilt": (
        lambda s: s.unbuilt.add(Dense(3, dtype="float64")), TypeError, "one dtype", "float64",
    ),
    "Input after layers": (
        lambda s: s.binary.add(Input((3,))), ValueError, "first layer of 'binary'", "after 'dense",
    ),
    "Input twice": (
        lambda s: Sequential([Input((2,)), Input((2,))]), ValueError, "first", "after 'input_layer",
    ),
    "trainable model": (lambda s: Sequential(trainable="no"), TypeError, "True or False", "='no'"),
    "name of a model": (lambda s: Sequential(name=5), TypeError, "non-empty", "=5"),
    "layer to pop": (lambda s: s.empty.pop(), ValueError, "remove", "'empty' without layers"),
    "layer to build": (lambda s: s.empty.build((None, 3)), ValueError, "at least one", "none"),
    "input_shape to build, none": (lambda s: s.unbuilt.build(), ValueError, "features", "None"),
    "inputs to build, three": (
        lambda s: s.unbuilt.build((None, 2, 2)), ValueError, "a Flatten before", "(None, 2, 2)",
    ),
    "input_shape to build, free": (
        lambda s: s.unbuilt.build((None, None)), ValueError, "(features,)", "None",
    ),
    "input_shape to build, text": (lambda s: s.unbuilt.build("2"), TypeError, SHAPE, "'2'"),
    "input_shape to build, another": (
        lambda s: s.binary.build((None, 7)), ValueError, "(None, 2)", "(None, 7)",
    ),
    "input_shape to build, functional": (
        lambda s: s.functional.build((None, 7)), ValueError, "(None, 2)", "(None, 7)",
    ),
    "config of Sequential": (lambda s: Sequential.from_config([]), TypeError, "a dict", "[]"),
    "config of Sequential, empty": (
        lambda s: Sequential.from_config({}), ValueError, "list of layers", "None",
    ),
    "class_name of a layer": (
        lambda s: Sequential.from_config({"layers": [{"class_name": "Conv2D"}]}),
        ValueError, "InputLayer, Dense", "'Conv2D'",
    ),
    "class_name of a layer, list": (
        lambda s: Sequential.from_config({"layers": [{"class_name": ["Dense"]}]}),
        ValueError, "InputLayer, Dense", "['Dense']",
    ),
    "config of a layer": (
        lambda s: Sequential.from_config({"layers": [{"class_name": "Dense"}]}),
        TypeError, "Dense", "config=None",
    ),
    "class_name of a text": (
        lambda s: Sequential.from_config({"layers": ["Dense"]}), TypeError, "a layer", "'Dense'",
    ),
    # Functional
    "inputs two": (
        lambda s: Model([Input((2,)), Input((2,))], chain(s, Dense(2))[1]),
        ValueError, "one tensor", "2 tensors",
    ),
    "outputs two": (
        lambda s: Model(Input((2,)), [chain(s, Dense(2))[1]] * 2), ValueError, "chains", "2",
    ),
    "inputs dict": (
        lambda s: Model({"a": Input((2,)), "b": Input((2,))}, Input((2,))), ValueError,
        "one tensor", "a dict with ['a', 'b']",
    ),
    "outputs dict": (
        lambda s: Model(Input((2,)), {"b": chain(s, Dense(2))[1]}), ValueError, "['b']",
    ),
    "inputs none": (lambda s: Model([], chain(s, Dense(2))[1]), ValueError, "one", "0 tensors"),
    "inputs missing": (lambda s: Model(), TypeError, "result of Input", "=None"),
    "outputs missing": (lambda s: Model(Input((2,))), TypeError, "result of Input", "=None"),
    "inputs layer": (
        lambda s: Model(Dense(2), chain(s, Dense(2))[1]), TypeError, "result of Input", "Dense",
    ),
    "outputs layer": (lambda s: Model(Input((2,)), Dense(2)), TypeError, "Input", "Dense"),
    "outputs array": (lambda s: Model(Input((2,)), s.x), TypeError, "Input", "shape (8, 2)"),
    "outputs text": (lambda s: Model(Input((2,)), "dense"), TypeError, "Input", "'dense'"),
    "inputs from a layer": (
        lambda s: Model(chain(s, Dense(2))[1], chain(s, Dense(2))[1]),
        ValueError, "result of Input", "output of layer",
    ),
    "outputs from another input": (
        lambda s: Model(*two_chains(s)), ValueError, "come from inputs", "another input",
    ),
    "inputs are the outputs": (
        lambda s: (lambda x: Model(x, x))(Input((2,))), ValueError, "at least one", "same tensor",
    ),
    "layer twice in a chain": (
        lambda s: (lambda d: Model(*chain(s, d, d)))(Dense(2)), ValueError, "once", "2 times",
    ),
    "layers of one name in a chain": (
        lambda s: Model(*chain(s, Dense(2, name="a"), Dense(2, name="a"))),
        ValueError, "different names", "'a' twice",
    ),
    "layers of two dtypes in a chain": (
        lambda s: chain(s, Dense(2), Dense(2, dtype="float64")), TypeError, "one dtype", "float64",
    ),
    "Model with options": (
        lambda s: Model(*chain(s, Dense(2)), layers=[1]), TypeError, "inputs", "layers=[1]",
    ),
    "config of Model": (lambda s: keras.models.Functional.from_config(None), TypeError, "dict"),
    "inbound_nodes of two": (
        lambda s: keras.models.Functional.from_config(merge(s)),
        ValueError, "one earlier layer", "Received",
    ),
    "output_layers missing": (
        lambda s: keras.models.Functional.from_config(
            {**s.functional.get_config(), "output_layers": []}
        ),
        ValueError, "one layer", "[]",
    ),
    # Weights
    "weights too few": (
        lambda s: s.binary.set_weights(s.binary.get_weights()[:3]), ValueError, "4 arrays", "3",
    ),
    "weights too many": (
        lambda s: s.plain.set_weights(s.binary.get_weights()), ValueError, "2 arrays", "4 arrays",
    ),
    "weights None": (lambda s: s.binary.set_weights(None), TypeError, "list of arrays", "NoneType"),
    "weights text": (lambda s: s.plain.set_weights("ab"), TypeError, "list of arrays", "str"),
    "weights dict": (lambda s: s.plain.set_weights({}), TypeError, "list of arrays", "dict"),
    "weights of another shape": (
        lambda s: s.binary.set_weights([w.T for w in s.binary.get_weights()]),
        ValueError, "[0] of shape (2, 3)", "weights[0].shape=(3, 2)",
    ),
    "weights of a shape that would broadcast": (
        lambda s: s.plain.set_weights([0.0, 0.0]), ValueError, "(2, 1)", "weights[0].shape=()",
    ),
    "weights wrong at the end": (
        lambda s: s.binary.set_weights([w + 1 for w in s.binary.get_weights()[:3]] + [np.ones(2)]),
        ValueError, "[3] of shape (1,)", "(2,)",
    ),
    "weights of texts": (
        lambda s: s.plain.set_weights([[["a"], ["b"]], [0.0]]), TypeError, "[0]", "'a'",
    ),
    "weights complex": (
        lambda s: s.plain.set_weights([np.ones((2, 1)) * 1j, [0.0]]), TypeError, "[0]", "complex",
    ),
    "weights objects": (
        lambda s: s.plain.set_weights([np.ones((2, 1), object), [0.0]]), TypeError, "object",
    ),
    "weights ragged": (
        lambda s: s.plain.set_weights([[[1.0], [1.0, 2.0]], [0.0]]), ValueError, "equally long",
    ),
    "weights too large": (
        lambda s: s.plain.set_weights([[[1.0], [1e39]], [0.0]]), ValueError, "float32", "1e+39",
    ),
    "weights of a layer": (
        lambda s: s.binary.layers[0].set_weights([np.ones((2, 3))]), ValueError, "2 arrays", "1",
    ),
    "layer by nothing": (lambda s: s.binary.get_layer(), ValueError, "name or the index", "None"),
    "layer by both": (
        lambda s: s.binary.get_layer("dense", 0), ValueError, "not both", "'dense', index=0",
    ),
    "index 5": (lambda s: s.binary.get_layer(index=5), ValueError, "below 2", "=5"),
    "index -3": (lambda s: s.binary.get_layer(index=-3), ValueError, "2", "=-3"),
    "index text": (lambda s: s.binary.get_layer(index="0"), TypeError, "whole", "='0'"),
    "index True": (lambda s: s.binary.get_layer(index=True), TypeError, "whole", "=True"),
    "name unknown": (lambda s: s.binary.get_layer("hidden"), ValueError, "'dense", "='hidden'"),
    "name as a number": (lambda s: s.binary.get_layer(1), ValueError, "'dense", "=1"),
}  # fmt: skip


def merge(s):
    """The config of a model in which the last layer has two inputs."""
    config = s.functional.get_config()
    last = config["layers"][-1]
    return {**config, "layers": [*config["layers"][:-1], {**last, "inbound_nodes": [1, 2]}]}


@pytest.mark.parametrize("name", TABLE)
def test_is_refused(name, refuses):
    call, kind, *words = TABLE[name]
    # Making a layer draws the seeds of its initializers.
    refuses(call, kind, name.split()[0].removesuffix("s"), *words, draws=True)


def bad_initializer(value):
    return lambda shape, dtype=None: value


@pytest.mark.parametrize(
    ("value", "kind", "message"),
    [
        (np.ones(3), ValueError, r"to return an array of shape \(2, 3\). Received: shape=\(3,\)"),
        ("ones", TypeError, r"Expected kernel_initializer's result .* Received: .* type str"),
        (np.ones((2, 3)) * 1j, TypeError, r"Received: .* of type complex128"),
    ],
)
def test_a_build_that_fails_half_way_builds_nothing(value, kind, message):
    first, second = Dense(2), Dense(3, kernel_initializer=bad_initializer(value))
    model = Sequential([first, second])
    with pytest.raises(kind, match=message):
        model.build((None, 4))
    assert not model.built and not first.built and not second.built
    assert first.weights == second.weights == []
    with pytest.raises(AttributeError, match="no input yet"):
        _ = first.output_shape


def test_a_first_layer_that_is_built_for_another_width(scene):
    layer = Dense(3, input_shape=(4,))
    layer.build((None, 5))
    with pytest.raises(ValueError, match=r"Expected inputs with 5 features.*shape=\(None, 4\)"):
        scene.empty.add(layer)
    assert scene.empty.layers == [] and not scene.empty.built
    scene.empty.add(Dense(1))
    scene.empty.build((None, 2))
    assert scene.empty.input_shape == (None, 2)


def test_weights_that_are_not_finite_may_be_set(scene):
    """A training that diverges must be able to go back to the weights that it had."""
    scene.plain.set_weights([np.full((2, 1), np.nan), [np.inf]])
    assert np.isnan(scene.plain.get_weights()[0]).all()
