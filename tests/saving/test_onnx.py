"""ONNX files: valid, and run by onnxruntime with the engine's predictions."""

import os
import sys

import numpy as np
import pytest

from engine.layers import Dense, Input
from engine.models import Sequential
from engine.saving import export_onnx, onnx
from engine.saving.onnx import ACTIVATIONS

runtime = pytest.importorskip("onnxruntime")
package = pytest.importorskip("onnx")

TOLERANCE = 1e-5
"""Relative to the largest number of the result: over three times the worst of 150 networks, 2.8e-6;
half of them stay below 1.7e-7.  onnxruntime forms its sums in another order, so that a result next
to 0 may be any number of ulps away; in half of the networks the worst is 7.5 ulps."""


def run(path, x):
    """What onnxruntime makes of rows, with one thread."""
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    (given,), (made,) = session.get_inputs(), session.get_outputs()
    return given, made, session.run(None, {given.name: x})[0]


def distance(model, path, x):
    """How far the predictions are apart, relative to the largest; and in ulps."""
    ours, theirs = model.predict(x, verbose=0), run(path, x)[2]
    assert ours.shape == theirs.shape and ours.dtype == theirs.dtype == np.float32
    off = np.abs(ours - theirs)
    return (off / max(np.abs(ours).max(), 1e-30)).max(), (off / np.spacing(np.abs(ours))).max()


def test_the_tutorials_networks(kit, network, tmp_path):
    model = kit.make(network)
    x, _ = kit.data_for(model, rows=500)
    export_onnx(model, tmp_path / "m.onnx", verbose=False)
    assert distance(model, tmp_path / "m.onnx", x)[0] <= TOLERANCE
    assert distance(model, tmp_path / "m.onnx", x[:1])[0] <= TOLERANCE
    package.checker.check_model(str(tmp_path / "m.onnx"), full_check=True)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("use_bias", [True, False])
def test_activations(activation, use_bias, tmp_path):
    units = 5
    model = Sequential([Input((4,)), Dense(units, activation, use_bias=use_bias), Dense(3)])
    model.layers[0].set_weights([w * 3 for w in model.layers[0].get_weights()])
    x = np.random.default_rng(1).normal(size=(64, 4)).astype("float32")
    model.export(tmp_path / "m.onnx", format="onnx", verbose=False)
    assert distance(model, tmp_path / "m.onnx", x)[0] <= TOLERANCE
    last = Sequential([Input((4,)), Dense(units, activation, use_bias=use_bias)])
    last.export(tmp_path / "m.onnx", format="onnx", verbose=False)
    assert distance(last, tmp_path / "m.onnx", x)[0] <= TOLERANCE


@pytest.mark.parametrize("seed", range(int(os.environ.get("ONNX_MODELS", 10))))
def test_random_networks(seed, tmp_path):
    rng = np.random.default_rng(seed)
    names, width = list(ACTIVATIONS), int(rng.integers(1, 80))
    chain = [
        Dense(
            int(rng.integers(1, 80)), names[rng.integers(len(names))], use_bias=rng.random() < 0.8
        )
        for _ in range(rng.integers(1, 5))
    ]
    model = Sequential([Input((width,)), *chain])
    x = (rng.normal(size=(50, width)) * rng.choice([0.1, 1, 10])).astype("float32")
    export_onnx(model, tmp_path / "m.onnx", verbose=False)
    assert distance(model, tmp_path / "m.onnx", x)[0] <= TOLERANCE


def test_names_and_what_stands_beside_them(kit, tmp_path):
    model = kit.make("pima_adam")
    export_onnx(model, tmp_path / "m.onnx", verbose=False)
    given, made, _ = run(tmp_path / "m.onnx", np.zeros((2, 8), "float32"))
    assert (given.name, given.shape) == ("input_layer", ["batch", 8])
    assert (made.name, made.shape) == ("verdict", ["batch", 1])
    graph = package.load(str(tmp_path / "m.onnx"))
    assert graph.producer_name == "Glassnet" and graph.graph.name == "pima"
    assert [o.version for o in graph.opset_import] == [18]
    assert {p.key: p.value for p in graph.metadata_props}["output"] == "verdict"


