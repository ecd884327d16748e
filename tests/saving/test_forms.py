"""Forms in which Keras says what there is one of: an output, its loss and metrics, an input.

Each file is written by Keras and read by both engines; then the training is the same.
"""

import json
import zipfile

import numpy as np
import pytest

import engine
from engine.saving import RefusedFile
from tests.parity.promise import assert_as_promised

X = np.random.default_rng(0).normal(size=(40, 4)).astype("float32")
Y = (X[:, 0] > 0).astype("float32")


def sequential(k, *layers, **start):
    k.utils.set_random_seed(3)
    return k.Sequential([k.Input((4,), **start), *layers, k.layers.Dense(1, "sigmoid", name="out")])


def functional(k, inputs=lambda t: t, outputs=lambda t: t, **start):
    k.utils.set_random_seed(3)
    start = k.Input((4,), name="feat", **start)
    hidden = k.layers.Dense(3, "tanh", name="hidden")(start)
    end = k.layers.Dense(1, "sigmoid", name="out")(hidden)
    return k.Model(inputs(start), outputs(end))


COMPILED = {
    "metrics in a list": {"metrics": [["accuracy"]]},
    "metrics in lists": {"metrics": [["accuracy", "mse"]], "weighted_metrics": [["mae"]]},
    "metrics by output": {"metrics": {"out": ["accuracy", "mae"]}},
    "one metric by output": {"metrics": {"out": "accuracy"}, "weighted_metrics": {"out": ["mae"]}},
    "metrics in two lists": {"metrics": [["accuracy"], ["mse"]]},
    "a loss in a list": {"loss": ["binary_crossentropy"]},
    "a loss by output": {"loss": {"out": "binary_crossentropy"}},
    "a weight": {"loss_weights": 1.0},
    "a weight in a list": {"loss_weights": [1.0]},
    "no weight in a list": {"loss_weights": [None]},
    "a weight by output": {"loss_weights": {"out": 1.0}},
    "all in lists": {"loss": ["mse"], "loss_weights": [1], "metrics": [["mae"]]},
}
OBJECTS = {
    "loss in a list": lambda k: {"loss": [k.losses.BinaryCrossentropy(label_smoothing=0.1)]},
    "loss by output": lambda k: {"loss": {"out": k.losses.BinaryCrossentropy()}},
    "metrics": lambda k: {"metrics": {"out": [k.metrics.AUC(name="a"), k.metrics.Recall()]}},
    "metrics in a list": lambda k: {"metrics": [[k.metrics.AUC(name="a")]]},
}
NETWORKS = {
    "lists of numbers": lambda k: sequential(k, k.layers.Rescaling([1.0, 2, 3, 0.1], [0, 1, 2, 3])),
    "a tuple": lambda k: sequential(k, k.layers.Rescaling((1.0, 2, 3, 0.1))),
    "batches of ten": lambda k: sequential(k, batch_size=10),
    "batches of ten, functional": lambda k: functional(k, batch_size=10),
    "an input by its name": lambda k: functional(k, lambda t: {"feat": t}),
    "input and output in lists": lambda k: functional(k, lambda t: [t], lambda t: [t]),
}


def compiled(k, model, options):
    model.compile(**{"optimizer": "adam", "loss": "binary_crossentropy", **options})
    return model


def fit(k, model):
    k.utils.set_random_seed(9)
    return model.fit(X, Y, epochs=2, batch_size=10, verbose=0).history


def fitted(k, model, options):
    fit(k, compiled(k, model, options))
    return model


