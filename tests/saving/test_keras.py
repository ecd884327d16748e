"""The engine's files in Keras, Keras's files in the engine."""

import numpy as np
import pytest

from engine import initializers, layers, losses, metrics, models, optimizers, regularizers
from engine.saving import load_model, load_weights, save_model, save_weights

pytestmark = [
    pytest.mark.keras,
    # Keras turns its variables into arrays in NumPy 1's way.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Do not pass an `input_shape`:UserWarning"),
]

OPTIMIZERS = {
    "sgd": lambda room: room.SGD(0.1),
    "momentum": lambda room: room.SGD(0.1, momentum=0.9),
    "nesterov": lambda room: room.SGD(0.05, momentum=0.8, nesterov=True),
    "adam": lambda room: room.Adam(0.003),
    "amsgrad": lambda room: room.Adam(amsgrad=True, beta_1=0.8, epsilon=1e-5, name="mine"),
}
FIT = {"epochs": 2, "batch_size": 7, "shuffle": False, "verbose": 0}


def bits(model):
    return [np.asarray(w).tobytes() for w in model.get_weights()]


def test_the_engine_writes_what_keras_writes(kit, keras, network, tmp_path):
    """Same config.json to the order of the keys, same groups, arrays and attributes."""
    h5py = pytest.importorskip("h5py")
    ours, theirs = kit.make(network), kit.make_in_keras(keras, network)
    ours.set_weights(theirs.get_weights())
    for model, room in ((ours, optimizers), (theirs, keras.optimizers)):
        model.compile(room.SGD(0.25), kit.loss_for(ours), metrics=["accuracy"])
    save_model(ours, tmp_path / "ours.keras")
    theirs.save(tmp_path / "theirs.keras")
    assert str(kit.config_of(tmp_path / "ours.keras")) == str(
        kit.config_of(tmp_path / "theirs.keras")
    )
    one, two = kit.members(tmp_path / "ours.keras"), kit.members(tmp_path / "theirs.keras")
    assert list(one) == list(two)
    assert contents(h5py, one["model.weights.h5"]) == contents(h5py, two["model.weights.h5"])


