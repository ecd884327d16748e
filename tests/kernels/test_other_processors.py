"""The paths for other architectures, walked here: an engine that takes this machine for an Arm.

A process that is told another ``platform.machine()`` compiles kernels without x86's instructions,
into a folder of its own, trains, and must come near the training of this process.
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import engine
from tests.tolerances import assert_close

ROOT = Path(__file__).parent.parent.parent

TRAINING = """
import numpy as np
import engine

def train(results):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(50, 6)).astype("float32")
    y = (x[:, :3] + rng.normal(size=(50, 3)) > 0).astype("float32")
    engine.utils.set_random_seed(3)
    model = engine.Sequential([
        engine.Input((6,)),
        engine.layers.Dense(7, "sigmoid"),
        engine.layers.Dense(3, "sigmoid"),
    ])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, batch_size=16, epochs=3, verbose=0).history
    results |= {f"History {name}": np.array(values) for name, values in history.items()}
    results |= {f"weights {i}": w for i, w in enumerate(model.get_weights())}
    results["predict"] = model.predict(x, verbose=0)
    return results
"""

AS_ARM = f"""
import platform, sys
platform.machine = lambda: "aarch64"
{TRAINING}
from engine.kernels import machine
assert not machine.IS_X86
found = engine.arithmetic()
assert found.machine.estimate == "Intel's formula" and not found.machine.flush_to_zero
assert found.level == "tolerance" and "aarch64" in found.reasons[0], found
np.savez(sys.argv[1], **train({{}}))
"""


@pytest.fixture(scope="module")
def as_arm(request, tmp_path_factory):
    """The training's results; the kernels stay in pytest's cache until their sources change."""
    kernels = request.config.cache.mkdir("kernels-as-arm")
    file = tmp_path_factory.mktemp("arm") / "results.npz"
    environment = os.environ | {"NUMBA_CACHE_DIR": str(kernels), "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([sys.executable, "-c", AS_ARM, str(file)], check=True, cwd=ROOT, env=environment)
    return dict(np.load(file))


@pytest.mark.slow
def test_a_training_comes_near(as_arm):
    names = {"np": np, "engine": engine}
    exec(TRAINING, names)
    here = names["train"]({})
    assert list(here) == list(as_arm)
    for name in here:
        assert_close(as_arm[name], here[name], "training", name)


def test_x86_stands_in_two_places_only():
    """Whoever writes an instruction of x86 must write the other path, too."""
    root = Path(engine.__file__).parent
    users = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if "llvm.x86" in path.read_text(encoding="utf-8")
    }
    assert users == {"kernels/machine.py", "kernels/estimate.py"}
    asks = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if "IS_X86" in path.read_text(encoding="utf-8")
    }
    assert asks == users | {"promise/machine.py"}
