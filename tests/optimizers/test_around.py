"""What stands around an optimizer's step: clipping, decay, moving averages; and RMSprop's slots."""

import itertools

import numpy as np
import pytest

import engine
from engine.optimizers import SGD, Adam, AdamW, RMSprop
from engine.optimizers.clipping import clipped_norm, clipped_value, global_scale, norm
from engine.study import step

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 6)).astype("float32")
Y = (X[:, 0] > 0).astype("float32")

OPTIMIZERS = {
    "sgd": lambda **o: SGD(0.05, **o),
    "nesterov": lambda **o: SGD(0.05, momentum=0.9, nesterov=True, **o),
    "adam": lambda **o: Adam(0.01, **o),
    "rmsprop": lambda **o: RMSprop(0.01, **o),
    "rmsprop centered": lambda **o: RMSprop(0.01, centered=True, momentum=0.5, **o),
}
EXTRAS = {
    "nothing": {},
    "clipvalue": {"clipvalue": 0.01},
    "clipnorm": {"clipnorm": 0.05},
    "global_clipnorm": {"global_clipnorm": 0.05},
    "decay": {"weight_decay": 0.3},
    "average": {"use_ema": True, "ema_momentum": 0.8},
    "all": {"global_clipnorm": 0.05, "weight_decay": 0.3, "use_ema": True,
            "ema_overwrite_frequency": 2},
}  # fmt: skip


def network(optimizer, units=7, frozen=(), seed=1):
    engine.utils.set_random_seed(seed)
    dense = engine.layers.Dense
    layers = [
        dense(units, "relu", activity_regularizer="l2", trainable=0 not in frozen),
        engine.layers.Dropout(0.3),
        dense(5, "tanh", kernel_regularizer="l1", trainable=1 not in frozen),
        engine.layers.Rescaling(1.3, 0.1),
        dense(1, "sigmoid"),
    ]
    model = engine.Sequential([engine.Input((6,)), *layers])
    model.compile(optimizer, "binary_crossentropy")
    return model


@pytest.mark.parametrize("frozen", [(), (0,), (1,)])
@pytest.mark.parametrize("extra", EXTRAS)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_steps_are_those_of_the_plain_statement(name, extra, frozen):
    """engine.study.step judges the kernels, step after step, for batches of several sizes."""
    model = network(OPTIMIZERS[name](**EXTRAS[extra]), frozen=frozen)
    for number, rows in enumerate((8, 8, 1, 17, 60)):
        x, y = X[:rows], Y[:rows]
        expected = step(model, x, y)
        loss = model.train_on_batch(x, y)
        message = (name, extra, frozen, number)
        assert abs(loss - expected.loss) < 1e-5, message
        for w, v in zip(model.get_weights(), expected.weights, strict=True):
            assert np.abs(w - v).max() < 2e-5, message
        averages = [v for _, kind, v in model.optimizer.slot_views() if kind == "average"]
        trained = [a for a, w in zip(expected.averages, model.weights, strict=True) if w.trainable]
        for kept, v in itertools.zip_longest(averages, trained if averages else []):
            assert np.abs(kept - v).max() < 2e-5, message


@pytest.mark.parametrize("extra", EXTRAS)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_large_layers_by_a_team(name, extra):
    """The instructions of large layers do the same, whatever shares the work."""
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(64, 300)), rng.integers(0, 2, 64)
    engine.utils.set_random_seed(5)
    layers = [engine.layers.Dense(200, "relu"), engine.layers.Dropout(0.2)]
    last = engine.layers.Dense(1, "sigmoid")
    model = engine.Sequential([engine.Input((300,)), *layers, last])
    model.compile(OPTIMIZERS[name](**EXTRAS[extra]), "binary_crossentropy")
    assert model._program().is_large(64)
    for _ in range(2):
        expected = step(model, x, y)
        model.train_on_batch(x, y)
        for w, v in zip(model.get_weights(), expected.weights, strict=True):
            assert np.abs(w - v).max() < 5e-5


def test_clipping_by_hand():
    """(3, 4) has the length 5: with the bound 1 it becomes (0.6, 0.8)."""
    g = np.array([3.0, 4.0])
    assert norm(np.sum(g * g)) == 5.0
    assert np.allclose(clipped_norm(g, 5.0, 1.0), [0.6, 0.8])
    assert np.allclose(clipped_norm(g, 5.0, 10.0), g)
    assert clipped_value(g, 3.5).tolist() == [3.0, 3.5]
    assert clipped_value(-g, 3.5).tolist() == [-3.0, -3.5]
    assert np.isclose(global_scale(5.0, 1.0), 0.2) and global_scale(0.5, 1.0) == 1.0
    assert np.isnan(global_scale(np.inf, 1.0))


def test_the_average_takes_over_at_the_end_of_fit():
    model = network(Adam(0.01, use_ema=True, ema_momentum=0.5))
    model.fit(X, Y, epochs=2, verbose=0)
    averages = [v for _, kind, v in model.optimizer.slot_views() if kind == "average"]
    for w, v in zip(model.get_weights(), averages, strict=True):
        assert np.array_equal(w, v)


def test_some_weights_do_not_decay():
    def moved(**excluded):
        optimizer = AdamW(0.01, weight_decay=0.5)
        model = network(optimizer)
        chosen = {k: v(model) if callable(v) else v for k, v in excluded.items()}
        optimizer.exclude_from_weight_decay(**chosen)
        return model, optimizer

    model, optimizer = moved(var_names=["bias"])
    assert [optimizer.decays(w) for w in model.weights] == [True, False] * 3
    model, optimizer = moved(var_list=lambda m: [m.weights[0]])
    assert [optimizer.decays(w) for w in model.weights] == [False] + [True] * 5
    model.fit(X, Y, verbose=0)
    with pytest.raises(ValueError, match="before the training"):
        optimizer.exclude_from_weight_decay(var_names=["bias"])


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_config_makes_the_same_again(name):
    for extra in EXTRAS.values():
        optimizer = OPTIMIZERS[name](**extra)
        again = type(optimizer).from_config(optimizer.get_config())
        assert again.get_config() == optimizer.get_config()
        assert again.clipping == optimizer.clipping


@pytest.mark.keras
@pytest.mark.parametrize("extra", EXTRAS)
@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW", "RMSprop"])
def test_config_and_variables_are_those_of_keras(name, extra, keras):
    options = {"learning_rate": 0.01, **EXTRAS[extra]}
    if name in ("SGD", "RMSprop"):
        options["momentum"] = 0.5
    if name == "RMSprop":
        options["centered"] = True
    told = []
    for k in (engine, keras):
        k.utils.clear_session()
        k.utils.set_random_seed(4)
        optimizer = getattr(k.optimizers, name)(**options)
        dense = k.layers.Dense
        model = k.Sequential([k.Input((6,)), dense(3, trainable=False), dense(2), dense(1)])
        model.compile(optimizer, "mse")
        model.fit(X, Y, verbose=0)
        config = optimizer.get_config()
        shapes = [(tuple(v.shape), str(v.dtype)) for v in optimizer.variables]
        told.append((config, shapes, [np.asarray(v) for v in optimizer.variables]))
    (ours, our_shapes, our_values), (theirs, their_shapes, their_values) = told
    assert ours == theirs
    assert [s for s, _ in our_shapes] == [s for s, _ in their_shapes]
    for a, b in zip(our_values, their_values, strict=True):
        assert np.allclose(a, b, atol=1e-6)
