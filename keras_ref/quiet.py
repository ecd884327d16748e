"""Import Keras into a process that was set up for it: TensorFlow, CPU, no messages.

Keras chooses its backend while it is imported, and TensorFlow reads its log level and the list of
GPUs once. All three are environment variables, so they are set here first.
"""

from __future__ import annotations

import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from rich.console import Console

SETTINGS = {
    "KERAS_BACKEND": "tensorflow",
    "CUDA_VISIBLE_DEVICES": "-1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}
BACKEND = SETTINGS["KERAS_BACKEND"]
HINT = "pip install '.[keras]' in Glassnet's folder"


def import_keras(wanted: str = BACKEND) -> ModuleType:
    """Return the module `keras`, on TensorFlow's CPU kernels unless another backend is `wanted`.

    Raises
    ------
    RuntimeError
        If Keras was imported before with another backend: it cannot be changed any more.
    ImportError
        If Keras or TensorFlow is not installed.
    """
    loaded = sys.modules.get("keras")
    if loaded is not None:
        backend = loaded.config.backend()
        if backend != wanted:
            raise RuntimeError(
                f"Expected Keras not to be imported yet, or with the backend {wanted!r}: a "
                f"process cannot change it. Received: keras.config.backend()={backend!r}"
            )
        return loaded

    os.environ.update({**SETTINGS, "KERAS_BACKEND": wanted})
    try:
        with quiet_stderr(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import keras
            import tensorflow
    except ModuleNotFoundError as error:
        message = f"Expected Keras and TensorFlow ({error.name} is missing): {HINT}."
        raise ImportError(message, name=error.name) from error
    # Forty small models in one process are what it warns of as "retracing".
    tensorflow.get_logger().setLevel("ERROR")
    return keras


def keras_for_command(console: Console) -> ModuleType | None:
    """Import Keras for a command line; if that fails say why on `console` and return None."""
    try:
        with console.status("importing TensorFlow and Keras"):
            return import_keras()
    except (ImportError, RuntimeError) as error:
        console.print(str(error), markup=False)
        return None


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Hold back what is written to file descriptor 2, and show it only if the block fails.

    TensorFlow's C++ side writes its first lines there before its log level counts.
    """
    try:
        kept = os.dup(2)
    except OSError:  # no standard error at all
        yield
        return
    with tempfile.TemporaryFile() as held:
        sys.stderr.flush()
        os.dup2(held.fileno(), 2)
        failed = True
        try:
            yield
            failed = False
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)
            if failed:
                held.seek(0)
                os.write(2, held.read())


@contextmanager
def tutorial_wording() -> Iterator[None]:
    """Silence one warning: Keras 3 would rather have `Input` than `Dense(…, input_shape=…)`.

    The tutorials were written for Keras 2 and keep their wording.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Do not pass an `input_shape`/`input_dim`")
        yield
