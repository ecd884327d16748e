"""trainable=False: what training leaves alone, what is counted, and what the optimizer keeps."""

import numpy as np
import pytest

import engine

X = np.random.default_rng(0).normal(size=(40, 5)).astype("float32")
Y = (X[:, 0] > 0).astype("float32")


def network(*frozen, optimizer="adam", k=engine, compiled=True):
    k.utils.set_random_seed(3)
    layers = [k.layers.Dense(4, "relu"), k.layers.Dense(3, "tanh"), k.layers.Dense(1, "sigmoid")]
    for number in frozen:
        layers[number].trainable = False
    model = k.Sequential([k.Input((5,)), *layers])
    if compiled:
        model.compile(optimizer, "binary_crossentropy")
    return model


@pytest.mark.parametrize("frozen", [(0,), (1,), (2,), (0, 2), (0, 1)])
@pytest.mark.parametrize("batch", [1, 7])
def test_only_the_others_move(frozen, batch):
    model = network(*frozen, optimizer="sgd" if batch == 1 else "adam")
    before = [layer.get_weights() for layer in model.layers]
    model.fit(X, Y, batch_size=batch, verbose=0)
    for number, (layer, old) in enumerate(zip(model.layers, before, strict=True)):
        same = [np.array_equal(a, b) for a, b in zip(layer.get_weights(), old, strict=True)]
        assert all(same) if number in frozen else not any(same)


def test_frozen_and_thawed():
    model = network()
    model.trainable = False
    assert not any(layer.trainable for layer in model.layers) and model.trainable_weights == []
    assert len(model.non_trainable_weights) == 6
    with pytest.raises(ValueError, match="a weight to train.*trainable=False in all layers"):
        engine.fit_many(model, X, Y, seeds=[1, 2], verbose=0)
    model.layers[1].trainable = True
    assert [w.path for w in model.trainable_weights] == [
        f"{model.layers[1].name}/{name}" for name in ("kernel", "bias")
    ]
    model.fit(X, Y, verbose=0)
    # The optimizer's slots were made for these two.
    assert len(model.optimizer.variables) == 2 + 2 * 2
    model.trainable = True
    with pytest.raises(ValueError, match="compile the model.*after setting trainable=True"):
        model.fit(X, Y, verbose=0)
    model.compile("adam", "binary_crossentropy")
    model.fit(X, Y, verbose=0)
    assert len(model.optimizer.variables) == 2 + 2 * 6


def test_freezing_between_two_fits_needs_no_compile():
    model = network()
    model.fit(X, Y, verbose=0)
    model.layers[0].trainable = False
    before = model.get_weights()
    model.fit(X, Y, verbose=0)
    same = [np.array_equal(a, b) for a, b in zip(model.get_weights(), before, strict=True)]
    assert same == [True, True, False, False, False, False]


def test_a_frozen_weight_is_not_penalized():
    k = engine
    layers = [k.layers.Dense(3, kernel_regularizer="l2"), k.layers.Dense(1, bias_regularizer="l1")]
    model = k.Sequential([k.Input((5,)), *layers])
    assert len(model.losses) == 2
    model.layers[0].trainable = False
    assert len(model.losses) == 1


@pytest.mark.parametrize("value", [0, "no", None])
def test_is_refused(value):
    for thing in (network(), network().layers[0]):
        with pytest.raises(TypeError, match="trainable to be True or False"):
            thing.trainable = value


@pytest.mark.keras
@pytest.mark.parametrize("frozen", [(0,), (1, 2), (0, 1, 2)])
def test_summary_and_config_are_those_of_keras(frozen, keras):
    told = []
    for k in (engine, keras):
        k.utils.clear_session()
        model = network(*frozen, k=k)
        texts: list[str] = []
        model.summary(
            show_trainable=True,
            print_fn=lambda text, line_break=None, texts=texts: texts.append(text),
        )
        trainable = [layer.get_config()["trainable"] for layer in model.layers]
        again = k.Sequential.from_config(model.get_config())
        told.append(("\n".join(texts), trainable, [layer.trainable for layer in again.layers]))
    assert told[0] == told[1]


@pytest.mark.keras
def test_a_frozen_model_says_so_in_its_config_as_in_keras(keras):
    told = []
    for k in (engine, keras):
        model = network(k=k)
        model.trainable = False
        config = model.get_config()
        told.append((config["trainable"], [c["config"].get("trainable") for c in config["layers"]]))
        again = k.Sequential.from_config(config)
        told[-1] += (len(again.trainable_weights), len(again.non_trainable_weights))
    assert told[0] == told[1]
