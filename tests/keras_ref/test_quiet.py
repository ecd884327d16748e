"""Keras is imported once, into a process that was set up for it, or not at all."""

import os
import subprocess
import sys
import textwrap
import warnings
from types import SimpleNamespace

import pytest

from keras_ref.quiet import SETTINGS, import_keras, quiet_stderr, tutorial_wording


def test_another_backend_is_refused(monkeypatch):
    torch = SimpleNamespace(config=SimpleNamespace(backend=lambda: "torch"))
    monkeypatch.setitem(sys.modules, "keras", torch)
    with pytest.raises(RuntimeError, match=r"backend 'tensorflow'.* Received: .*'torch'"):
        import_keras()


def test_the_right_backend_is_taken(monkeypatch):
    loaded = SimpleNamespace(config=SimpleNamespace(backend=lambda: "tensorflow"))
    monkeypatch.setitem(sys.modules, "keras", loaded)
    assert import_keras() is loaded


@pytest.mark.parametrize("name", ["keras", "tensorflow"])
def test_what_is_missing_is_named(name):
    code = f"""
        import sys
        from keras_ref.quiet import import_keras

        class Finder:
            def find_spec(self, name, path=None, target=None):
                if name == "keras":
                    raise ModuleNotFoundError("No module", name={name!r})

        sys.meta_path.insert(0, Finder())
        try:
            import_keras()
        except ImportError as error:
            print(error)
    """
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True
    )
    assert ran.stdout == (
        f"Expected Keras and TensorFlow ({name} is missing): "
        "pip install '.[keras]' in Glassnet's folder.\n"
    )


def test_stderr_is_held_back(capfd):
    with quiet_stderr():
        os.write(2, b"chatter\n")
    assert capfd.readouterr().err == ""


def test_stderr_is_shown_if_the_block_fails(capfd):
    with pytest.raises(ZeroDivisionError), quiet_stderr():
        os.write(2, b"the cause\n")
        1 / 0  # noqa: B018
    assert capfd.readouterr().err == "the cause\n"


def test_only_the_one_warning_is_silenced():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with tutorial_wording():
            warnings.warn("Do not pass an `input_shape`/`input_dim` argument", stacklevel=1)
            with pytest.raises(UserWarning, match="something else"):
                warnings.warn("something else", stacklevel=1)


@pytest.mark.keras
def test_a_fresh_process_is_set_up_and_quiet(keras):
    code = "from keras_ref.quiet import *; k = import_keras(); import os; print(k.config.backend())"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "tensorflow\n"
    assert ran.stderr == ""
    assert set(SETTINGS) == {"KERAS_BACKEND", "CUDA_VISIBLE_DEVICES", "TF_CPP_MIN_LOG_LEVEL"}


def test_only_this_room_imports_keras_and_only_when_asked():
    code = "import sys, keras_ref.__main__, keras_ref.convert, keras_ref.report, keras_ref.table"
    code += "; print([n for n in ('keras', 'tensorflow', 'matplotlib') if n in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
