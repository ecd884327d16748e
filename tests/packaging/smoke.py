"""Run in a clean environment: everything here needs the wheel, numpy and numba, and nothing else.

Prints what came out as JSON; `test_smoke.py` judges it.
"""

import hashlib
import importlib.util
import json
import sys
from importlib.metadata import version
from importlib.resources import files

import numpy as np

ABSENT = ("h5py", "pandas", "sklearn", "matplotlib", "scipy", "rich", "tensorflow", "keras")
ABSENT += ("onnx", "benchmarks", "tests")


def rows(count):
    """Two classes, computed without a random generator."""
    i = np.arange(count)
    x = np.stack([(i * k % 97) / 48.5 - 1.0 for k in (31, 53, 71, 89)], axis=1).astype("float32")
    return x, (x[:, 0] * x[:, 1] + x[:, 2] > 0).astype("float32")


def trained(keras):
    """A network of a tutorial's kind after four epochs, and its losses."""
    x, y = rows(400)
    keras.utils.set_random_seed(42)
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(8, activation="relu"),
            keras.layers.Dense(8, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, epochs=4, batch_size=10, verbose=0, validation_split=0.25)
    return model, history.history


def fingerprint(model):
    """The bits of all weights."""
    return hashlib.sha256(b"".join(w.tobytes() for w in model.get_weights())).hexdigest()


def refused(function):
    """The message of the ImportError that must come."""
    try:
        function()
    except ImportError as error:
        return str(error)
    return None


def main(weights):
    """Import, train, save, load, draw, ask for data: what a new user tries first."""
    import engine

    found = {name: importlib.util.find_spec(name) is not None for name in ABSENT}
    model, history = trained(engine)
    again, _ = trained(engine)
    again.load_weights(weights)
    page = files("engine.study.page")
    print(
        json.dumps(
            {
                "file": engine.__file__,
                "versions": [engine.__version__, version("glassnet")],
                "found": [name for name, there in found.items() if there],
                "bits": fingerprint(model),
                "history": history,
                "loaded": fingerprint(again),
                "refused": {
                    "files": refused(lambda: model.save("model.keras")),
                    "data": refused(lambda: engine.wrappers),
                    "plot": refused(lambda: engine.pictures),
                    "datasets": refused(lambda: importlib.import_module("datasets")),
                    "study": refused(lambda: str(model.trace(*rows(2)))),
                    "export": refused(lambda: model.export("m.onnx", format="onnx")),
                },
                "page": [(page / f"page.{kind}").is_file() for kind in ("html", "css", "js")],
                "level": engine.arithmetic().level,
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1])
