"""Keras's older .h5, without Keras: what comes back, and files of Keras 2's kind."""

import json

import numpy as np
import pytest

from engine.layers import Dense, Input
from engine.models import Sequential
from engine.optimizers import SGD, Adam
from engine.saving import RefusedFile, load_model, load_weights, save_model

h5py = pytest.importorskip("h5py")


def bits(model):
    return [w.tobytes() for w in model.get_weights()]


def test_a_network_comes_back(kit, network, tmp_path):
    model = kit.make(network)
    model.compile(Adam(0.01, amsgrad=True), kit.loss_for(model), metrics=["accuracy", "mse"])
    x, y = kit.data_for(model)
    model.fit(x, y, epochs=2, batch_size=7, shuffle=False, verbose=0)
    save_model(model, tmp_path / "m.h5")
    loaded = load_model(tmp_path / "m.h5")
    assert type(loaded) is type(model) and bits(loaded) == bits(model)
    assert loaded.get_config() == model.get_config()
    assert loaded.get_compile_config() == model.get_compile_config()
    assert loaded.optimizer.iterations == model.optimizer.iterations == 8
    for each in (model, loaded):
        each.fit(x, y, epochs=2, batch_size=7, shuffle=False, verbose=0)
    assert bits(loaded) == bits(model)


def test_without_a_compiled_model(kit, tmp_path):
    model = kit.make("penguins")
    model.save(tmp_path / "m.hdf5")
    assert load_model(tmp_path / "m.hdf5").optimizer is None
    model.compile("sgd", "mse")
    model.save(tmp_path / "m.hdf5")
    assert load_model(tmp_path / "m.hdf5", compile=False).optimizer is None
    assert load_model(tmp_path / "m.hdf5").optimizer.iterations == 0


def test_an_unbuilt_model(tmp_path):
    model = Sequential([Dense(3)])
    with pytest.warns(UserWarning, match="saved without weights"):
        model.save(tmp_path / "m.h5")
    assert not load_model(tmp_path / "m.h5").built


def test_more_layers_than_one_attribute_holds(tmp_path):
    chain = [Dense(1, name=f"{'long' * 60}{index}") for index in range(400)]
    model = Sequential([Input((1,)), *chain])
    model.save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5") as file:
        assert "layer_names0" in file["model_weights"].attrs
    assert bits(load_model(tmp_path / "m.h5")) == bits(model)


def test_weights_by_their_order_and_by_name(kit, trained, tmp_path):
    trained.save(tmp_path / "m.h5")
    other = kit.make("penguins")
    load_weights(other, tmp_path / "m.h5")
    assert bits(other) == bits(trained)
    named = Sequential([Input((4,)), Dense(5, name="new"), Dense(3)])
    names = [layer.name for layer in trained.layers[1:]]
    named = Sequential([Input((4,)), Dense(10, name=names[0]), Dense(3, name="new")])
    before = named.layers[1].get_weights()
    named.load_weights(tmp_path / "m.h5", by_name=True)
    assert named.layers[0].get_weights()[0].tobytes() == bits(trained)[0]
    assert all(map(np.array_equal, named.layers[1].get_weights(), before))


def test_weights_alone(kit, trained, tmp_path):
    """A file whose root is what model_weights is in a whole model."""
    trained.save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5") as whole, h5py.File(tmp_path / "w.h5", "w") as file:
        for name in whole["model_weights"]:
            whole.copy(f"model_weights/{name}", file)
        for name, value in whole["model_weights"].attrs.items():
            file.attrs[name] = value
    other = kit.make("penguins")
    load_weights(other, tmp_path / "w.h5")
    assert bits(other) == bits(trained)
    with pytest.raises(RefusedFile, match=r"w\.h5.*attribute model_config"):
        load_model(tmp_path / "w.h5")


def test_all_or_nothing(kit, trained, tmp_path):
    trained.save(tmp_path / "m.h5")
    for model in (kit.make("sherlock"), kit.make("pima")):
        before = bits(model)
        with pytest.raises(RefusedFile, match=r"m\.h5.*Expected.*Received"):
            load_weights(model, tmp_path / "m.h5")
        assert bits(model) == before
    wide = Sequential([Input((4,)), Dense(11, name=trained.layers[1].name)])
    before = bits(wide)
    with pytest.raises(RefusedFile, match=r"m\.h5.*shape=\(4, 11\).*shape=\(4, 10\)"):
        load_weights(wide, tmp_path / "m.h5", by_name=True)
    assert bits(wide) == before


