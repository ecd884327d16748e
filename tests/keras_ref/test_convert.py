"""Weights and models go to the other side and back, and training goes on the same.

ROUND_TRIPS=100 takes 100 random networks there and back; by itself it takes 4.
"""

import json
import os
import random

import numpy as np
import pytest

import engine
from keras_ref.compare import same_bits
from keras_ref.convert import from_keras, to_keras, weights_to_engine, weights_to_keras
from keras_ref.fuzz.drawing import draw_experiment
from keras_ref.fuzz.trial import promise
from keras_ref.quiet import tutorial_wording
from keras_ref.tutorials import penguins, pima_adam
from tests.parity.promise import assert_as_promised

pytestmark = [
    pytest.mark.keras,
    # Keras turns its variables into arrays in NumPy 1's way.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


@pytest.fixture
def rows():
    rng = np.random.default_rng(11)
    x = rng.normal(size=(40, 4)).astype("f4")
    return x, np.eye(3, dtype="f4")[rng.integers(0, 3, 40)]


def made(side, seed, optimizer=None):
    side.utils.set_random_seed(seed)
    model = penguins.network(side)
    if optimizer is not None:
        model.compile(optimizer(side), "categorical_crossentropy", metrics=["accuracy"])
    return model


def fitted(model, rows, epochs):
    for side in (engine, pytest.importorskip("keras")):
        side.utils.set_random_seed(9)
    return model.fit(*rows, batch_size=7, epochs=epochs, verbose=0).history


COUNT = int(os.environ.get("ROUND_TRIPS", 4))


def momentum(side):
    rates = side.optimizers.schedules.ExponentialDecay(0.1, 5, 0.9)
    return side.optimizers.SGD(rates, momentum=0.9, nesterov=True)


OPTIMIZERS = {
    "adam": lambda side: side.optimizers.Adam(0.01),
    "amsgrad": lambda side: side.optimizers.Adam(0.01, amsgrad=True, clipnorm=0.5),
    "adamw": lambda side: side.optimizers.AdamW(0.01, weight_decay=0.01, global_clipnorm=1.0),
    "decay": lambda side: side.optimizers.Adam(0.01, weight_decay=0.02, clipvalue=0.1),
    "average": lambda side: side.optimizers.Adam(
        0.01, use_ema=True, ema_momentum=0.9, ema_overwrite_frequency=4
    ),
    "sgd": lambda side: side.optimizers.SGD(0.1),
    "momentum": lambda side: side.optimizers.SGD(0.1, momentum=0.9),
    "schedule": momentum,
    "rmsprop": lambda side: side.optimizers.RMSprop(0.01),
    "centred": lambda side: side.optimizers.RMSprop(
        0.01, centered=True, momentum=0.5, use_ema=True
    ),
}


def test_weights_both_ways(keras):
    ours, theirs = made(engine, 1), made(keras, 2)
    assert not same_bits(ours.get_weights(), theirs.get_weights())
    weights_to_keras(ours, theirs)
    assert same_bits(ours.get_weights(), theirs.get_weights())
    ours, theirs = made(engine, 1), made(keras, 2)
    weights_to_engine(theirs, ours)
    assert same_bits(ours.get_weights(), theirs.get_weights())
    assert same_bits(theirs.get_weights(), made(keras, 2).get_weights())


def test_other_shapes_are_refused(keras):
    with tutorial_wording():
        ours, theirs = made(engine, 1), pima_adam.network(keras)
    before = theirs.get_weights()
    with pytest.raises(ValueError, match=r"Expected weights of the shapes \[\(8, 10\).*Received"):
        weights_to_keras(ours, theirs)
    assert same_bits(before, theirs.get_weights())


@pytest.mark.parametrize("network", [penguins.network, pima_adam.network])
def test_models_both_ways(keras, network):
    with tutorial_wording():
        ours = network(engine)
    theirs = to_keras(ours)
    again = from_keras(theirs)
    assert type(theirs).__name__ == type(again).__name__ == type(ours).__name__
    configs = [json.dumps(model.get_config()) for model in (ours, theirs, again)]
    assert configs[0] == configs[1] == configs[2]
    assert same_bits(ours.get_weights(), theirs.get_weights())
    assert same_bits(ours.get_weights(), again.get_weights())


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("back", [False, True])
def test_training_goes_on_on_the_other_side(keras, rows, name, back):
    first = made(keras if back else engine, 3, OPTIMIZERS[name])
    fitted(first, rows, epochs=3)
    second = from_keras(first) if back else to_keras(first)
    third = to_keras(second) if back else from_keras(second)
    for model in (second, third):
        assert int(np.asarray(model.optimizer.iterations)) == 18
        assert model.optimizer.get_config() == {
            **first.optimizer.get_config(),
            "name": model.optimizer.name,
        }
    goes_on_the_same(first, second, third, rows)


def goes_on_the_same(first, second, third, rows):
    """`second` is the other side's, `third` of the same side as `first`."""
    histories = [fitted(model, rows, epochs=4) for model in (first, second, third)]
    assert histories[2] == histories[0]
    assert same_bits(third.get_weights(), first.get_weights())
    assert list(histories[1]) == list(histories[0])
    for name, values in histories[0].items():
        assert_as_promised(np.float32(histories[1][name]), np.float32(values), name)
    for a, b in zip(second.get_weights(), first.get_weights(), strict=True):
        assert_as_promised(a, b)


def with_everything(side):
    """One of each layer, regularizers of all kinds, one layer frozen, masks from seeds."""
    layers, l2 = side.layers, side.regularizers.L2
    normalization = layers.Normalization()
    normalization.adapt(np.random.default_rng(0).normal(2, 3, (50, 4)).astype("f4"))
    return side.Sequential(
        [
            side.Input((2, 2)),
            layers.Flatten(),
            normalization,
            layers.Rescaling(0.5, offset=0.1),
            layers.Dropout(0.2),
            layers.Dense(9, "relu", kernel_regularizer=l2(0.01), name="first"),
            layers.Dense(8, "tanh", trainable=False),
            layers.Dropout(0.4, seed=5),
            layers.Dense(7, activity_regularizer=side.regularizers.L1(0.001)),
            layers.Dense(3, bias_regularizer=side.regularizers.L1L2(0.01, 0.02)),
        ]
    )


@pytest.mark.parametrize("back", [False, True])
def test_layers_settings_and_masks(keras, rows, back):
    """Reductions, smoothing, logits and metrics; the masks go on where they stood."""
    side = keras if back else engine
    side.utils.set_random_seed(6)
    first = with_everything(side)
    loss = side.losses.CategoricalCrossentropy(
        from_logits=True, label_smoothing=0.1, reduction="sum"
    )
    metrics = {
        "metrics": ["accuracy", side.metrics.AUC(name="area", from_logits=True)],
        "weighted_metrics": [side.metrics.CategoricalCrossentropy(from_logits=True)],
    }
    first.compile(side.optimizers.Adam(0.01, use_ema=True), loss, **metrics)
    rows = rows[0].reshape(-1, 2, 2), rows[1]
    fitted(first, rows, epochs=2)
    second = from_keras(first) if back else to_keras(first)
    third = to_keras(second) if back else from_keras(second)
    draws = [
        [np.asarray(layer.seed_generator.state).tolist() for layer in drawing(model)]
        for model in (first, second, third)
    ]
    assert draws[0] == draws[1] == draws[2] and [n for _, n in draws[0]] == [12, 12]
    assert len(second.trainable_weights) == len(first.trainable_weights) == 6
    settings = [model.get_compile_config() for model in (first, second, third)]
    for one in settings:
        one["optimizer"]["config"].pop("name")
    assert settings[0]["loss"] == settings[1]["loss"] == settings[2]["loss"]
    assert settings[0]["optimizer"]["config"] == settings[1]["optimizer"]["config"]
    goes_on_the_same(first, second, third, rows)


def drawing(model):
    return [layer for layer in model.layers if type(layer).__name__ == "Dropout"]


def experiment_of(number):
    """A random network and training for which the same bits are promised; most have a Dropout."""
    rng = np.random.default_rng(2000 + number)
    while True:
        drawn = draw_experiment(rng)
        drops = any(layer.get("class_name") == "Dropout" for layer in drawn.layers)
        if (drops or number % 4 == 0) and drawn.data.get("scale", 1) > 1e-6:
            if promise(drawn)[0] == "bits":
                return drawn


@pytest.mark.slow
@pytest.mark.parametrize("number", range(COUNT))
def test_random_networks(keras, number):
    experiment = experiment_of(number)
    rows = experiment.rows()
    fit = {"batch_size": experiment.batch_size, "epochs": 2, "shuffle": False, "verbose": 0}
    ours, theirs = experiment.build(engine), experiment.build(keras)
    for model in (ours, theirs):
        model.fit(rows.x, rows.y, **fit)
    to, back, again = to_keras(ours), from_keras(theirs), from_keras(to_keras(ours))
    for model in (ours, theirs, to, back, again):
        model.fit(rows.x, rows.y, **fit)
    assert same_bits(back.get_weights(), ours.get_weights())
    assert same_bits(again.get_weights(), ours.get_weights())
    for one, other in zip(to.get_weights(), theirs.get_weights(), strict=True):
        assert_as_promised(one, other)


def test_the_masks_matter(keras, rows):
    """With masks from the start the twin would train differently: the test above can tell."""
    ours = engine.Sequential(
        [engine.Input((4,)), engine.layers.Dropout(0.5, seed=1), engine.layers.Dense(3)]
    )
    ours.compile("sgd", "mse")
    fitted(ours, rows, epochs=1)
    twins = [to_keras(ours), to_keras(ours)]
    twins[1].layers[0].seed_generator.state.assign([1, 0])
    losses = [fitted(model, rows, epochs=1)["loss"] for model in (ours, *twins)]
    assert abs(losses[0][0] - losses[1][0]) < 1e-6 < abs(losses[0][0] - losses[2][0])


@pytest.mark.parametrize("back", [False, True])
def test_what_is_not_compiled_or_has_not_stepped(keras, back):
    convert = from_keras if back else to_keras
    plain = made(keras if back else engine, 3)
    assert not convert(plain).compiled
    fresh = made(keras if back else engine, 3, OPTIMIZERS["adamw"])
    fresh.optimizer.learning_rate = 0.125
    twin = convert(fresh)
    assert int(np.asarray(twin.optimizer.iterations)) == 0
    assert float(np.asarray(twin.optimizer.learning_rate)) == 0.125
    assert same_bits(twin.get_weights(), fresh.get_weights())


def test_the_generators_stay_where_they_are(keras):
    ours, theirs = made(engine, 1, OPTIMIZERS["sgd"]), made(keras, 1, OPTIMIZERS["sgd"])
    before = random.getstate(), str(np.random.get_state()), engine.random.get_random_seed()
    to_keras(ours), from_keras(theirs)
    assert (random.getstate(), str(np.random.get_state())) == before[:2]
    assert engine.random.get_random_seed() == before[2]


def test_the_optimizers_state_matters(keras, rows):
    """Without its slots the twin would train differently: the test above can tell."""
    first = made(engine, 3, OPTIMIZERS["adam"])
    fitted(first, rows, epochs=3)
    second = to_keras(first)
    second.optimizer.iterations.assign(0)
    for variable in second.optimizer.variables[2:]:
        variable.assign(np.zeros(variable.shape))
    losses = [fitted(model, rows, epochs=4)["loss"] for model in (first, second)]
    assert np.max(np.abs(np.subtract(*losses))) > 1e-4


def test_what_cannot_be_converted(keras):
    ours, theirs = made(engine, 1), made(keras, 1)
    for convert, model, side in ((to_keras, theirs, "engine"), (from_keras, ours, "keras")):
        with pytest.raises(TypeError, match=f"functional model of {side}. Received: a "):
            convert(model)
    with pytest.raises(TypeError, match="Received: a builtins.int"):
        to_keras(3)
    with pytest.raises(ValueError, match="Expected a built model.*built=False"):
        to_keras(engine.Sequential([engine.layers.Dense(2)]))


def dense(keras, **options):
    return [keras.Input((4,)), keras.layers.Dense(3, **options)]


def own_loss(y, p):
    return p


ABSENT = {
    "layer": (lambda k: ([k.Input((8,)), k.layers.BatchNormalization()], {}), "BatchNormalization"),
    "activation": (lambda k: (dense(k, activation="gelu"), {}), "gelu"),
    "lora": (lambda k: (dense(k, lora_rank=2), {}), "lora_rank"),
    "constraint": (lambda k: (dense(k, kernel_constraint="max_norm"), {}), "MaxNorm"),
    "precision": (lambda k: (dense(k, dtype="mixed_float16"), {}), "mixed_float16"),
    "optimizer": (lambda k: (dense(k), {"optimizer": "nadam"}), "Nadam"),
    "accumulation": (
        lambda k: (dense(k), {"optimizer": k.optimizers.SGD(gradient_accumulation_steps=2)}),
        "gradient_accumulation_steps",
    ),
    "scaled": (
        lambda k: (
            dense(k),
            {"optimizer": k.optimizers.LossScaleOptimizer(k.optimizers.SGD())},
        ),
        "LossScaleOptimizer",
    ),
    "loss": (lambda k: (dense(k), {"loss": "poisson"}), "poisson"),
    "own loss": (lambda k: (dense(k), {"loss": own_loss}), "own_loss"),
    "loss weights": (lambda k: (dense(k), {"loss": "mse", "loss_weights": [2.0]}), "loss_weights"),
    "metric": (lambda k: (dense(k), {"metrics": [k.metrics.MeanIoU(2)]}), "MeanIoU"),
}


@pytest.mark.parametrize("name", ABSENT)
def test_what_the_engine_does_not_have_is_named(keras, name):
    make, word = ABSENT[name]
    layers, settings = make(keras)
    theirs = keras.Sequential(layers)
    if settings:
        theirs.compile(**{"optimizer": "sgd", "loss": "mse", **settings})
    with pytest.raises(ValueError, match=rf"(?s)Expected .*{word}"):
        from_keras(theirs)


def test_a_network_that_is_no_chain(keras):
    start = keras.Input((4,))
    one, two = keras.layers.Dense(3)(start), keras.layers.Dense(3)(start)
    with pytest.raises(ValueError, match="Expected .*Received: .*(Add|add)"):
        from_keras(keras.Model(start, keras.layers.Add()([one, two])))


EXCLUDED = {
    "by name": lambda model: {"var_names": ["bias", "nothing"]},
    "by weight": lambda model: {"var_list": [model.layers[-1].weights[0]]},
    "both": lambda model: {"var_list": model.layers[-1].weights, "var_names": ["kern"]},
}


@pytest.mark.parametrize("case", EXCLUDED)
@pytest.mark.parametrize("begun", [0, 2])
@pytest.mark.parametrize("back", [False, True])
def test_weights_that_do_not_decay(keras, rows, case, begun, back):
    first, second = (keras, engine) if back else (engine, keras)
    model = made(first, 1, lambda side: side.optimizers.AdamW(0.01, weight_decay=5.0))
    model.optimizer.exclude_from_weight_decay(**EXCLUDED[case](model))
    if begun:
        fitted(model, rows, begun)
    twin = (from_keras if back else to_keras)(model)
    fitted(model, rows, 2), fitted(twin, rows, 2)
    for ours, theirs in zip(model.get_weights(), twin.get_weights(), strict=True):
        assert same_bits(np.asarray(ours), np.asarray(theirs))
    told = made(second, 1, lambda side: side.optimizers.AdamW(0.01, weight_decay=5.0))
    fitted(told, rows, begun + 2)
    pairs = zip(told.get_weights(), twin.get_weights(), strict=True)
    assert not all(same_bits(np.asarray(a), np.asarray(b)) for a, b in pairs)


@pytest.mark.parametrize("optimizer", ["sgd", "amsgrad", "centred"])
def test_layers_frozen_after_the_optimizer_was_built(keras, rows, optimizer):
    """The slots of the weights that are still trained go along, in both directions."""
    theirs = made(keras, 1, OPTIMIZERS[optimizer])
    fitted(theirs, rows, epochs=1)
    theirs.layers[-1].trainable = False
    ours = from_keras(theirs)
    again = to_keras(ours)
    assert ours.optimizer.iterations == int(theirs.optimizer.iterations) > 0
    kept = [
        v.numpy() for v in theirs.optimizer.variables if f"{theirs.layers[-1].name}_" not in v.name
    ]
    assert len(kept) < len(theirs.optimizer.variables) or optimizer == "sgd"
    for found in (ours, again):
        assert same_bits([np.asarray(v) for v in found.optimizer.variables], kept)
    fitted(ours, rows, epochs=2)
    fitted(again, rows, epochs=2)
    for w, expected in zip(ours.get_weights(), again.get_weights(), strict=True):
        assert_as_promised(w, expected)


@pytest.mark.filterwarnings("ignore:Skipping variable loading:UserWarning")
def test_layers_thawed_after_the_optimizer_was_built(keras, rows):
    """There are no slots for them: the optimizer begins anew, as out of a file."""
    theirs = made(keras, 1)
    theirs.layers[-1].trainable = False
    theirs.compile("adam", "categorical_crossentropy")
    fitted(theirs, rows, epochs=1)
    theirs.layers[-1].trainable = True
    with pytest.warns(UserWarning, match="6 arrays in place of 10"):
        ours = from_keras(theirs)
    assert ours.optimizer.iterations == 0
    assert same_bits(ours.get_weights(), theirs.get_weights())
    fitted(ours, rows, epochs=1)
