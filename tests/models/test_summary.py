"""summary: literal tables, Keras's own for the same models, and wrong versions."""

from __future__ import annotations

import importlib
import inspect
import io
import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from engine.models.summary import summary


@pytest.fixture(autouse=True)
def a_terminal_of_80_columns(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")


# --- stand-ins --------------------------------------------------------------------------------


def make(kind, **attributes):
    """An object of a class with the name `kind`."""
    return type(kind, (SimpleNamespace,), {})(**attributes)


def dense(name, inputs, units, trainable=True, kind="Dense", dtype="float32", built=True):
    weights = [np.zeros((inputs, units), dtype), np.zeros(units, dtype)] if inputs and built else []
    return make(
        kind,
        name=name,
        built=built,
        trainable=trainable,
        weights=weights,
        output_shape=(None, units) if built else None,
        count_params=lambda: sum(w.size for w in weights),
    )


def input_layer(units, name="input_layer"):
    return dense(name, 0, units, kind="InputLayer")


def model(*layers, name="sequential", optimizer=None):
    return SimpleNamespace(
        name=name,
        layers=list(layers),
        trainable_weights=[w for x in layers if x.trainable for w in x.weights],
        non_trainable_weights=[w for x in layers if not x.trainable for w in x.weights],
        optimizer=optimizer,
    )


def text_of(model, summary=summary, **options):
    texts = []
    assert summary(model, print_fn=texts.append, **options) is None
    assert len(texts) == 1
    return texts[0]


# --- literal tables ---------------------------------------------------------------------------

ADAM = SimpleNamespace(
    variables=[np.zeros((), "int64"), np.zeros((), "float32")]
    + [np.zeros(shape, "float32") for shape in [(60, 40), (60, 40), (40,), (40,)]]
)

MODELS = {
    "trained": (
        model(dense("dense", 60, 40), dense("dense_1", 40, 1, trainable=False), optimizer=ADAM),
        {},
        """\
Model: "sequential"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┓
┃ Layer (type)                    ┃ Output Shape           ┃       Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━┩
│ dense (Dense)                   │ (None, 40)             │         2,440 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ dense_1 (Dense)                 │ (None, 1)              │            41 │
└─────────────────────────────────┴────────────────────────┴───────────────┘
 Total params: 7,363 (28.77 KB)
 Trainable params: 2,440 (9.53 KB)
 Non-trainable params: 41 (164.00 B)
 Optimizer params: 4,882 (19.07 KB)
""",
    ),
    "functional, trainable shown": (
        model(
            input_layer(60, "pixels"),
            dense("hidden", 60, 24),
            dense("odds", 24, 10, trainable=False),
            name="digits",
        ),
        {"show_trainable": True},
        """\
Model: "digits"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━┳━━━━━━━┓
┃ Layer (type)                ┃ Output Shape          ┃    Param # ┃ Trai… ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━╇━━━━━━━┩
│ pixels (InputLayer)         │ (None, 60)            │          0 │   -   │
├─────────────────────────────┼───────────────────────┼────────────┼───────┤
│ hidden (Dense)              │ (None, 24)            │      1,464 │   Y   │
├─────────────────────────────┼───────────────────────┼────────────┼───────┤
│ odds (Dense)                │ (None, 10)            │        250 │   N   │
└─────────────────────────────┴───────────────────────┴────────────┴───────┘
 Total params: 1,714 (6.70 KB)
 Trainable params: 1,464 (5.72 KB)
 Non-trainable params: 250 (1000.00 B)
""",
    ),
    "not built": (
        model(dense("dense", 0, 4, built=False), dense("dense_1", 0, 1, built=False)),
        {"line_length": 50},
        """\
Model: "sequential"
┏━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━┳━━━━━━━━━┓
┃ Layer (type)        ┃ Output Shape   ┃ Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━╇━━━━━━━━━┩
│ dense (Dense)       │ ?              │       0 │
│                     │                │ (unbui… │
├─────────────────────┼────────────────┼─────────┤
│ dense_1 (Dense)     │ ?              │       0 │
│                     │                │ (unbui… │
└─────────────────────┴────────────────┴─────────┘
 Total params: 0 (0.00 B)
 Trainable params: 0 (0.00 B)
 Non-trainable params: 0 (0.00 B)
""",
    ),
    "long names, headers of two lines, a narrow terminal": (
        model(dense("a_name_that_is_longer_than_its_column", 3, 4), name="a name of many words"),
        {"line_length": 36, "columns": "34"},
        """\
Model: "a name of many words"
┏━━━━━━━━━━━━━━━┳━━━━━━━━━━┳━━━━━━
┃               ┃ Output   ┃ Param
┃ Layer (type)  ┃ Shape    ┃     #
┡━━━━━━━━━━━━━━━╇━━━━━━━━━━╇━━━━━━
│ a_name_that_… │ (None,   │    16
│ (Dense)       │ 4)       │      
└───────────────┴──────────┴──────
 Total params: 16 (64.00 B)
 Trainable params: 16 (64.00 B)
 Non-trainable params: 0 (0.00 B)
""",
    ),
    "empty": (
        model(name="empty"),
        {"line_length": 40, "positions": [0.3, 0.6, 0.8]},
        """\
Model: "empty"
┏━━━━━━━━━━━━━┳━━━━━━━━━━━━━━┳━━━━━━━━━┓
┃ Layer       ┃              ┃         ┃
┃ (type)      ┃ Output Shape ┃ Param # ┃
┡━━━━━━━━━━━━━╇━━━━━━━━━━━━━━╇━━━━━━━━━┩
└─────────────┴──────────────┴─────────┘
 Total params: 0 (0.00 B)
 Trainable params: 0 (0.00 B)
 Non-trainable params: 0 (0.00 B)
""",
    ),
}


@pytest.mark.parametrize("name", MODELS)
def test_table(name, monkeypatch):
    net, options, expected = MODELS[name]
    options = dict(options)
    monkeypatch.setenv("COLUMNS", options.pop("columns", "80"))
    assert text_of(net, **options).splitlines() == expected.splitlines()


def test_wide_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    net = model(dense("dense", 3, 4))
    assert text_of(net).splitlines()[1].count("━") == 84
    assert text_of(net, show_trainable=True).splitlines()[1].count("━") == 95


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0.00 B"),
        (1023, "1023.00 B"),
        (1024, "1.00 KB"),
        (1536, "1.50 KB"),
        (1024**2 - 1, "1024.00 KB"),
        (1024**2, "1.00 MB"),
        (5 * 1024**3, "5.00 GB"),
        (1024**4, "1.00 TB"),
        (1024**5, "1.00 PB"),
        (3000 * 1024**5, "3000.00 PB"),
    ],
)
def test_units_of_bytes(size, text):
    weight = SimpleNamespace(shape=(size,), dtype="int8")
    net = SimpleNamespace(
        name="m", layers=[], trainable_weights=[weight], non_trainable_weights=[], optimizer=None
    )
    assert f"Total params: {size:,} ({text})\n" in text_of(net)


