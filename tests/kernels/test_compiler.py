"""How code is compiled: the key of the cache, and how often a piece is compiled."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import engine
from engine.kernels.compiler import formula, inlined, piece

ROOMS = ("kernels", "activations", "losses", "optimizers", "random", "regularizers")

PRINT_KEY = "import engine.kernels.compiler as c; print(c._digest_of_sources())"


@pytest.fixture
def package(tmp_path):
    """A copy of the package that may be changed."""
    shutil.copytree(
        Path(engine.__file__).parent,
        tmp_path / "engine",
        ignore=shutil.ignore_patterns("__pycache__", "tests"),
    )
    return tmp_path


def run_python(folder, code):
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    arguments = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(folder)!r})\n{code}"]
    return subprocess.run(
        arguments, cwd=folder, env=environment, text=True, check=True, capture_output=True
    ).stdout.strip()


def test_key_covers_the_sources(package):
    """Another byte in any file that kernels are made of is another key; elsewhere it is not."""
    script = f"""
import importlib, pathlib
import engine.kernels.compiler as c
root = pathlib.Path(c.__file__).parent.parent
assert str(root) == {str(package / "engine")!r}, root
first = c._digest_of_sources()
assert first == c._digest_of_sources() == c._SOURCES
for room in {ROOMS!r}:
    for path in sorted((root / room).glob("*.py")):
        text = path.read_text()
        path.write_text(text + "# changed\\n")
        assert c._digest_of_sources() != first, path
        path.write_text(text)
assert c._digest_of_sources() == first
elsewhere = root / "models" / "fitting.py"
elsewhere.write_text(elsewhere.read_text() + "# changed\\n")
assert c._digest_of_sources() == first
new = root / "losses" / "new.py"
new.write_text("")
assert c._digest_of_sources() != first, new
new.unlink()
assert c._digest_of_sources() == first
"""
    run_python(package, script)


def test_a_changed_helper_is_seen(package):
    """A kernel in the cache is not used after the file of a function that it calls has changed."""
    code = """
import os
os.environ.setdefault("NUMBA_CACHE_DIR", "cache")
from engine.random import philox
import engine.kernels.trial as trial
print(trial.call(1.0))
"""
    helper = package / "engine" / "kernels" / "trial_helper.py"
    helper.write_text(
        "from engine.kernels.compiler import inlined\n\n\n"
        "@inlined\ndef add(x):\n    return x + 1.0\n"
    )
    (package / "engine" / "kernels" / "trial.py").write_text(
        "from engine.kernels.compiler import compiled\n"
        "from engine.kernels.trial_helper import add\n\n\n"
        "@compiled\ndef call(x):\n    return add(x)\n"
    )
    assert run_python(package, code) == "2.0"
    assert run_python(package, code) == "2.0"
    helper.write_text(helper.read_text().replace("1.0", "2.0"))
    assert run_python(package, code) == "3.0"


def test_a_piece_is_compiled_once():
    """Constants among the arguments do not make further versions of a piece."""

    @piece
    def part(x, n):
        x[0] += n

    @piece
    def caller(x):
        part(x, 1)
        part(x, 2)
        part(x, len(x))

    x = np.zeros(4)
    caller(x)
    assert x[0] == 7
    assert len(part.signatures) == 1


def test_formula_stays_a_function():
    def double(x):
        return x + x

    assert formula(double) is double

    @inlined
    def twice(x):
        return double(double(x))

    @piece
    def kernel(x):
        return twice(x)

    assert kernel(3.0) == 12.0 == double(double(3.0))


def test_errors_follow_numpy():
    """No exception from a division by zero, and nothing reordered or contracted."""

    @piece
    def kernel(x, out):
        out[0] = x[0] / x[1]
        out[1] = (x[2] + x[3]) - x[3]
        out[2] = x[4] * x[4] - x[5]

    x, out = np.array([1, 0, 1, 1e20, 1 + 2**-30, 1 + 2**-29]), np.empty(3)
    kernel(x, out)
    assert out.tolist() == [np.inf, 0.0, 0.0]


def test_njit_stands_in_one_file_only():
    """Compiler options have one home."""
    root = Path(engine.__file__).parent
    users = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if "import njit" in path.read_text() or "numba.njit" in path.read_text()
    }
    assert users == {"kernels/compiler.py"}
