"""engine.arithmetic on machines and installations that are made up, and on this one."""

import os
import subprocess
import sys
from dataclasses import FrozenInstanceError, replace
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import numpy as np
import pytest

import engine
from engine.promise import software as software_room
from engine.promise.arithmetic import judged
from engine.promise.machine import Machine, this_machine
from engine.promise.models import TOLERANCE
from engine.promise.software import Software, installed
from tests.tolerances import TABLE

AVX512 = frozenset(
    ["avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512vnni", "avx2", "fma", "sse2"]
)
MACHINE = Machine(
    processor="A processor",
    architecture="x86_64",
    system="Linux",
    features=AVX512,
    compiled_for=frozenset(["avx512f", "avx2", "fma"]),
    c_library="glibc 2.36",
    flush_to_zero=True,
    estimate="the processor's rcpps, Intel's table",
)
SOFTWARE = Software("3.15.1", "2.21.0", onednn=True, onednn_limit=None, backend=None)
ARM = replace(
    MACHINE, architecture="aarch64", features=frozenset(["neon"]), compiled_for=frozenset(),
    flush_to_zero=False, estimate="Intel's formula",
)  # fmt: skip


def test_bits_where_everything_is_as_confirmed():
    found = judged(MACHINE, SOFTWARE, {})
    assert (found.level, found.tolerance, found.reasons) == ("bits", 0.0, ())
    assert "bits: the numbers of Keras" in str(found)
    assert "because" not in str(found)