def test_bytes_follow_the_type():
    assert "Total params: 16 (128.00 B)" in text_of(model(dense("dense", 3, 4, dtype="float64")))


def test_optimizer_without_state_has_no_line():
    for optimizer in (
        None,
        SimpleNamespace(variables=[]),
        SimpleNamespace(variables=ADAM.variables, built=False),
    ):
        assert "Optimizer" not in text_of(model(dense("dense", 3, 4), optimizer=optimizer))


def test_shape_from_the_output_tensor():
    layer = dense("dense", 3, 4)
    del layer.output_shape
    assert " ? " in text_of(model(layer))
    layer.output = SimpleNamespace(shape=(None, 4))
    assert " (None, 4) " in text_of(model(layer))


def test_prints_to_stdout(capsys):
    net = model(dense("dense", 3, 4))
    summary(net)
    assert capsys.readouterr().out == text_of(net)


def test_plain_characters_where_the_encoding_has_no_others(monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    net = model(dense("dense", 3, 4), dense("dense_1", 4, 1))
    summary(net)
    sys.stdout.flush()
    lines = sys.stdout.buffer.getvalue().decode("ascii").splitlines()
    assert lines[1:4] == [
        "+--------------------------------------------------------------------------+",
        "| Layer (type)                    | Output Shape           |       Param # |",
        "|---------------------------------+------------------------+---------------|",
    ]


FOUR = model(*(dense(f"dense_{i}", 3, 3) for i in "abca"))


@pytest.mark.parametrize(
    ("layer_range", "shown"),
    [
        (None, "abca"),
        (("dense_b", "dense_c"), "bc"),
        (["dense_c", "dense_b"], "bc"),
        (("dense_a", "dense_b"), "ab"),
        (("dense_b", "dense_a"), "bca"),
        (("dense_[bc]", "dense_b"), "b"),
        (("d", "d"), "abca"),
    ],
)
def test_layer_range(layer_range, shown):
    text = text_of(FOUR, layer_range=layer_range)
    assert "".join(line[8] for line in text.splitlines() if line.startswith("│ dense")) == shown


@pytest.mark.parametrize(
    ("options", "error", "received"),
    [
        ({"line_length": "80"}, TypeError, "line_length='80'"),
        ({"line_length": 80.0}, TypeError, "line_length=80.0"),
        ({"line_length": 10}, ValueError, "in lines of 10"),
        ({"line_length": -80}, ValueError, "in lines of -80"),
        ({"positions": [0.5, 0.52, 1.0]}, ValueError, "columns of"),
        ({"positions": [0.5, 1.0]}, ValueError, "positions="),
        ({"print_fn": "print"}, TypeError, "print_fn='print'"),
        ({"layer_range": "dense_a"}, ValueError, "layer_range='dense_a'"),
        ({"layer_range": ["dense_a"]}, ValueError, "layer_range="),
        ({"layer_range": [0, 1]}, TypeError, "layer_range="),
        ({"layer_range": ["dense_a", "dense_z"]}, ValueError, "the layers are dense_a"),
    ],
)
def test_bad_arguments(options, error, received):
    with pytest.raises(error, match=f"Expected .*Received: .*{received}"):
        summary(FOUR, **options)


# --- wrong versions ---------------------------------------------------------------------------

WRONG = {
    "even columns": ("round(excess / shares)", "excess // shares"),
    "no space around texts": ("min(width + 2, room)", "min(width, room)"),
    "numbers to the left": ('["left", "left", "right"]', '["left", "left", "left"]'),
    "header on top": ("missing + column if number == 0", "column + missing if number == 0"),
    "words cut": (
        "        else:\n            lines.append(word)",
        "        else:\n            lines[-1] += word",
    ),
    "not cut": ("[cut(x, width) for x in table(", "[x for x in table("),
    "units of 1000": ("size >= 1024", "size >= 1000"),
    "no thousands": ("{count:,}", "{count}"),
    "optimizer not counted": (
        "count for count, _ in parts.values()",
        "parts[p][0] for p in ['Trainable']",
    ),
    "frozen without weights": ("has_weights = len", "has_weights = True or len"),
    "not built counts": ("0 (unbuilt)", "0"),
    "default of 80": ("88,\n", "70,\n"),
    "four bytes": ("np.dtype(w.dtype).itemsize", "4"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_versions_are_caught(name, monkeypatch):
    right, wrong = WRONG[name]
    source = inspect.getsource(importlib.import_module("engine.models.summary"))
    assert right in source
    module = ModuleType("wrong")
    exec(source.replace(right, wrong), module.__dict__)
    caught = False
    for net, options, expected in MODELS.values():
        options = dict(options)
        monkeypatch.setenv("COLUMNS", options.pop("columns", "80"))
        caught |= text_of(net, module.summary, **options).splitlines() != expected.splitlines()
    assert caught


# --- Keras ------------------------------------------------------------------------------------


def from_keras(net):
    """A stand-in with the numbers of a Keras model."""

    def layer(x):
        try:
            shape = tuple(x.output.shape)
        except (AttributeError, ValueError):  # no output yet
            shape = None
        inner = {"layers": [layer(y) for y in x.layers]} if hasattr(x, "layers") else {}
        return make(
            type(x).__name__,
            name=x.name,
            built=x.built,
            trainable=x.trainable,
            weights=x.weights,
            output_shape=shape,
            count_params=x.count_params,
            **inner,
        )

    return SimpleNamespace(
        name=net.name,
        layers=[layer(x) for x in net.layers],
        trainable_weights=net.trainable_weights,
        non_trainable_weights=net.non_trainable_weights,
        optimizer=net.optimizer if net.compiled else None,
    )


def fitted(keras, net, optimizer):
    net.compile(optimizer, "mse")
    inputs = net.inputs[0].shape[-1] if net.built else 3
    net.fit(np.zeros((8, inputs)), np.zeros((8, 1)), batch_size=4, verbose=0)
    return net


def functional(keras, *units, name=None, **options):
    layers = keras.layers
    x = inputs = layers.Input((6,), name=None)
    for n in units:
        x = layers.Dense(n, **options)(x)
    return keras.Model(inputs, x, name=name)


def sequential(keras, *units, inputs=None, names=None, **options):
    layers = [] if inputs is None else [keras.layers.Input((inputs,))]
    for i, n in enumerate(units):
        layers.append(keras.layers.Dense(n, name=names[i] if names else None, **options))
    return keras.Sequential(layers)


LONG = ["the_hidden_layer_whose_name_does_not_fit_in_any_column", "two words", "äöü", "層の名前 層"]

KERAS_MODELS = {
    "sequential": lambda k: sequential(k, 12, 8, 1, inputs=8),
    "not built": lambda k: sequential(k, 12, 1),
    "empty": lambda k: k.Sequential(name="nothing"),
    "input only": lambda k: k.Sequential([k.layers.Input((3,))]),
    "built by hand": lambda k: (net := sequential(k, 5), net.build((None, 4)))[0],
    "built by fit": lambda k: fitted(k, sequential(k, 5, 1), "adam"),
    "long names": lambda k: sequential(k, 3, 3, 3, 3, inputs=3, names=LONG),
    "long model name": lambda k: k.Sequential([k.layers.Dense(2)], name="model_" * 30),
    "huge": lambda k: sequential(k, 4000, 5000, inputs=2000),
    "frozen": lambda k: sequential(k, 12, 1, inputs=8, trainable=False),
    "functional": lambda k: functional(k, 4, 2),
    "functional with a name": lambda k: functional(k, 40000, name="wide"),
    "compiled, not fitted": lambda k: (n := functional(k, 4), n.compile("adam", "mse"))[0],
    "fitted with Adam": lambda k: fitted(k, functional(k, 4, 1), "adam"),
    "fitted with AMSGrad": lambda k: fitted(
        k, sequential(k, 9, 1, inputs=5), k.optimizers.Adam(amsgrad=True)
    ),
    "fitted with SGD": lambda k: fitted(k, functional(k, 4, 1), "sgd"),
    "fitted with momentum": lambda k: fitted(
        k, sequential(k, 4, 1, inputs=3), k.optimizers.SGD(momentum=0.9)
    ),
    "float64": lambda k: sequential(k, 9, 1, inputs=5, dtype="float64"),
    "other layers": lambda k: k.Sequential(
        [
            k.layers.Input((3,)),
            k.layers.Dense(2, use_bias=False),
            k.layers.Activation("relu"),
            k.layers.Flatten(),
        ]
    ),
    "nested": lambda k: k.Sequential(
        [k.layers.Input((6,)), functional(k, 4, 3, name="inner"), k.layers.Dense(1)]
    ),
}

OPTIONS = [
    {},
    {"show_trainable": True},
    {"expand_nested": True, "show_trainable": True},
    {"line_length": 60},
    {"line_length": 31},
    {"line_length": 120, "show_trainable": True},
    {"positions": [0.3, 0.6, 0.8]},
    {"positions": [0.6, 0.75, 0.9], "line_length": 70},
]


@pytest.mark.keras
@pytest.mark.parametrize("columns", ["24", "50", "80", "93", "160"])
@pytest.mark.parametrize("name", KERAS_MODELS)
def test_keras_prints_the_same(keras, name, columns, monkeypatch):
    monkeypatch.setenv("COLUMNS", columns)
    net = KERAS_MODELS[name](keras)
    compared = 0
    for options in OPTIONS:
        texts = []
        try:
            net.summary(print_fn=texts.append, **options)
        except ValueError:  # no room
            with pytest.raises(ValueError, match="Expected room"):
                text_of(from_keras(net), **options)
            continue
        assert text_of(from_keras(net), **options) == texts[0]
        compared += 1
    assert compared >= 5


@pytest.mark.keras
def test_keras_has_the_same_plain_characters(keras, monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    net, texts = sequential(keras, 4, 1, inputs=3), []
    net.summary(print_fn=texts.append)
    assert text_of(from_keras(net)) == texts[0] and texts[0].isascii()


@pytest.mark.keras
def test_keras_picks_the_same_layers(keras):
    net = sequential(keras, 2, 2, 2, 2, inputs=2, names=["b_1", "a_1", "b_2", "c_1"])
    for layer_range in [("b", "b"), ("a", "b"), ("c", "a"), ("c_1", "c_1"), ("b_2", "b_1")]:
        texts = []
        net.summary(print_fn=texts.append, layer_range=layer_range)
        assert text_of(from_keras(net), layer_range=layer_range) == texts[0]
