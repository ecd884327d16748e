"""A surface has the losses of the weights that it names; paths are where they are."""

import numpy as np
import pytest

import engine
from engine.study import WeightHistory, loss_surface

TWO = ("hidden/kernel[1, 0]", "output/bias[0]")


@pytest.fixture
def rows():
    rng = np.random.default_rng(2)
    return rng.normal(size=(20, 2)).astype("float32"), rng.integers(0, 2, 20)


@pytest.fixture
def model():
    engine.utils.set_random_seed(4)
    made = engine.Sequential(
        [
            engine.Input((2,)),
            engine.layers.Dense(3, "tanh", name="hidden", kernel_regularizer="l2"),
            engine.layers.Dense(1, "sigmoid", name="output"),
        ]
    )
    made.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    return made


def surface(model, rows, **words):
    return loss_surface(model, *rows, points=words.pop("points", 5), verbose=0, **words)


def evaluated(model, rows, weights):
    before = model.get_weights()
    model.set_weights(weights)
    loss = model.evaluate(*rows, batch_size=len(rows[0]), verbose=0)[0]
    model.set_weights(before)
    return loss


def test_two_weights(model, rows):
    """The coordinates are the two weights' values; all others stay."""
    told = surface(model, rows, along=TWO, span=2.0)
    assert told.names == TWO
    kernel, *rest, bias = model.get_weights()
    assert told.u == pytest.approx(np.linspace(kernel[1, 0] - 2, kernel[1, 0] + 2, 5))
    for j, i in np.ndindex(5, 5):
        kernel[1, 0], bias[0] = told.u[i], told.v[j]
        assert told.loss[j, i] == evaluated(model, rows, [kernel, *rest, bias])
    assert len(np.unique(told.loss)) == 25


def test_random_directions(model, rows):
    """The middle is the model; a unit's part of a direction is as long as its weights."""
    told = surface(model, rows)
    stands = model.get_weights()
    assert told.loss[2, 2] == evaluated(model, rows, stands)
    for direction in told.directions:
        for d, w in zip(direction, stands, strict=True):
            assert np.linalg.norm(d, axis=0) == pytest.approx(np.linalg.norm(w, axis=0))
    again, other = surface(model, rows), surface(model, rows, seed=1)
    assert (again.loss == told.loss).all()
    assert (other.loss != told.loss).any()
    u, v = told.u[3], told.v[0]
    assert told.loss[0, 3] == evaluated(model, rows, told.at(u, v))


def trained(model, rows):
    history = WeightHistory(every=1)
    model.fit(*rows, batch_size=5, epochs=4, verbose=0, callbacks=[history])
    return history


def test_the_plane_of_a_path(model, rows):
    """Two of seven principal directions: nothing that lies in a plane lies nearer to the path."""
    history = trained(model, rows)
    told = surface(model, rows, along="paths", paths=history)
    places = told.project(history.weights)
    assert places.shape == (17, 2)
    assert told.u[0] < places[:, 0].min() and places[:, 0].max() < told.u[-1]
    assert told.v[0] < places[:, 1].min() and places[:, 1].max() < told.v[-1]
    assert places[-1] == pytest.approx([0, 0], abs=1e-6)  # where the model stands

    def distance(plane):
        off = [
            np.concatenate([(w - o).ravel() for w, o in zip(kept, plane.at(u, v), strict=True)])
            for kept, (u, v) in zip(history.weights, plane.project(history.weights), strict=True)
        ]
        return np.linalg.norm(off)

    others = [distance(surface(model, rows, seed=seed, points=2)) for seed in range(5)]
    assert distance(told) < 0.5 * min(others)


def test_a_path_in_two_weights_is_exact(rows):
    engine.utils.set_random_seed(1)
    model = engine.Sequential(
        [engine.Input((1,)), engine.layers.Dense(1, "sigmoid", name="neuron")]
    )
    model.compile("sgd", "binary_crossentropy")
    x, y = rows[0][:, :1], rows[1]
    history = trained(model, (x, y))
    along = ("neuron/kernel[0, 0]", "neuron/bias[0]")
    told = surface(model, (x, y), along=along, paths={"SGD": history})
    places = told.project(history.weights)
    expected = np.array([[k[0, 0], b[0]] for k, b in history.weights])
    assert places == pytest.approx(expected, abs=1e-6)
    assert told.u[0] < places[:, 0].min() and places[:, 0].max() < told.u[-1]


