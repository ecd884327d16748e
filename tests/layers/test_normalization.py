"""Normalization: what adapt finds, what training sees of it, and that it stays."""

import numpy as np
import pytest

import engine

Normalization = engine.layers.Normalization
X = np.random.default_rng(1).normal(3, 5, size=(30, 4))
Y = X[:, :1]


def network(*first):
    engine.utils.set_random_seed(2)
    model = engine.Sequential([engine.Input((4,)), *first, engine.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def adapted(data=X, **options):
    layer = Normalization(**options)
    layer.adapt(data)
    return layer


def test_rows_have_mean_0_and_variance_1():
    a = adapted()(X)
    assert np.abs(a.mean(axis=0)).max() < 1e-6 and np.abs(a.var(axis=0) - 1).max() < 1e-5
    assert np.abs(adapted(invert=True)(a) - X).max() < 1e-5
    assert np.array_equal(adapted(np.ones((5, 4)))(np.ones((2, 4))), np.zeros((2, 4)))


def test_training_leaves_it_alone():
    model = network(adapted())
    before = model.layers[0].get_weights()
    model.fit(X, Y, epochs=3, verbose=0)
    for a, b in zip(before, model.layers[0].get_weights(), strict=True):
        assert np.array_equal(a, b)
    assert [w.shape for w in model.trainable_weights] == [(4, 1), (1,)]
    assert [w.name for w in model.non_trainable_weights] == ["mean", "variance", "count"]
    assert model.count_params() == 4 + 4 + 1 + 5


def test_training_on_normalized_rows():
    inside, outside = network(adapted()), network()
    ready = adapted()(X.astype("float32"))
    told = [m.fit(x, Y, epochs=2, verbose=0) for m, x in ((inside, X), (outside, ready))]
    assert told[0].history == told[1].history


def test_what_is_adapted_later_is_seen():
    model = network(Normalization())
    raw = model.predict(X, verbose=0)
    model.layers[0].adapt(X)
    assert not np.allclose(raw, model.predict(X, verbose=0))
    assert np.abs(model(X) - model.predict(X, verbose=0)).max() < 1e-6


def test_batches_give_what_all_rows_give():
    whole, parts = adapted(X.astype("float32")), Normalization()
    parts.adapt(X[i : i + 7] for i in range(0, 30, 7))
    for a, b in zip(whole.get_weights(), parts.get_weights(), strict=True):
        assert np.allclose(a, b, rtol=1e-5)


def test_what_is_refused_leaves_the_layer_as_it_was():
    layer = adapted()
    before = [w.copy() for w in layer.get_weights()]
    for data in (np.full((3, 4), np.nan), [X, np.full((3, 4), np.inf)]):
        with pytest.raises(ValueError, match="Expected finite numbers in"):
            layer.adapt(data)
    for a, b in zip(before, layer.get_weights(), strict=True):
        assert np.array_equal(a, b)


@pytest.mark.parametrize(
    "make, error, words",
    [
        (lambda: Normalization(axis=1.5), TypeError, "axis.*1.5"),
        (lambda: Normalization(mean=1.0), ValueError, "both of mean and variance"),
        (lambda: Normalization(mean=[1.0], variance=[1.0, 2]), ValueError, "one shape"),
        (lambda: Normalization(mean=[[1.0]], variance=[[1.0]]), ValueError, "at most 1 axes"),
        (lambda: Normalization(mean=0, variance=-1), ValueError, "variance ≥ 0"),
        (lambda: Normalization(invert=1), TypeError, "invert to be True or False"),
        (lambda: network(Normalization(axis=2)), ValueError, "one of the inputs' axes.*axis=2"),
        (lambda: network(Normalization(axis=0)), ValueError, "other than that of the rows"),
        (lambda: adapted(X[:0]), ValueError, "at least one row"),
        (lambda: adapted([]), ValueError, "at least one batch"),
        (lambda: network(adapted()).layers[0].adapt(X[:, :2]), ValueError, r"\(None, 4\).*2\)"),
        (lambda: Normalization(mean=0, variance=1).adapt(X), ValueError, "without mean"),
        (lambda: adapted(np.array([["a"]])), TypeError, "numbers in data"),
        (
            lambda: adapted([[[1.0, np.nan]]]),
            ValueError,
            r"in batch 0 of data.*at .*\[0, 1\] = nan",
        ),
        (lambda: adapted(np.array([[1.0], [np.inf]])), ValueError, r"in data.*data\[1, 0\] = inf"),
        (lambda: adapted(np.array([[1e39], [0.0]])), ValueError, "too large for float32"),
        (lambda: Normalization(mean=np.nan, variance=1), ValueError, "finite numbers in mean"),
        (lambda: Normalization(mean=0, variance=np.inf), ValueError, "finite numbers in variance"),
    ],
)
def test_is_refused(make, error, words):
    with pytest.raises(error, match=words):
        make()


@pytest.mark.keras
@pytest.mark.parametrize(
    "options, data",
    [
        ({}, X),
        ({"axis": None}, X),
        ({}, X.astype("float32")),
        ({}, X.reshape(10, 3, 4)),
        ({"axis": 1}, X.reshape(10, 3, 4)),
        ({"axis": (1, 2)}, X.reshape(10, 3, 4)),
        ({"invert": True}, X),
    ],
)
def test_adapted_as_keras_adapts(options, data, keras):
    ours, theirs = adapted(data, **options), keras.layers.Normalization(**options)
    theirs.adapt(data)
    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        b = np.asarray(b)
        assert a.dtype == b.dtype and np.array_equal(a, b)
    assert np.array_equal(ours(data), np.asarray(theirs(data)))
    dropped = {"name"}
    configs = [
        {k: v for k, v in x.get_config().items() if k not in dropped} for x in (ours, theirs)
    ]
    assert configs[0] == configs[1]


@pytest.mark.keras
@pytest.mark.parametrize(
    "options, shape",
    [
        ({"mean": 3.0, "variance": 2.0}, (5, 4)),
        ({"mean": [1.0, 2, 3, 4], "variance": [1.0, 1, 2, 2]}, (5, 4)),
        ({"axis": (1, 2), "mean": [1.0, 2], "variance": [1.0, 4]}, (5, 3, 2)),
        ({"axis": None, "mean": 1.0, "variance": 4.0}, (5, 3, 2)),
    ],
)
def test_given_statistics_as_in_keras(options, shape, keras):
    x = np.random.default_rng(0).normal(size=shape).astype("float32")
    expected = np.asarray(keras.layers.Normalization(**options)(x))
    assert np.array_equal(Normalization(**options)(x), expected)


def test_what_adapt_found_can_be_read():
    layer = engine.layers.Normalization()
    with pytest.raises(ValueError, match="adapt it, or call it on data"):
        layer.mean  # noqa: B018
    layer.adapt(np.array([[0.0, 10.0], [2.0, 30.0]]))
    assert layer.mean.tolist() == [[1.0, 20.0]]
    assert layer.variance.tolist() == [[1.0, 100.0]]


BATCHES = [
    *[((70, 4), -1, size) for size in (1, 3, 16, 33, 64, 100)],
    *[((70, 1), -1, size) for size in (1, 16, 70)],
    ((70, 9), -1, 16),
    ((300, 20), -1, 64),
    ((70, 4), None, 16),
    ((9000, 4), None, 5000),
    ((9000, 1), -1, 8500),
    ((40, 3, 5), -1, 16),
    ((40, 3, 2), (1, 2), 16),
]


@pytest.mark.keras
@pytest.mark.parametrize("shape, axis, size", BATCHES)
@pytest.mark.parametrize("kind", ["generator", "PyDataset", "tf.data"])
def test_batches_as_keras_adapts(shape, axis, size, kind, keras):
    """To the last bit; NumPy's sums give other ones."""
    import tensorflow as tf

    data = (np.random.default_rng(5).normal(size=shape) * 3 + 5).astype("float32")
    cuts = [data[i : i + size] for i in range(0, len(data), size)]

    def batches(k):
        if kind == "generator":
            return (cut for cut in cuts)
        if kind == "tf.data":
            return tf.data.Dataset.from_tensor_slices(data).batch(size)

        class Cuts(k.utils.PyDataset):
            def __len__(self):
                return len(cuts)

            def __getitem__(self, i):
                return cuts[i]

        return Cuts()

    layers = []
    for k in (engine, keras):
        layers.append(k.layers.Normalization(axis=axis))
        layers[-1].adapt(batches(k))
    for name in ("mean", "variance"):
        assert np.array_equal(*(np.asarray(getattr(layer, name)) for layer in layers)), name