def read_by_both(keras, path):
    """The same predictions, and the same training."""
    theirs, ours = (k.models.load_model(path) for k in (keras, engine))
    assert_as_promised(ours.predict(X, batch_size=10, verbose=0), theirs.predict(X, 10, verbose=0))
    histories = fit(keras, theirs), fit(engine, ours)
    assert sorted(histories[0]) == sorted(histories[1])
    for name, values in histories[0].items():
        np.testing.assert_allclose(histories[1][name], values, 1e-5)
    for found, expected in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        assert_as_promised(found, expected)
    return ours


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:(?s).*structure of `inputs`:UserWarning")  # a dict's
class TestFilesOfKeras:
    @pytest.mark.parametrize("name", COMPILED)
    def test_of_compile(self, name, keras, tmp_path):
        fitted(keras, functional(keras), COMPILED[name]).save(tmp_path / "m.keras")
        ours = read_by_both(keras, tmp_path / "m.keras")
        ours.save(tmp_path / "again.keras")
        texts = [
            json.loads(zipfile.ZipFile(tmp_path / f"{file}.keras").read("config.json"))
            for file in ("m", "again")
        ]
        assert texts[0]["compile_config"] == texts[1]["compile_config"]

    @pytest.mark.parametrize("name", OBJECTS)
    def test_of_objects(self, name, keras, tmp_path):
        fitted(keras, functional(keras), OBJECTS[name](keras)).save(tmp_path / "m.keras")
        read_by_both(keras, tmp_path / "m.keras")

    @pytest.mark.parametrize("name", NETWORKS)
    def test_of_networks(self, name, keras, tmp_path):
        fitted(keras, NETWORKS[name](keras), {}).save(tmp_path / "m.keras")
        ours = read_by_both(keras, tmp_path / "m.keras")
        ours.save(tmp_path / "again.keras")
        again = keras.models.load_model(tmp_path / "again.keras")
        assert_as_promised(
            ours.predict(X, batch_size=10, verbose=0), again.predict(X, 10, verbose=0)
        )

    @pytest.mark.parametrize("name", [*COMPILED, *OBJECTS, *NETWORKS])
    def test_in_the_older_form(self, name, keras, tmp_path):
        model = NETWORKS[name](keras) if name in NETWORKS else functional(keras)
        options = COMPILED.get(name) or OBJECTS.get(name, lambda k: {})(keras)
        compiled(keras, model, options).save(tmp_path / "m.h5")
        ours = engine.models.load_model(tmp_path / "m.h5")
        assert_as_promised(ours.predict(X, 10, verbose=0), model.predict(X, 10, verbose=0))
        assert sorted(fit(engine, ours)) == sorted(fit(keras, model))

    @pytest.mark.parametrize("suffix", [".keras", ".h5"])
    def test_run_eagerly_is_ignored(self, suffix, keras, tmp_path):
        """The engine's arithmetic is that of Keras's compiled steps."""
        eager = compiled(keras, functional(keras), {"run_eagerly": True})
        eager.save(tmp_path / f"m{suffix}")
        ours = engine.models.load_model(tmp_path / f"m{suffix}")
        eager.run_eagerly = False
        fit(keras, eager)
        fit(engine, ours)
        for found, expected in zip(ours.get_weights(), eager.get_weights(), strict=True):
            assert_as_promised(found, expected)

    @pytest.mark.parametrize(
        ("options", "word"),
        [
            ({"metrics": {"nope": ["accuracy"]}}, "metrics for the model's only output, 'out'"),
            ({"loss_weights": 2.0}, "loss_weights to be 1 or None"),
            ({"loss_weights": [0.5]}, "loss_weights to be 1 or None"),
            ({"loss_weights": {"class_name": None}}, "for one output"),
        ],
    )
    def test_what_is_refused(self, options, word, keras, tmp_path):
        for suffix in (".keras", ".h5"):
            compiled(keras, functional(keras), options).save(tmp_path / f"m{suffix}")
            with pytest.raises(RefusedFile, match=word):
                engine.models.load_model(tmp_path / f"m{suffix}")

    def test_a_dict_of_outputs_is_refused(self, keras, tmp_path):
        functional(keras, outputs=lambda t: {"out": t}).save(tmp_path / "m.keras")
        with pytest.raises(RefusedFile, match="output_layers to be one tensor by itself"):
            engine.models.load_model(tmp_path / "m.keras")


@pytest.mark.parametrize("name", [*COMPILED, *OBJECTS])
@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_own_files(name, suffix, tmp_path):
    options = COMPILED.get(name) or OBJECTS[name](engine)
    model = compiled(engine, functional(engine), options)
    fit(engine, model)
    model.save(tmp_path / f"m{suffix}")
    again = engine.models.load_model(tmp_path / f"m{suffix}")
    assert fit(engine, again) == fit(engine, model)


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"loss": ["mse", "mse"]}, "loss to be one of"),
        ({"loss": {"nope": "mse"}}, "Expected loss for the model's only output, 'out'"),
        ({"loss": {"out": "mse", "b": "mse"}}, "Expected loss for the model's only output"),
        ({"loss": {}}, "Expected loss for the model's only output"),
        ({"metrics": {"nope": ["mse"]}}, "Expected metrics for the model's only output"),
        ({"weighted_metrics": {"nope": ["mse"]}}, "weighted_metrics for the model's only output"),
        ({"metrics": "accuracy"}, "Expected metrics to be a list"),
        ({"metrics": [[["accuracy"]]]}, "Expected the name of a metric"),
        ({"loss_weights": 2}, "loss_weights to be 1 or None"),
        ({"loss_weights": True}, "loss_weights to be 1 or None"),
        ({"loss_weights": [1, 1]}, "loss_weights to be 1 or None"),
        ({"loss_weights": {"nope": 1}}, "loss_weights for the model's only output"),
    ],
)
def test_compile_refuses(options, word):
    model = functional(engine)
    with pytest.raises((ValueError, TypeError), match=word):
        compiled(engine, model, options)
    assert not model.compiled


def test_a_dict_of_tensors():
    assert functional(engine, lambda t: {"feat": t}).predict(X, verbose=0).shape == (40, 1)
    with pytest.raises(ValueError, match=r"one tensor as outputs.*a dict with \['out'\]"):
        functional(engine, outputs=lambda t: {"out": t})
    with pytest.raises(ValueError, match=r"one tensor as inputs.*a dict with \['a', 'b'\]"):
        functional(engine, lambda t: {"a": t, "b": t})
