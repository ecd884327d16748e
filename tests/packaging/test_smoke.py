"""The wheel in a clean environment: it trains to the recorded bits, and says what is missing."""

import json
from pathlib import Path

import numpy as np
import pytest

import engine
from tests.packaging import smoke

pytestmark = pytest.mark.slow

BITS = "422c597eb3b8de9c554b6e7dd1470ccaa45d5a27cf0705e0d701a492e47d87c0"
LOSSES = [0.7340244650840759, 0.7055186033248901, 0.6812799572944641, 0.6563655138015747]
"""What Keras itself gives for `smoke.trained(keras)`, where the promise is the same bits."""

EXAMPLE = """
import engine as keras
from datasets import pima_sgd_split
from keras_ref.tutorials import pima_sgd

fit = pima_sgd.run(keras, 42).fits[0]
fit.model.save("model.keras")
again = keras.saving.load_model("model.keras")
same = (again.predict(pima_sgd_split().arrays()[2], verbose=0) == fit.predictions).all()
print(round(fit.accuracy, 4), bool(same))
"""


@pytest.fixture(scope="module")
def said(installed, tmp_path_factory):
    """What smoke.py says in the clean environment."""
    pytest.importorskip("h5py")
    folder = tmp_path_factory.mktemp("elsewhere")
    model, _ = smoke.trained(engine)
    model.set_weights([w + 1 for w in model.get_weights()])
    model.save_weights(folder / "other.weights.h5")
    script = folder / "smoke.py"
    script.write_text(Path(smoke.__file__).read_text())
    printed = installed.run(str(script), "other.weights.h5", cwd=folder)
    return {**json.loads(printed.splitlines()[-1]), "expected": smoke.fingerprint(model)}


def test_nothing_else_is_there(installed, said):
    assert installed.packages() == {"glassnet", "numpy", "numba", "llvmlite"}
    assert said["found"] == []
    assert said["file"].startswith(str(installed.folder))
    assert said["versions"] == [engine.__version__] * 2


def test_it_trains_as_recorded(said):
    ours, _ = smoke.trained(engine)
    assert said["bits"] == smoke.fingerprint(ours)
    assert said["level"] == engine.arithmetic().level
    np.testing.assert_allclose(said["history"]["loss"], LOSSES, rtol=2e-5)
    if said["level"] == "bits":
        assert said["bits"] == BITS and said["history"]["loss"] == LOSSES


@pytest.mark.keras
def test_what_is_recorded_is_keras_s(keras):
    model, history = smoke.trained(keras)
    if engine.arithmetic().level == "bits":
        assert smoke.fingerprint(model) == BITS and history["loss"] == LOSSES


def test_it_reads_weights_without_h5py(said):
    assert said["loaded"] == said["expected"] != said["bits"]


@pytest.mark.parametrize(
    ("part", "package"),
    [
        ("files", "h5py"),
        ("data", "scikit-learn"),
        ("datasets", "pandas"),
        ("plot", "matplotlib"),
        ("study", "rich"),
        ("export", "onnx"),
    ],
)
def test_a_missing_package_is_named_with_its_extra(said, part, package):
    message = said["refused"][part]
    extra = "data" if part == "datasets" else part
    assert message is not None and package in message and f"[{extra}]" in message, message


def test_pages_are_made(installed, said, tmp_path):
    assert said["page"] == [True] * 3
    installed.run("-m", "engine.study", "2-2-2", "--out", "page.html", cwd=tmp_path)
    assert "<html" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_with_its_extras_a_tutorial_runs_and_is_saved(with_everything, tmp_path):
    assert {"h5py", "pandas", "rich"} < with_everything.packages()
    assert "tensorflow" not in with_everything.packages()
    printed = with_everything.run("-c", EXAMPLE, cwd=tmp_path)
    accuracy, same = printed.splitlines()[-1].split()
    assert same == "True"
    if engine.arithmetic().level == "bits":
        assert accuracy == "0.7441"


def test_keras_itself_is_asked_for_by_name(with_everything, tmp_path):
    code = "from keras_ref.convert import to_keras; import engine as e; "
    code += "to_keras(e.Sequential([e.Input((2,)), e.layers.Dense(1)]))"
    said = with_everything.run("-c", code, cwd=tmp_path, ends_with=1)
    assert "[keras]" in said, said