def test_names_that_none_of_the_layers_has(trained, tmp_path):
    trained.save(tmp_path / "m.h5")
    other = Sequential([Input((4,)), Dense(10, name="new")])
    before = bits(other)
    with pytest.warns(UserWarning, match=r"names of those in the file.*'new'.*none of them"):
        other.load_weights(tmp_path / "m.h5", by_name=True)
    assert bits(other) == before


@pytest.mark.parametrize("suffix", [".h5", ".weights.h5", ".keras"])
def test_a_file_that_was_cut_off_and_one_of_another_model(tmp_path, suffix):
    path = tmp_path / f"m{suffix}"
    small, wide = (Sequential([Input((4,)), Dense(units), Dense(3)]) for units in (10, 11))
    (small.save_weights if "weights" in suffix else small.save)(path)
    with pytest.raises(RefusedFile, match=r"shape=\(4, 10\).*of a model with other layers"):
        wide.load_weights(path)
    path.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(RefusedFile, match="cut off" if "h5" in suffix else "does not end as"):
        small.load_weights(path)


@pytest.mark.parametrize(
    ("name", "by_name", "error", "words"),
    [
        ("m.keras", True, ValueError, r"by_name with a file that ends in \.h5"),
        ("m.weights.h5", True, ValueError, "by_name with a file"),
        ("m.h5", 1, TypeError, "by_name to be True or False"),
    ],
)
def test_by_name_is_for_this_kind_of_file(kit, trained, tmp_path, name, by_name, error, words):
    (trained.save_weights if "weights" in name else trained.save)(tmp_path / name)
    with pytest.raises(error, match=words):
        trained.load_weights(tmp_path / name, by_name=by_name)


def test_a_whole_model_needs_another_name(trained, tmp_path):
    with pytest.raises(ValueError, match="another name for a whole model.*save_weights"):
        trained.save(tmp_path / "m.weights.h5")


# --- files of Keras 2 -------------------------------------------------------------------------


def dense(name, units, activation, **more):
    glorot = {"class_name": "GlorotUniform", "config": {"seed": None}}
    config = {
        "name": name,
        "trainable": True,
        "dtype": "float32",
        "units": units,
        "activation": activation,
        "use_bias": True,
        "kernel_initializer": glorot,
        "bias_initializer": {"class_name": "Zeros", "config": {}},
        "kernel_regularizer": None,
        "bias_regularizer": None,
        "activity_regularizer": None,
        "kernel_constraint": None,
        "bias_constraint": None,
    }
    return {"class_name": "Dense", "config": {**config, **more}}


INPUT = {
    "class_name": "InputLayer",
    "config": {
        "batch_input_shape": [None, 4],
        "dtype": "float32",
        "sparse": False,
        "ragged": False,
        "name": "input_1",
    },
}
CHAIN = (INPUT, dense("dense", 10, "relu"), dense("out", 3, "softmax"))
L2 = {"class_name": "L2", "config": {"l2": 0.01}}
L1L2 = {"class_name": "L1L2", "config": {"l1": 0.0, "l2": 0.01}}


def sequential(*chain):
    return {"class_name": "Sequential", "config": {"name": "sequential", "layers": list(chain)}}


def functional(name):
    def node(entry, source):
        nodes = [[[source, 0, 0, {}]]] if source else []
        return {**entry, "name": entry["config"]["name"], "inbound_nodes": nodes}

    chain = [node(*pair) for pair in zip(CHAIN, (None, "input_1", "dense"), strict=True)]
    ends = {"input_layers": [["input_1", 0, 0]], "output_layers": [["out", 0, 0]]}
    return {"class_name": name, "config": {"name": "model", "layers": chain, **ends}}


def training(name="Adam", **more):
    config = {"name": name, "learning_rate": 0.25}
    made = {
        "optimizer_config": {"class_name": name, "config": config},
        "loss": "categorical_crossentropy",
        "metrics": ["accuracy"],
        "weighted_metrics": None,
        "loss_weights": None,
    }
    for key, value in more.items():
        (config if key not in made else made)[key] = value
    return made