def contents(h5py, data):
    import io

    found = []

    def visit(name, thing):
        array = thing[()] if isinstance(thing, h5py.Dataset) else None
        plain = array is None or (array.shape, array.dtype.str, array.tobytes())
        found.append((name, dict(thing.attrs), plain))

    with h5py.File(io.BytesIO(data)) as file:
        file.visititems(visit)
    return found


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_keras_goes_on_where_the_engine_stopped(kit, keras, optimizer, tmp_path):
    model = kit.make("penguins")
    model.compile(OPTIMIZERS[optimizer](optimizers), kit.loss_for(model), metrics=["accuracy"])
    x, y = kit.data_for(model)
    model.fit(x, y, **FIT)
    save_model(model, tmp_path / "m.keras")
    theirs = keras.models.load_model(tmp_path / "m.keras")
    assert bits(theirs) == bits(model)
    assert int(theirs.optimizer.iterations) == 8
    assert float(theirs.optimizer.learning_rate) == np.float32(model.optimizer.learning_rate)
    assert theirs.optimizer.get_config()["name"] == model.optimizer.name
    np.testing.assert_allclose(
        theirs.predict(x, verbose=0), model.predict(x, verbose=0), rtol=0, atol=1e-6
    )
    theirs.fit(x, y, **FIT)
    model.fit(x, y, **FIT)
    for ours, their in zip(model.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(ours, their, rtol=0, atol=2e-7)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_engine_goes_on_where_keras_stopped(kit, keras, optimizer, tmp_path):
    theirs = kit.make_in_keras(keras, "penguins")
    theirs.compile(OPTIMIZERS[optimizer](keras.optimizers), "categorical_crossentropy")
    x, y = kit.data_for(theirs)
    theirs.fit(x, y, **FIT)
    theirs.save(tmp_path / "m.keras")
    model = load_model(tmp_path / "m.keras")
    assert bits(model) == bits(theirs)
    assert model.optimizer.iterations == 8
    assert model.optimizer.learning_rate == float(theirs.optimizer.learning_rate)
    np.testing.assert_allclose(
        theirs.predict(x, verbose=0), model.predict(x, verbose=0), rtol=0, atol=1e-6
    )
    theirs.fit(x, y, **FIT)
    model.fit(x, y, **FIT)
    for ours, their in zip(model.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(ours, their, rtol=0, atol=2e-7)


def test_networks_of_keras(kit, keras, network, tmp_path):
    """Keras → engine → Keras: the config and the bits stay the same."""
    theirs = kit.make_in_keras(keras, network)
    theirs.compile("adam", "mse")
    x, _ = kit.data_for(theirs)
    theirs.save(tmp_path / "one.keras")
    model = load_model(tmp_path / "one.keras")
    assert bits(model) == bits(theirs)
    np.testing.assert_allclose(
        theirs.predict(x, verbose=0), model.predict(x, verbose=0), rtol=0, atol=1e-6
    )
    save_model(model, tmp_path / "two.keras")
    assert str(kit.config_of(tmp_path / "one.keras")) == str(kit.config_of(tmp_path / "two.keras"))
    assert bits(keras.models.load_model(tmp_path / "two.keras")) == bits(theirs)


def test_weights_alone(kit, keras, network, tmp_path):
    ours, theirs = kit.make(network), kit.make_in_keras(keras, network)
    assert bits(ours) != bits(theirs)
    theirs.save_weights(tmp_path / "theirs.weights.h5")
    load_weights(ours, tmp_path / "theirs.weights.h5")
    assert bits(ours) == bits(theirs)
    ours.set_weights([w + 1 for w in ours.get_weights()])
    save_weights(ours, tmp_path / "ours.weights.h5")
    theirs.load_weights(tmp_path / "ours.weights.h5")
    assert bits(ours) == bits(theirs)


LOSSES = {
    "BinaryCrossentropy": {"from_logits": True, "label_smoothing": 0.1},
    "CategoricalCrossentropy": {"label_smoothing": 0.25},
    "SparseCategoricalCrossentropy": {"from_logits": True},
    "MeanSquaredError": {"name": "mine"},
}
METRICS = {
    "BinaryAccuracy": {"threshold": 0.25},
    "CategoricalAccuracy": {"name": "mine"},
    "SparseCategoricalAccuracy": {},
    "BinaryCrossentropy": {"label_smoothing": 0.1},
    "CategoricalCrossentropy": {"from_logits": True},
    "SparseCategoricalCrossentropy": {},
    "MeanSquaredError": {},
    "MeanAbsoluteError": {},
    "MeanAbsolutePercentageError": {"name": "percent"},
    "MeanSquaredLogarithmicError": {},
    "RootMeanSquaredError": {},
    "Accuracy": {},
    "Precision": {"thresholds": [0.25, 0.5], "class_id": 0},
    "Recall": {"top_k": 1, "name": "found"},
    "TruePositives": {"thresholds": 0.25},
    "FalsePositives": {},
    "TrueNegatives": {},
    "FalseNegatives": {},
    "AUC": {"curve": "PR", "thresholds": [0.2, 0.6], "multi_label": True, "num_labels": 2},
    "F1Score": {"average": "macro", "threshold": 0.5},
    "FBetaScore": {"beta": 2.0, "average": "weighted"},
    "R2Score": {"class_aggregation": None},
    "TopKCategoricalAccuracy": {"k": 2},
    "SparseTopKCategoricalAccuracy": {"k": 2},
}


@pytest.mark.parametrize("loss", LOSSES)
def test_losses(kit, keras, loss, tmp_path):
    check_compiled(kit, keras, tmp_path, lambda room: {"loss": room[0][loss](**LOSSES[loss])})


@pytest.mark.parametrize("metric", METRICS)
def test_metrics(kit, keras, metric, tmp_path):
    check_compiled(
        kit,
        keras,
        tmp_path,
        lambda room: {"loss": "mse", "metrics": [room[1][metric](**METRICS[metric]), "mse"]},
    )


def test_weighted_metrics(kit, keras, tmp_path):
    check_compiled(
        kit,
        keras,
        tmp_path,
        lambda room: {"loss": "mse", "weighted_metrics": [room[1]["AUC"](name="area"), "mae"]},
    )


def check_compiled(kit, keras, tmp_path, arguments):
    """Both write the same compile_config, and each reads the other's."""
    ours, theirs = kit.make("sherlock"), kit.make_in_keras(keras, "sherlock")
    ours.compile("sgd", **arguments((vars(losses), vars(metrics))))
    theirs.compile("sgd", **arguments((vars(keras.losses), vars(keras.metrics))))
    save_model(ours, tmp_path / "ours.keras")
    theirs.save(tmp_path / "theirs.keras")
    expected = kit.config_of(tmp_path / "theirs.keras")["compile_config"]
    received = kit.config_of(tmp_path / "ours.keras")["compile_config"]
    expected["optimizer"]["config"].pop("name")  # sgd in Keras
    received["optimizer"]["config"].pop("name")  # SGD in the engine
    assert received == expected
    keras.models.load_model(tmp_path / "ours.keras")
    save_model(load_model(tmp_path / "theirs.keras"), tmp_path / "again.keras")
    again = kit.config_of(tmp_path / "again.keras")["compile_config"]
    again["optimizer"]["config"].pop("name")
    assert again == expected


def test_a_loss_given_as_a_function_comes_back_by_its_name(kit, keras, tmp_path):
    theirs = kit.make_in_keras(keras, "sherlock")
    function = keras.losses.binary_crossentropy
    theirs.compile("sgd", function, metrics=[keras.metrics.binary_accuracy])
    theirs.save(tmp_path / "m.keras")
    model = load_model(tmp_path / "m.keras")
    assert model.get_compile_config()["loss"] == "binary_crossentropy"
    assert model.metrics_names == ["loss", "binary_accuracy"]


INITIALIZERS = {
    "Zeros": {},
    "Ones": {},
    "Constant": {"value": 0.5},
    "RandomNormal": {"stddev": 0.1, "seed": 3},
    "RandomUniform": {"minval": -1.0, "seed": 3},
    "TruncatedNormal": {"mean": 1.0},
    "VarianceScaling": {"scale": 2.0, "mode": "fan_out", "distribution": "uniform"},
    "GlorotNormal": {"seed": 1},
    "GlorotUniform": {},
    "HeNormal": {},
    "HeUniform": {"seed": 9},
    "LecunNormal": {},
    "LecunUniform": {},
}


@pytest.mark.parametrize("name", INITIALIZERS)
def test_initializers(kit, keras, name, tmp_path):
    for room, kind, model, path in (
        (keras.initializers, keras.layers, keras.Sequential, "theirs.keras"),
        (initializers, layers, models.Sequential, "ours.keras"),
    ):
        initializer = getattr(room, name)(**INITIALIZERS[name])
        dense = kind.Dense(3, kernel_initializer=initializer, name="d")
        model([kind.Input((2,), name="i"), dense], name="m").save(tmp_path / path)
    expected = kit.config_of(tmp_path / "theirs.keras")
    assert kit.config_of(tmp_path / "ours.keras") == expected
    save_model(load_model(tmp_path / "theirs.keras"), tmp_path / "again.keras")
    assert kit.config_of(tmp_path / "again.keras") == expected
    keras.models.load_model(tmp_path / "ours.keras")


REGULARIZERS = {
    "L1": {"l1": 0.01},
    "L2": {"l2": 0.3},
    "L1L2": {"l1": 0.1, "l2": 0.0},
}


@pytest.mark.parametrize("name", REGULARIZERS)
def test_regularizers(kit, keras, name, tmp_path):
    """One object on two weights, and a name."""
    for room, kind, model, path in (
        (keras.regularizers, keras.layers, keras.Sequential, "theirs.keras"),
        (regularizers, layers, models.Sequential, "ours.keras"),
    ):
        one = getattr(room, name)(**REGULARIZERS[name])
        dense = kind.Dense(3, kernel_regularizer=one, bias_regularizer=one, name="d")
        last = kind.Dense(1, kernel_regularizer=name.lower(), name="e")
        model([kind.Input((2,), name="i"), dense, last], name="m").save(tmp_path / path)
    expected = kit.config_of(tmp_path / "theirs.keras")
    assert kit.config_of(tmp_path / "ours.keras") == expected
    save_model(load_model(tmp_path / "theirs.keras"), tmp_path / "again.keras")
    assert kit.config_of(tmp_path / "again.keras") == expected
    theirs = keras.models.load_model(tmp_path / "ours.keras")
    ours = load_model(tmp_path / "ours.keras")
    np.testing.assert_allclose(
        [float(v) for v in ours.losses], [float(v) for v in theirs.losses], rtol=1e-6
    )


def test_a_seed_generator(kit, keras, tmp_path):
    seeded = keras.initializers.HeNormal(seed=keras.random.SeedGenerator(7))
    theirs = keras.Sequential(
        [
            keras.Input((2,)),
            keras.layers.Dense(3, kernel_initializer=seeded),
            keras.layers.Dense(3, kernel_initializer=seeded),
        ]
    )
    theirs.save(tmp_path / "m.keras")
    model = load_model(tmp_path / "m.keras")
    assert bits(model) == bits(theirs)
    assert model.layers[0].kernel_initializer.get_config()["seed"]["config"]["seed"] == 7


REFUSED = {
    "Lambda": lambda keras: keras.layers.Lambda(lambda x: x + 1, output_shape=(3,)),
    "GaussianNoise": lambda keras: keras.layers.GaussianNoise(0.5),
    "noise_shape": lambda keras: keras.layers.Dropout(0.5, noise_shape=(1, 3)),
    "LeakyReLU": lambda keras: keras.layers.Dense(2, activation=keras.layers.LeakyReLU()),
    "kernel_regularizer": lambda keras: keras.layers.Dense(
        2, kernel_regularizer=keras.regularizers.OrthogonalRegularizer()
    ),
    "kernel_constraint": lambda keras: keras.layers.Dense(2, kernel_constraint="non_neg"),
    "Orthogonal": lambda keras: keras.layers.Dense(2, kernel_initializer="orthogonal"),
    "gelu": lambda keras: keras.layers.Dense(2, activation="gelu"),
    "mixed_float16": lambda keras: keras.layers.Dense(2, dtype="mixed_float16"),
    "Sequential": lambda keras: keras.Sequential([keras.layers.Dense(2)]),
}


@pytest.mark.parametrize("part", REFUSED)
def test_what_the_engine_has_not(keras, part, tmp_path):
    model = keras.Sequential([keras.Input((3,)), REFUSED[part](keras)])
    model.save(tmp_path / "m.keras")
    with pytest.raises(ValueError, match=rf"m\.keras.*layers\[1\].*{part}"):
        load_model(tmp_path / "m.keras")


REFUSED_OPTIMIZERS = ("Nadam", "loss_scale_factor", "gradient_accumulation_steps")


@pytest.mark.parametrize("part", REFUSED_OPTIMIZERS)
def test_optimizers_that_the_engine_has_not(keras, part, tmp_path):
    room = keras.optimizers
    optimizer = {
        "Nadam": lambda: room.Nadam(),
        "loss_scale_factor": lambda: room.Adam(loss_scale_factor=2.0),
        "gradient_accumulation_steps": lambda: room.SGD(gradient_accumulation_steps=2),
    }[part]()
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.compile(optimizer, "mse")
    model.save(tmp_path / "m.keras")
    with pytest.raises(ValueError, match=rf"m\.keras.*optimizer.*{part}"):
        load_model(tmp_path / "m.keras")
    assert bits(load_model(tmp_path / "m.keras", compile=False)) == bits(model)
