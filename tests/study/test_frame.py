"""A trace as a frame and as text: all numbers, once, in the order of the computation."""

import sys
from io import StringIO

import numpy as np
import pytest

import engine
from engine.study.expressions import shown
from engine.study.text import cells
from tests.study.random_nets import draw
from tests.study.whole_nets import EXAMPLES
from tests.tolerances import assert_same_bits


def trained(steps=1):
    model, x, y, weights, _ = draw(13)
    for _ in range(steps):
        model.train_on_batch(x, y, weights)
    return model.trace(x, y, weights)


def test_every_number_is_in_the_frame():
    told = trained()
    frame = told.frame()
    assert list(frame) == ["layer", "tensor", "sample", "input", "unit", "value"]
    names = "input", "kernel", "bias", "z", "a", "da", "dz", "dkernel", "dbias"
    for layer in told.layers:
        for name in names:
            part = frame[(frame["layer"] == layer.name) & (frame["tensor"] == name)]
            values = getattr(layer, name)
            if values is None:
                assert part.empty
                continue
            assert_same_bits(part["value"].to_numpy(values.dtype).reshape(values.shape), values)
    for weight in told.weights:
        layer, name = weight.name.split("/")
        for title, values in {
            f"update of {name}": weight.update,
            f"new {name}": weight.new,
        }.items():
            part = frame[(frame["layer"] == layer) & (frame["tensor"] == title)]
            assert_same_bits(part["value"].to_numpy(values.dtype).reshape(values.shape), values)
        for slot, values in weight.slots_after.items():
            part = frame[
                (frame["layer"] == layer) & (frame["tensor"] == f"{slot} of {name}, after")
            ]
            assert_same_bits(part["value"].to_numpy(values.dtype).reshape(values.shape), values)

    def of(tensor):
        return frame[frame["tensor"] == tensor]["value"].tolist()

    assert of("mean loss") == [told.loss]
    assert of("y") == told.y.ravel().tolist()
    assert of("sample weight") == (
        [] if told.sample_weight is None else told.sample_weight.tolist()
    )
    for path, value in told.penalties.items():
        assert of(f"penalty of {path.split('/')[1]}").count(value) >= 1
    losses = frame[frame["tensor"] == "loss"]
    assert losses["value"].tolist() == told.sample_losses.tolist()
    assert losses["layer"].isna().all() and losses["unit"].isna().all()