def write_keras_2(path, model, compiled=None, version="2.15.0"):
    """A file as Keras 2 writes it, its weights 0, 1, 2 …"""
    rng = np.random.default_rng(0)
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = version.encode()
        file.attrs["backend"] = b"tensorflow"
        file.attrs["model_config"] = json.dumps(model).encode()
        if compiled:
            file.attrs["training_config"] = json.dumps(compiled).encode()
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = np.array([b"dense", b"out"])
        for name, shape in (("dense", (4, 10)), ("out", (10, 3))):
            inner = group.create_group(name)
            names = [f"{name}/kernel:0".encode(), f"{name}/bias:0".encode()]
            inner.attrs["weight_names"] = np.array(names)
            for key, array in zip(names, (shape, shape[1:]), strict=True):
                inner[key.decode()] = rng.normal(size=array).astype("float32")


def wrapped(function):
    return [[{"class_name": "MeanMetricWrapper", "config": {"name": "accuracy", "fn": function}}]]


KERAS_2 = {
    "sequential": (sequential(*CHAIN), None),
    "functional": (functional("Functional"), None),
    "model": (functional("Model"), None),
    "the shape twice": (
        sequential(INPUT, dense("dense", 10, "relu", batch_input_shape=[None, 4]), CHAIN[2]),
        None,
    ),
    "l2": (sequential(INPUT, dense("dense", 10, "relu", kernel_regularizer=L2), CHAIN[2]), None),
    "l1l2": (sequential(INPUT, dense("dense", 10, "relu", bias_regularizer=L1L2), CHAIN[2]), None),
    "adam": (sequential(*CHAIN), training(beta_1=0.9, epsilon=1e-7, amsgrad=False)),
    "decay of 0": (sequential(*CHAIN), training("SGD", decay=0.0, momentum=0.9, nesterov=True)),
    "nested metrics": (functional("Functional"), training(metrics=[["accuracy"]])),
    "wrapped metrics": (sequential(*CHAIN), training(metrics=wrapped("categorical_accuracy"))),
    "no metrics": (sequential(*CHAIN), training(metrics=None)),
    "a metric": (
        sequential(*CHAIN),
        training(metrics=[{"class_name": "CategoricalAccuracy", "config": {"name": "c"}}]),
    ),
}


@pytest.mark.parametrize("case", KERAS_2)
def test_files_of_keras_2(case, tmp_path):
    config, compiled = KERAS_2[case]
    write_keras_2(tmp_path / "m.h5", config, compiled)
    model = load_model(tmp_path / "m.h5")
    assert [w.shape for w in model.get_weights()] == [(4, 10), (10,), (10, 3), (3,)]
    assert np.array_equal(model.get_weights()[0].flat[:2], np.float32([0.12573022, -0.13210486]))
    assert (model.optimizer is None) == (compiled is None)
    if compiled:
        assert model.optimizer.learning_rate == 0.25 and model.optimizer.iterations == 0


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:Do not pass an `input_shape`:UserWarning")
@pytest.mark.filterwarnings("ignore:Argument `decay`:UserWarning")
@pytest.mark.parametrize("case", KERAS_2)
def test_keras_reads_them_alike(keras, case, tmp_path):
    config, compiled = KERAS_2[case]
    write_keras_2(tmp_path / "m.h5", config, compiled)
    ours, theirs = load_model(tmp_path / "m.h5"), keras.models.load_model(tmp_path / "m.h5")
    assert bits(ours) == [np.asarray(w).tobytes() for w in theirs.get_weights()]
    x = np.random.default_rng(1).normal(size=(5, 4)).astype("float32")
    np.testing.assert_allclose(
        ours.predict(x, verbose=0), theirs.predict(x, verbose=0), rtol=0, atol=1e-6
    )


REFUSED_2 = {
    "lr": (sequential(*CHAIN), training(lr=0.1), "'lr'"),
    "jit_compile": (sequential(*CHAIN), training(jit_compile=False), "'jit_compile'"),
    "a reduction": (
        sequential(*CHAIN),
        training(loss={"class_name": "CategoricalCrossentropy", "config": {"reduction": "auto"}}),
        "auto",
    ),
    "a list": ({"class_name": "Sequential", "config": list(CHAIN)}, None, "config"),
    "no input": (
        sequential(dense("dense", 10, "relu", batch_input_shape=[None, 4]), CHAIN[2]),
        None,
        "batch_input_shape",
    ),
    "a type for an initializer": (
        sequential(
            INPUT,
            dense(
                *("dense", 10, "relu"),
                bias_initializer={"class_name": "Zeros", "config": {"dtype": "float32"}},
            ),
            CHAIN[2],
        ),
        None,
        "'dtype'",
    ),
}