def test_the_model_stays_as_it_is(model, rows, monkeypatch):
    before = model.get_weights()
    surface(model, rows)
    assert all((a == b).all() for a, b in zip(before, model.get_weights(), strict=True))

    def stop(*words, **more):
        raise KeyboardInterrupt

    monkeypatch.setattr(type(model), "evaluate", stop)
    with pytest.raises(KeyboardInterrupt):
        surface(model, rows)
    assert all((a == b).all() for a, b in zip(before, model.get_weights(), strict=True))


@pytest.mark.parametrize(
    ("words", "error", "told"),
    [
        ({"points": 1}, ValueError, "points to be a whole number ≥ 2"),
        ({"span": -1.0}, ValueError, "span"),
        ({"span": 0}, ValueError, "span to be a number > 0"),
        ({"seed": -1}, ValueError, "seed to be a whole number ≥ 0"),
        ({"seed": "a"}, TypeError, "seed to be a whole number"),
        ({"along": "everything"}, ValueError, '"random", "paths" or the names of two weights'),
        ({"along": ("hidden/kernel[0, 0]",)}, ValueError, "the names of two weights"),
        ({"along": ("hidden/kernel[2, 0]", TWO[1])}, ValueError, r"hidden/kernel\[0…1, 0…2\]"),
        ({"along": ("kernel[0, 0]", TWO[1])}, ValueError, "Received: 'kernel.0, 0.', which is 2"),
        ({"along": ("kernel", TWO[1])}, ValueError, "Received: 'kernel'"),
        ({"along": (TWO[0], TWO[0])}, ValueError, "two different weights"),
        ({"along": "paths"}, ValueError, "at least three points"),
        ({"paths": 7}, TypeError, "Expected paths to be a WeightHistory"),
    ],
)
def test_wrong_words(model, rows, words, error, told):
    with pytest.raises(error, match=told):
        surface(model, rows, **words)


def test_a_training_that_diverged(model, rows):
    history = trained(model, rows)
    history.weights[-1][0][0, 0] = np.nan
    with pytest.raises(ValueError, match="the training has diverged"):
        surface(model, rows, along="paths", paths=history)
    model.set_weights([w * np.inf for w in model.get_weights()])
    with pytest.raises(ValueError, match="the training has diverged"):
        surface(model, rows)


@pytest.mark.parametrize("tool", [engine.study.loss_surface, engine.study.trace, engine.study.step])
def test_something_else_than_a_model(tool, rows):
    with pytest.raises(TypeError, match="^Expected model to be a model. Received: model='m'"):
        tool("m", *rows)


def test_no_direction_of_no_length(model, rows):
    model.set_weights([w * 0 for w in model.get_weights()])
    with pytest.raises(ValueError, match="weights that are not all 0"):
        surface(model, rows)
    assert surface(model, rows, along=TWO).loss.shape == (5, 5)


def test_words_of_a_surface(model, rows):
    told = surface(model, rows, along=TWO)
    words = f"{told.loss.min():.4g} … {told.loss.max():.4g}>"
    assert repr(told) == f"<LossSurface over {' and '.join(TWO)}, 5 × 5 points: {words}"


def test_paths_of_another_model(model, rows):
    history = WeightHistory()
    history.weights = [[np.zeros((5, 5))]] * 3
    with pytest.raises(ValueError, match=r"Received: \[\(5, 5\)\]"):
        surface(model, rows, along="paths", paths=history)


def test_what_is_not_trained_stays_where_it_is():
    rng = np.random.default_rng(0)
    x, y = rng.normal(3.0, 2.0, (50, 4)), rng.integers(0, 2, 50)
    normal = engine.layers.Normalization()
    normal.adapt(x)
    layers = [normal, engine.layers.Dense(3, trainable=False), engine.layers.Dense(1, "sigmoid")]
    model = engine.Sequential([engine.Input((4,)), *layers])
    model.compile("adam", "binary_crossentropy")
    model.layers[-1].bias.assign([0.5])  # the direction of a weight that is 0 would be 0
    surface = loss_surface(model, x, y, points=3, verbose=0)
    for direction in surface.directions:
        assert [bool(np.any(d)) for d in direction] == [w.trainable for w in model.weights]
    assert surface.loss[1, 1] == model.evaluate(x, y, batch_size=50, verbose=0)
