"""Wrong arguments of utils, config, initializers, callbacks and files."""

import numpy as np
import pytest

import engine as keras

to_categorical = keras.utils.to_categorical

TABLE = {
    "x of to_categorical, texts": (
        lambda s: to_categorical(["a", "b"]), TypeError, "numbers in x", "'a'",
    ),
    "x of to_categorical, None": (lambda s: to_categorical(None), TypeError, "array", "NoneType"),
    "x of to_categorical, fractions": (
        lambda s: to_categorical([0.0, 1.5]), ValueError, "class numbers", "1.5",
    ),
    "x of to_categorical, negative": (
        lambda s: to_categorical([0, -1]), ValueError, "class numbers", "with -1",
    ),
    "x of to_categorical, NaN": (
        lambda s: to_categorical([0.0, np.nan]), ValueError, "class numbers", "nan",
    ),
    "x of to_categorical, infinity": (
        lambda s: to_categorical([0.0, np.inf]), ValueError, "class numbers", "inf",
    ),
    "x of to_categorical, enormous": (
        lambda s: to_categorical([0, 10**12]), ValueError, "class numbers", "1e+12",
    ),
    "x of to_categorical, empty": (lambda s: to_categorical([]), ValueError, "x.shape=(0,)"),
    "x of to_categorical, ragged": (
        lambda s: to_categorical([[1], [1, 2]]), ValueError, "equally long", "[[1], [1, 2]]",
    ),
    "num_classes too small": (lambda s: to_categorical([3], 3), ValueError, "=3", "with 3"),
    "num_classes 0": (lambda s: to_categorical([0], 0), ValueError, "≥ 1", "=0"),
    "num_classes text": (lambda s: to_categorical([0], "3"), TypeError, "≥ 1", "='3'"),
    "num_classes fraction": (lambda s: to_categorical([0], 2.0), TypeError, "≥ 1", "=2.0"),
    "num_classes True": (lambda s: to_categorical([0], True), TypeError, "≥ 1", "=True"),
    "seed negative": (lambda s: keras.utils.set_random_seed(-1), ValueError, "seed", "=-1"),
    "seed too large": (lambda s: keras.utils.set_random_seed(2**32), ValueError, "=4294967296"),
    "seed text": (lambda s: keras.utils.set_random_seed("1"), TypeError, "integer", "='1'"),
    "seed None": (lambda s: keras.utils.set_random_seed(None), TypeError, "integer", "=None"),
    "seed fraction": (lambda s: keras.utils.set_random_seed(1.0), TypeError, "integer", "=1.0"),
    "seed True": (lambda s: keras.utils.set_random_seed(True), TypeError, "integer", "=True"),
    "value of set_floatx": (
        lambda s: keras.config.set_floatx("float16"), ValueError, '"float64"', "='float16'",
    ),
    "value of set_floatx, type": (
        lambda s: keras.config.set_floatx(np.float64), TypeError, '"float64"', "float64",
    ),
    "model of plot_model": (lambda s: keras.utils.plot_model("m"), TypeError, "a model", "'m'"),
    "model of plot_model, unbuilt": (
        lambda s: keras.utils.plot_model(s.unbuilt, s.folder / "m.png"),
        ValueError, "built", "'unbuilt'",
    ),
    "to_file number": (lambda s: keras.utils.plot_model(s.plain, 5), TypeError, "a path", "=5"),
    "to_file suffix": (
        lambda s: keras.utils.plot_model(s.plain, "m.bmp"), ValueError, ".svg", "m.bmp",
    ),
    "rankdir": (
        lambda s: keras.utils.plot_model(s.plain, s.folder / "m.png", rankdir="XY"),
        ValueError, '"TB" or "LR"', "'XY'",
    ),
    "initializer misspelt": (
        lambda s: keras.initializers.get(3), TypeError, "a name", "=3",
    ),
    "stddev negative": (
        lambda s: keras.initializers.RandomNormal(stddev="wide")((2, 2)), TypeError, "'wide'",
    ),
    "patience negative": (
        lambda s: keras.callbacks.EarlyStopping(patience=-1), ValueError, "≥ 0", "=-1",
    ),
    "patience text": (
        lambda s: keras.callbacks.EarlyStopping(patience="3"), TypeError, "≥ 0", "='3'",
    ),
    "mode": (
        lambda s: keras.callbacks.EarlyStopping(mode="least"), ValueError, "'min'", "='least'",
    ),
    "min_delta": (
        lambda s: keras.callbacks.EarlyStopping(min_delta=np.nan), ValueError, "number", "=nan",
    ),
    "monitor": (lambda s: keras.callbacks.EarlyStopping(monitor=1), TypeError, "name", "=1"),
    "restore_best_weights": (
        lambda s: keras.callbacks.EarlyStopping(restore_best_weights=1), TypeError, "True", "=1",
    ),
    "filename": (lambda s: keras.callbacks.CSVLogger(5), TypeError, "path", "=5"),
    "separator": (lambda s: keras.callbacks.CSVLogger("a", "::"), ValueError, "one", "='::'"),
    "on_epoch_end": (
        lambda s: keras.callbacks.LambdaCallback(on_epoch_end=3), TypeError, "function", "=3",
    ),
    "filepath of save, suffix": (
        lambda s: s.binary.save(s.folder / "m.txt"), ValueError, ".keras", "m.txt",
    ),
    "filepath of save, number": (lambda s: s.binary.save(5), TypeError, "path", "=5"),
    "filepath of save, None": (lambda s: s.binary.save(None), TypeError, "path", "=None"),
    "overwrite": (
        lambda s: s.binary.save(s.folder / "m.keras", overwrite="no"), TypeError, "True", "'no'",
    ),
    "filepath of load, number": (lambda s: keras.models.load_model(5), TypeError, "path", "=5"),
    "filepath of load, suffix": (
        lambda s: keras.models.load_model("m.pkl"), ValueError, ".keras", "m.pkl",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_is_refused(name, refuses, capsys):
    call, kind, *words = TABLE[name]
    refuses(call, kind, name.split()[0].strip(","), *words, draws=name.startswith("stddev"))


def test_a_file_that_is_not_there_and_one_that_must_not_be_replaced(scene):
    with pytest.raises(FileNotFoundError, match="Expected an existing file. Received: filepath="):
        keras.models.load_model(scene.folder / "nothing.keras")
    scene.binary.save(scene.folder / "m.keras")
    with pytest.raises(FileExistsError, match="overwrite=False. Received: filepath="):
        scene.binary.save(scene.folder / "m.keras", overwrite=False)


def test_a_file_that_is_no_model(scene):
    path = scene.folder / "m.keras"
    path.write_bytes(b"something else")
    with pytest.raises(ValueError, match=r"m\.keras.*Received"):
        keras.models.load_model(path)