@pytest.mark.parametrize("case", REFUSED_2)
def test_what_keras_3_does_not_read_either(case, tmp_path):
    config, compiled, words = REFUSED_2[case]
    write_keras_2(tmp_path / "m.h5", config, compiled)
    with pytest.raises(RefusedFile, match=rf"m\.h5.*{words}"):
        load_model(tmp_path / "m.h5")


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", REFUSED_2)
def test_keras_3_does_not_read_them(keras, case, tmp_path):
    config, compiled, _ = REFUSED_2[case]
    write_keras_2(tmp_path / "m.h5", config, compiled)
    with pytest.raises(Exception):  # noqa: B017
        keras.models.load_model(tmp_path / "m.h5").predict(np.zeros((1, 4)), verbose=0)


def test_a_decay_is_ignored_as_in_keras(tmp_path):
    write_keras_2(tmp_path / "m.h5", sequential(*CHAIN), training("SGD", decay=0.5))
    with pytest.warns(UserWarning, match="decay is ignored"):
        assert load_model(tmp_path / "m.h5").optimizer.learning_rate == 0.25


def test_an_optimizer_of_keras_2_starts_afresh(tmp_path):
    write_keras_2(tmp_path / "m.h5", sequential(*CHAIN), training())
    with h5py.File(tmp_path / "m.h5", "r+") as file:
        group = file.create_group("optimizer_weights")
        group.attrs["weight_names"] = np.array([b"Adam/iter:0"])
        group["Adam/iter:0"] = np.int64(7)
    with pytest.warns(UserWarning, match=r"starts afresh.*2\.15\.0"):
        assert load_model(tmp_path / "m.h5").optimizer.iterations == 0


# --- with Keras -------------------------------------------------------------------------------


def contents(path):
    """Everything in a file: names, attributes with their types, arrays."""
    found = []

    def visit(name, thing):
        kinds = {
            k: (thing.attrs.get_id(k).dtype.str, thing.attrs.get_id(k).shape) for k in thing.attrs
        }
        values = {k: v.tolist() if hasattr(v, "tolist") else v for k, v in thing.attrs.items()}
        array = thing[()] if isinstance(thing, h5py.Dataset) else None
        plain = array is None or (array.shape, array.dtype.str, array.tobytes())
        found.append((name, kinds, values, plain))

    with h5py.File(path) as file:
        visit("", file)
        file.visititems(visit)
    return found


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:Do not pass an `input_shape`:UserWarning")
@pytest.mark.parametrize("trained", [False, True])
def test_the_engine_writes_what_keras_writes(kit, keras, network, trained, tmp_path):
    """The same groups, attributes, texts and arrays, to the last byte."""
    import engine

    ours, theirs = kit.make(network), kit.make_in_keras(keras, network)
    ours.set_weights(theirs.get_weights())
    x, y = kit.data_for(ours)
    for model, room in ((ours, engine), (theirs, keras)):
        options = {"momentum": 0.9} if network == "sonar" else {"amsgrad": True}
        kind = room.optimizers.SGD if network == "sonar" else room.optimizers.Adam
        metrics = ["accuracy", room.metrics.MeanSquaredError()]
        loss = kit.loss_for(ours)
        model.compile(kind(0.25, name="o", **options), loss, metrics=metrics)
        if trained:
            model.optimizer.build(
                model.trainable_variables if room is keras else model._program().variables
            )
            step = np.int64(3)
            model.optimizer.iterations = int(step) if room is engine else model.optimizer.iterations
            if room is keras:
                model.optimizer.iterations.assign(step)
    ours.save(tmp_path / "ours.h5")
    theirs.save(tmp_path / "theirs.h5")
    assert contents(tmp_path / "ours.h5") == contents(tmp_path / "theirs.h5")
    theirs = keras.models.load_model(tmp_path / "ours.h5")
    assert bits(load_model(tmp_path / "theirs.h5")) == bits(ours)
    assert [np.asarray(w).tobytes() for w in theirs.get_weights()] == bits(ours)
    theirs.load_weights(tmp_path / "ours.h5")


def test_sgd_without_slots(kit, tmp_path):
    model = kit.make("sherlock")
    model.compile(SGD(0.5), "binary_crossentropy")
    x, y = kit.data_for(model)
    model.fit(x, y, verbose=0)
    model.save(tmp_path / "m.h5")
    assert load_model(tmp_path / "m.h5").optimizer.iterations == 1