OTHERS = {
    "no AVX-512": (replace(MACHINE, features=AVX512 - {"avx512f"}), SOFTWARE, "no avx512f"),
    "half of AVX-512": (replace(MACHINE, features=AVX512 - {"avx512bw"}), SOFTWARE, "avx512bw"),
    "Arm": (ARM, SOFTWARE, "this is aarch64"),
    "macOS": (replace(MACHINE, system="Darwin"), SOFTWARE, "this is Darwin"),
    "musl": (replace(MACHINE, c_library="musl 1.2"), SOFTWARE, "the C library is musl 1.2"),
    "Keras 3.16": (MACHINE, replace(SOFTWARE, keras="3.16.0"), "Keras 3.16.0 is installed"),
    "Keras 3.1": (MACHINE, replace(SOFTWARE, keras="3.1"), "the promise refers to 3.15"),
    "TensorFlow 2.20": (MACHINE, replace(SOFTWARE, tensorflow="2.20.0"), "TensorFlow 2.20.0"),
    "oneDNN off": (MACHINE, replace(SOFTWARE, onednn=False), "oneDNN is off"),
    "AVX2 at the most": (MACHINE, replace(SOFTWARE, onednn_limit="AVX2"), "no more than AVX2"),
    "sse41 at the most": (MACHINE, replace(SOFTWARE, onednn_limit="sse41"), "no more than sse41"),
    "another backend": (MACHINE, replace(SOFTWARE, backend="jax"), "KERAS_BACKEND=jax"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_tolerance_elsewhere(name):
    machine, software, words = OTHERS[name]
    found = judged(machine, software, {})
    assert (found.level, found.tolerance) == ("tolerance", TOLERANCE)
    (reason,) = found.reasons
    assert words in reason and reason.endswith(".")
    assert "tolerance: losses within 1e-05 of Keras's" in repr(found)
    assert words.split()[-1] in repr(found)


@pytest.mark.parametrize("limit", [None, "", "ALL", "AVX512_CORE", "avx512_core_amx"])
def test_a_limit_that_leaves_avx512(limit):
    assert judged(MACHINE, replace(SOFTWARE, onednn_limit=limit), {}).level == "bits"


def test_not_installed_is_no_reason():
    found = judged(MACHINE, replace(SOFTWARE, keras=None, tensorflow=None), {})
    assert found.level == "bits"
    assert "not installed; the promise refers to 3.15" in str(found)
    assert "not installed; the promise refers to 2.21" in str(found)


def test_what_is_not_installed(monkeypatch):
    def version(package):
        if package == "tensorflow-cpu":
            return "2.21.0"
        raise PackageNotFoundError

    monkeypatch.setattr(software_room, "version", version)
    found = installed({}, AVX512)
    assert (found.keras, found.tensorflow) == (None, "2.21.0")


def test_all_reasons_are_told():
    found = judged(ARM, Software("3.16", "2.20", False, None, "jax"), {})
    assert len(found.reasons) == 5
    text = " ".join(str(found).split())
    assert all(reason in text for reason in found.reasons)


# TensorFlow's own answer for these settings, by IsMklEnabled() of 2.21 on a processor with VNNI
@pytest.mark.parametrize(
    ("setting", "on"),
    [
        (None, True), ("0", False), ("1", True), ("false", False), ("False", False),
        ("FALSE", False), ("true", True), ("no", True), ("off", True), ("", True), (" 0", True),
        ("00", True), ("2", True),
    ],
)  # fmt: skip
def test_onednn_is_read_as_tensorflow_reads_it(setting, on):
    environment = {} if setting is None else {"TF_ENABLE_ONEDNN_OPTS": setting}
    assert installed(environment, AVX512).onednn is on


def test_onednn_by_default():
    """TensorFlow turns it on by itself for processors with instructions for neural networks."""
    older = AVX512 - {"avx512vnni"}
    assert not installed({}, older).onednn
    assert installed({"TF_ENABLE_ONEDNN_OPTS": "1"}, older).onednn
    assert not installed({"TF_ENABLE_ONEDNN_OPTS": "no"}, older).onednn
    assert installed({}, older | {"avxvnni"}).onednn
    assert not installed({}, AVX512, "Darwin").onednn


def test_the_limit_of_onednn_has_two_names():
    both = {"ONEDNN_MAX_CPU_ISA": "AVX512_CORE", "DNNL_MAX_CPU_ISA": "AVX2"}
    assert installed(both, AVX512).onednn_limit == "AVX512_CORE"
    assert installed({"DNNL_MAX_CPU_ISA": "AVX2"}, AVX512).onednn_limit == "AVX2"
    assert installed({"KERAS_BACKEND": "jax"}, AVX512).backend == "jax"


# --- models --------------------------------------------------------------------------------------


def model(*layers, loss="mse", dtype="float32", optimizer="sgd"):
    dense = [
        engine.layers.Dense(units, act, dtype=dtype, **options) for units, act, options in layers
    ]
    made = engine.Sequential([engine.Input((1,)), *dense])
    made.compile(optimizer, loss)
    return made


def of_logits(name):
    return getattr(engine.losses, name)(from_logits=True)


BITS = [
    model((3, "relu", {}), (1, "sigmoid", {}), loss="binary_crossentropy"),
    model((3, "sigmoid", {}), (4, "softmax", {}), loss="categorical_crossentropy"),
    model((3, "leaky_relu", {}), (4507, "softmax", {}), loss="sparse_categorical_crossentropy"),
    model((3, "tanh", {"use_bias": False}), (2, None, {})),
    model((3, "tanh", {}), (3, "softmax", {}), (1, "elu", {})),
    model((3, "relu", {}), loss="categorical_crossentropy"),
    model((2, None, {}), loss="binary_crossentropy"),
    model((2, "softmax", {})),
    model((1, None, {}), loss="binary_crossentropy"),
    model((3, None, {}), loss=of_logits("BinaryCrossentropy")),
    model((3, None, {}), loss=of_logits("SparseCategoricalCrossentropy")),
    engine.Sequential([engine.Input((512,)), engine.layers.Dense(512, "relu")]),
]

NOT_BITS = {
    "float64": (model((2, "relu", {}), dtype="float64"), TOLERANCE),
    "4,507 classes": (
        model((4508, "softmax", {}), loss="categorical_crossentropy"), TOLERANCE,
    ),
    "262,144 weights": (model((785, "relu", {}), (340, "relu", {})), TOLERANCE),
    "262,144 weights ": (
        engine.Sequential([engine.Input((784,)), engine.layers.Dense(340)]), TOLERANCE,
    ),
    "epsilon=0": (model((3, None, {}), optimizer=engine.optimizers.Adam(epsilon=0.0)), TOLERANCE),
}  # fmt: skip


@pytest.mark.parametrize("number", range(len(BITS)))
def test_models_with_bits(number):
    assert judged(MACHINE, SOFTWARE, {}, BITS[number], 8).level == "bits"


@pytest.mark.parametrize("name", NOT_BITS)
def test_models_without(name):
    network, tolerance = NOT_BITS[name]
    found = judged(MACHINE, SOFTWARE, {}, network, 8)
    assert (found.level, found.tolerance) == ("tolerance", tolerance)
    (reason,) = found.reasons
    assert name.strip() in reason


def test_no_bound_on_probabilities_where_the_bits_differ():
    network = model((3, "relu", {}), loss="categorical_crossentropy")
    assert judged(MACHINE, SOFTWARE, {}, network).level == "bits"
    found = judged(MACHINE, SOFTWARE, {"GLASSNET_PROMISE": "tolerance"}, network)
    assert (found.level, found.tolerance) == ("tolerance", float("inf"))
    assert "no bound" in str(found) and "probabilities" in found.reasons[-1]
    plain = model((3, "softmax", {}), loss="categorical_crossentropy")
    found = judged(MACHINE, SOFTWARE, {"GLASSNET_PROMISE": "tolerance"}, plain)
    assert found.tolerance == TOLERANCE


def test_large_batches():
    network = engine.Sequential([engine.Input((40,)), engine.layers.Dense(50)])
    assert judged(MACHINE, SOFTWARE, {}, network, 2000).level == "bits"
    found = judged(MACHINE, SOFTWARE, {}, network, 2001)
    assert found.level == "tolerance" and "100,000 numbers" in found.reasons[0]


# --- the switch, the arguments, this machine -----------------------------------------------------


def test_the_switch_lowers_and_says_so():
    found = judged(MACHINE, SOFTWARE, {"GLASSNET_PROMISE": "tolerance"})
    assert (found.level, found.tolerance) == ("tolerance", TOLERANCE)
    assert "GLASSNET_PROMISE=tolerance" in found.reasons[0]


def test_the_switch_cannot_raise():
    assert judged(MACHINE, SOFTWARE, {"GLASSNET_PROMISE": "bits"}).level == "bits"
    assert judged(ARM, SOFTWARE, {"GLASSNET_PROMISE": "bits"}).level == "tolerance"


@pytest.mark.parametrize("value", ["", "Bits", "0", "1e-5"])
def test_another_value_of_the_switch(monkeypatch, value):
    monkeypatch.setenv("GLASSNET_PROMISE", value)
    with pytest.raises(ValueError, match=r"Expected .* GLASSNET_PROMISE to be .* Received: '"):
        engine.arithmetic()


@pytest.mark.parametrize("wrong", ["model", 3, engine.layers.Dense(2), np.zeros(3)])
def test_a_model_that_is_none(wrong):
    with pytest.raises(TypeError, match=r"Expected model to be .* Received: model="):
        engine.arithmetic(wrong)


def test_a_model_without_layers():
    with pytest.raises(ValueError, match="Expected a model with layers. Received: "):
        engine.arithmetic(engine.Sequential())


def test_a_model_that_does_not_know_its_features():
    """Its first kernel may be large or small."""
    network = engine.Sequential([engine.layers.Dense(400), engine.layers.Dense(1)])
    with pytest.raises(ValueError, match="Expected a built model"):
        engine.arithmetic(network)
    network.build((None, 1000))
    assert engine.arithmetic(network).level == "tolerance"


@pytest.mark.parametrize("wrong", [0, -1, 2.5, "32", True])
def test_a_batch_size_that_is_none(wrong):
    with pytest.raises(
        (TypeError, ValueError), match="Expected batch_size .* Received: batch_size"
    ):
        engine.arithmetic(batch_size=wrong)


def test_this_machine():
    found = engine.arithmetic(BITS[0], batch_size=np.int64(5))
    assert found.level in ("bits", "tolerance")
    assert (found.level == "bits") == (not found.reasons) == (found.tolerance == 0)
    assert found.machine == this_machine()
    assert found.machine.processor in str(found)
    assert repr(found) == str(found)
    assert max(map(len, str(found).splitlines())) <= 90
    with pytest.raises(FrozenInstanceError):
        found.level = "bits"


def test_the_tolerance_is_the_one_that_tests_ask_for():
    assert TABLE["float32", "Keras"].limit == TABLE["float64", "Keras"].limit == TOLERANCE


def run(code, **environment):
    root = Path(__file__).parent.parent
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, check=True, cwd=root, env=os.environ | environment,
    ).stdout.strip()  # fmt: skip


def test_nothing_heavy_is_imported():
    """Asking imports neither Keras nor TensorFlow; importing the engine does not ask."""
    code = (
        "import engine, sys; before = 'engine.promise' in sys.modules; engine.arithmetic(); "
        "print(before, {'keras', 'tensorflow'} & set(sys.modules))"
    )
    assert run(code) == "False set()"


@pytest.mark.skipif("avx2" not in this_machine().features, reason="no AVX2")
def test_what_numba_compiles_for():
    """The name of a processor alone leaves the features of the host in Numba's hands."""
    code = "import engine; print(sorted(engine.arithmetic().machine.compiled_for))"
    told = {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": "-avx512f"}
    assert run(code, **told) == "['avx2', 'fma']"
    assert run(code, **(told | {"NUMBA_CPU_NAME": "x86-64"})) == "[]"


NAMES = [
    # Of three layers and their model: growing, falling, numbers beyond nine; early models.
    ("dense", "dropout", "dense_1", "sequential"), ("z", "y", "x", "b"), ("h", "h2", "h_2", "a"),
    ("dense_9", "dropout", "dense_10", "sequential"), ("dense_9", "e", "dense_10", "z"),
]  # fmt: skip
OUTPUTS = {
    "binary": ("sigmoid", lambda package: "binary_crossentropy", 1),
    "logits": ("linear", lambda package: package.losses.BinaryCrossentropy(from_logits=True), 2),
    "probabilities": ("tanh", lambda package: "binary_crossentropy", 1),
    "mse": ("relu", lambda package: "mse", 3),
    "classes": ("softmax", lambda package: "categorical_crossentropy", 3),
}


def _with_activity(package, names, where, output, factors=(0.1, 0.2)):
    """Two Dense layers and a Dropout between; the one at `where` has a regularizer."""
    package.utils.set_random_seed(5)
    regularizers = [None, None]
    regularizers[where] = package.regularizers.L1L2(*factors)
    activation, loss, units = OUTPUTS[output]
    layers = [
        package.layers.Dense(5, "tanh", activity_regularizer=regularizers[0], name=names[0]),
        package.layers.Dropout(0.2, name=names[1]),
        package.layers.Dense(
            units, activation, activity_regularizer=regularizers[1], name=names[2]
        ),
    ]
    model = package.Sequential([package.Input((6,)), *layers], name=names[3])
    model.compile("adam", loss(package))
    return model


def test_a_penalty_before_a_loss_on_logits():
    for names in NAMES:
        for output in OUTPUTS:
            model = _with_activity(engine, names, 1, output)
            told = any("before compile_loss" in why for why in engine.arithmetic(model).reasons)
            assert told == (names[3] in "ab" and output in ("binary", "logits")), (names, output)
            hidden = engine.arithmetic(_with_activity(engine, names, 0, output))
            assert not any("compile_loss" in why for why in hidden.reasons)


@pytest.mark.keras
@pytest.mark.slow
@pytest.mark.parametrize("where", [0, 1])
@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("names", NAMES)
def test_the_order_of_three_gradients_is_keras(names, output, where, keras):
    """Whatever the names are, the bits are Keras's, where bits are promised at all."""
    rng = np.random.default_rng(0)
    x, units = rng.standard_normal((64, 6)).astype("float32"), OUTPUTS[output][2]
    y = np.eye(max(units, 2), dtype="float32")[rng.integers(0, max(units, 2), 64), :units]
    both = [_with_activity(package, names, where, output) for package in (engine, keras)]
    if engine.arithmetic(both[0]).level != "bits":
        pytest.skip("the bits are not promised: " + engine.arithmetic(both[0]).reasons[0])
    traced = both[0].trace(x[:32], y[:32]).weights[0].new
    for model in both:
        model.fit(x, y, epochs=1, shuffle=False, verbose=0)
    for ours, theirs in zip(*(model.get_weights() for model in both), strict=True):
        assert ours.tobytes() == np.asarray(theirs).tobytes()
    again = _with_activity(engine, names, where, output)
    again.train_on_batch(x[:32], y[:32])
    assert again.get_weights()[0].tobytes() == traced.tobytes()