def test_places_in_the_frame():
    told = trained()
    layer = told.layers[-1]
    frame = told.frame().query(f"layer == '{layer.name}' and tensor == 'dkernel'")
    assert len(frame) == layer.dkernel.size
    for _, row in frame.iloc[:: max(1, len(frame) // 7)].iterrows():
        assert layer.dkernel[row["input"], row["unit"]] == np.float32(row["value"])
    assert frame["sample"].isna().all()


def small():
    engine.utils.set_random_seed(0)
    model = engine.Sequential(
        [engine.Input((2,)), engine.layers.Dense(2, "tanh"), engine.layers.Dense(1, "sigmoid")]
    )
    model.compile("adam", "binary_crossentropy")
    return model.trace(np.array([[0.05, 0.1], [1.0, 2.0]]), np.array([1.0, 0.0]))


def test_text():
    told = small()
    text = str(told)
    titles = [
        "Forward: layer 1", "Forward: layer 2", "Loss:", "Backward: layer 2", "Backward: layer 1",
        "Update: dense",
    ]  # fmt: skip
    places = [text.index(title) for title in titles]
    assert places == sorted(places)
    for layer in told.layers:
        for values in (layer.z, layer.a, layer.dz, layer.dkernel):
            for row in cells(values):
                for number in row:
                    assert number in text
    assert repr(told) in text
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize("width", [None, 80])
def test_no_number_is_cut_off(width):
    """A row of eight numbers with exponents: 3.79e−08 without its end would be another number."""
    engine.utils.set_random_seed(0)
    model = engine.Sequential([engine.Input((3,)), engine.layers.Dense(8, "tanh")])
    model.compile("adam", "mse")
    told = model.trace(np.full((2, 3), -1e-4), np.full((2, 8), -1e-3))
    if width is None:
        text = str(told)
        assert "\x1b" not in text
    else:
        from rich.console import Console

        stream = StringIO()
        Console(width=width, file=stream).print(told)
        text = stream.getvalue()
    assert "…" not in text
    numbers = [shown(float(v)) for w in told.weights for v in w.slots_after["velocity"].ravel()]
    assert max(map(len, numbers)) > 10
    if width is None:
        assert [number for number in numbers if number not in text] == []


def test_a_large_tensor_in_a_line():
    values = np.arange(12.0).reshape(1, 12)
    assert cells(values) == [["1 × 12: 0 … 11, mean 5.5"]]
    values[0, 3] = np.nan
    assert cells(values)[0][0].endswith(", 1 not finite")
    assert cells(np.full(9, np.inf)) == [["9, none of them finite"]]
    assert cells(np.array([[1.0, -2.5]])) == [["1", "−2.5"]]


def test_what_a_second_step_starts_with():
    """Slots before and after, and the part of the gradient that a penalty has."""
    engine.utils.set_random_seed(0)
    layer = engine.layers.Dense(2, "tanh", kernel_regularizer="l2")
    model = engine.Sequential([engine.Input((2,)), layer])
    model.compile("adam", "mse")
    x, y = np.ones((2, 2)), np.zeros((2, 2))
    assert "before the step" not in str(model.trace(x, y, apply=True))
    told = model.trace(x, y)
    text = str(told)
    assert "before the step" in text and "from the penalty" in text
    kernel = told.weights[0]
    for values in (kernel.slots_before["momentum"], kernel.penalty_gradient, kernel.gradient):
        assert all(shown(float(v)) in text for v in values.ravel())
    assert all(shown(value) in text for value in told.penalties.values())
    names = set(told.frame()["tensor"])
    assert {"penalty of kernel", "penalty's gradient of kernel", "mean loss"} <= names


@pytest.mark.parametrize(("library", "shows"), [("rich", str), ("pandas", lambda t: t.frame())])
def test_a_missing_library_says_what_to_install(library, shows, monkeypatch):
    told = small()
    # A None among the modules is how Python marks one that cannot be imported.
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ImportError, match=rf"Expected {library}, .*pip install '\.\[study\]'"):
        shows(told)


def test_rich_prints_it():
    from rich.console import Console

    stream = StringIO()
    Console(width=90, file=stream).print(small())
    assert "Update: dense" in stream.getvalue()


@pytest.mark.parametrize("seed", range(0, 18, 5))
def test_any_network_as_text(seed):
    model, x, y, weights, _ = draw(seed)
    assert "Loss:" in str(model.trace(x, y, weights))


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_part_of_a_step(name):
    """Each tensor of the trace stands in the frame; its numbers in the text and the tables."""
    model, x, y = EXAMPLES[name]()
    model.train_on_batch(x, y)
    told = model.trace(x, y)
    frame, text, tables = told.frame(), str(told), told._repr_html_()

    def assert_there(owner, tensor, values):
        part = frame[(frame["layer"] == owner) & (frame["tensor"] == tensor)]
        assert_same_bits(part["value"].to_numpy(values.dtype).reshape(values.shape), values)
        for value in values.ravel():
            assert shown(float(value)) in text and shown(float(value)) in tables

    for stage in told.stages:
        tensors = {"output": stage.output, **stage.constants, "u": stage.draws,
                   "doutput": stage.doutput, "dinput": stage.dinput}  # fmt: skip
        for tensor, values in tensors.items():
            if values is not None:
                assert_there(stage.name, tensor, values)
    for layer in told.layers:
        if layer.activity_gradient is not None:
            assert_there(layer.name, "dactivity", layer.activity_gradient)
    for weight in told.weights:
        owner, kind = weight.name.split("/")
        assert_there(owner, f"new {kind}", weight.new)
        if weight.clipped is not None:
            assert_there(owner, f"clipped d{kind}", weight.clipped)
        if weight.decay is not None:
            assert_there(owner, f"decay of {kind}", weight.decay)
        for slot, values in weight.slots_after.items():
            assert_there(owner, f"{slot} of {kind}, after", values)
        assert ("frozen" in text) == any(not w.trained for w in told.weights)
    if told.clipping is not None and told.clipping.norm is not None:
        assert shown(told.clipping.scale) in text and shown(told.clipping.norm) in text
    assert shown(told.settings["learning_rate"]) in text
    titles = [f"Forward: {layer.name}" for layer in model.layers if layer.stage]
    assert all(title in text for title in titles)


def test_the_gradient_of_a_regularized_weight_names_the_penalty():
    layer = engine.layers.Dense(1, kernel_regularizer=engine.regularizers.L2(1.0), name="only")
    model = engine.Sequential([engine.Input((2,)), layer])
    model.compile("sgd", "mse")
    told = str(model.trace(np.zeros((2, 2)), np.zeros(2)))
    assert "inputᵀ·dz + dpenalty" in told
    assert "Σ dz over the rows + dpenalty" not in told
