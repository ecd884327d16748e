"""The readable statement of a Dense layer: shapes, and gradients judged by differences."""

import numpy as np

import engine
from engine.layers.dense import affine, d_affine
from tests.tolerances import assert_close, assert_same_bits


def test_by_hand():
    """(1, 2)·((1, 0), (3, 4)) + (10, 20) = (17, 28)."""
    x, kernel, bias = np.array([[1.0, 2.0]]), np.array([[1.0, 0.0], [3.0, 4.0]]), [10.0, 20.0]
    assert affine(x, kernel, np.array(bias)).tolist() == [[17.0, 28.0]]
    assert affine(x, kernel, None).tolist() == [[7.0, 8.0]]
    dx, d_kernel, d_bias = d_affine(x, kernel, np.array([[1.0, 10.0]]))
    assert dx.tolist() == [[1.0, 43.0]]
    assert d_kernel.tolist() == [[1.0, 10.0], [2.0, 20.0]]
    assert d_bias.tolist() == [1.0, 10.0]


def test_gradients_by_differences():
    rng, h = np.random.default_rng(1), 1e-6
    arrays = [rng.normal(size=s) for s in ((4, 3), (3, 2), (2,))]
    dz = rng.normal(size=(4, 2))
    for which, actual in zip(range(3), d_affine(arrays[0], arrays[1], dz), strict=True):
        expected = np.zeros_like(arrays[which])
        for place in np.ndindex(expected.shape):
            values = []
            for sign in (1, -1):
                moved = [a.copy() for a in arrays]
                moved[which][place] += sign * h
                values.append(np.sum(dz * affine(*moved)))
            expected[place] = (values[0] - values[1]) / (2 * h)
        assert_close(actual, expected, "differences")


def test_layer_is_its_formula():
    """Calling a layer, calling a model and predicting say the same."""
    rng = np.random.default_rng(2)
    for activation in ("linear", "relu", "leaky_relu", "elu", "sigmoid", "tanh", "softmax"):
        for use_bias in (True, False):
            layer = engine.layers.Dense(5, activation=activation, use_bias=use_bias)
            model = engine.Sequential([engine.Input((3,)), layer])
            model.set_weights([rng.normal(size=w.shape) for w in model.weights])
            x = rng.normal(size=(7, 3)).astype("float32")
            bias = layer.bias.numpy() if use_bias else None
            expected = layer.activation(affine(x, layer.kernel.numpy(), bias))
            assert_same_bits(layer(x), expected)
            assert_same_bits(model(x), expected)
            assert_close(model.predict(x, verbose=0), expected, "step")


def test_shapes():
    layer = engine.layers.Dense(4)
    assert layer.compute_output_shape((None, 3)) == (None, 4)
    layer.build((None, 3))
    assert [w.shape for w in layer.weights] == [(3, 4), (4,)]
    assert layer.count_params() == 16
    assert engine.layers.Dense(4, use_bias=False)(np.zeros((2, 3))).shape == (2, 4)