@pytest.mark.parametrize("opset", [13, 15, 18, 21])
def test_opsets(kit, opset, tmp_path):
    model = kit.make("penguins")
    x, _ = kit.data_for(model)
    export_onnx(model, tmp_path / "m.onnx", verbose=False, opset_version=opset)
    assert distance(model, tmp_path / "m.onnx", x)[0] <= TOLERANCE


def test_it_says_where_the_file_is(kit, tmp_path, capsys):
    kit.make("sherlock").export(tmp_path / "m.onnx", format="onnx")
    assert capsys.readouterr().out == f"Saved artifact at '{tmp_path / 'm.onnx'}'.\n"


def test_without_an_input_layer(tmp_path):
    model = Sequential([Dense(3, "tanh")])
    model.build((None, 4))
    export_onnx(model, tmp_path / "m.onnx", verbose=False)
    x = np.ones((2, 4), "float32")
    assert run(tmp_path / "m.onnx", x)[0].name.startswith("input_layer")
    assert distance(model, tmp_path / "m.onnx", x)[0] <= TOLERANCE


WRONG = {
    "another format": ({"format": "tf_saved_model"}, ValueError, 'format="onnx".*tf_saved_model'),
    "a signature": ({"input_signature": [1]}, ValueError, "input_signature=None"),
    "an old opset": ({"opset_version": 9}, ValueError, "opset_version from 13"),
    "a future opset": ({"opset_version": 900}, ValueError, "opset_version from 13"),
    "an opset that is none": ({"opset_version": "18"}, TypeError, "opset_version"),
    "true as opset": ({"opset_version": True}, TypeError, "opset_version"),
    "verbose": ({"verbose": 1}, TypeError, "verbose to be True"),
    "no folder": ({"filepath": "nowhere/m.onnx"}, FileNotFoundError, "nowhere"),
    "the name of a model's file": (
        {"filepath": "m.keras"},
        ValueError,
        "ends in .onnx. Received: filepath='m.keras'",
    ),
    "no ending": ({"filepath": "m"}, ValueError, "ends in .onnx. Received: filepath='m'"),
    "no path": ({"filepath": 3}, TypeError, "to be a path"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_calls(kit, case, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    options, error, words = WRONG[case]
    with pytest.raises(error, match=words):
        kit.make("sherlock").export(**{"filepath": "m.onnx", "format": "onnx", **options})
    assert os.listdir(tmp_path) == []


def test_models_that_cannot_be_exported(tmp_path):
    double = Sequential([Input((3,), dtype="float64"), Dense(2, dtype="float64")])
    for model, words in (
        (Sequential([Dense(3)]), "a built model"),
        (double, "of float32.*float64"),
    ):
        with pytest.raises(ValueError, match=words):
            export_onnx(model, tmp_path / "m.onnx")


def test_a_layer_without_operators(kit, tmp_path, monkeypatch):
    monkeypatch.delitem(onnx.LAYERS, "Dense")
    with pytest.raises(ValueError, match="a layer among.*'dense', a Dense"):
        export_onnx(kit.make("sherlock"), tmp_path / "m.onnx")


def test_an_activation_without_operator(kit, tmp_path, monkeypatch):
    monkeypatch.delitem(onnx.ACTIVATIONS, "sigmoid")
    with pytest.raises(ValueError, match="an activation among.*'sigmoid' of the layer 'dense'"):
        export_onnx(kit.make("sherlock"), tmp_path / "m.onnx")


def test_without_onnx_it_says_what_to_install(kit, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ImportError, match=r"pip install '\.\[export\]'"):
        export_onnx(kit.make("sherlock"), tmp_path / "m.onnx")


def test_every_activation_of_the_engine_can_be_exported():
    from engine import activations

    assert sorted(ACTIVATIONS) == sorted(
        set(dir(activations)) - {"get", "serialize", "deserialize"}
    )
