import os
import subprocess
import sys

import numpy as np
import pytest

from engine.layers import Dense, Input
from engine.models import Sequential
from engine.optimizers import SGD, Adam
from engine.saving import load_model, save_model

OPTIMIZERS = {
    "sgd": lambda: SGD(0.1),
    "momentum": lambda: SGD(0.1, momentum=0.9),
    "nesterov": lambda: SGD(0.1, momentum=0.9, nesterov=True),
    "adam": lambda: Adam(0.003),
    "amsgrad": lambda: Adam(amsgrad=True, beta_1=0.8, epsilon=1e-5, name="mine"),
}


def same_weights(one, other):
    return len(one.weights) == len(other.weights) and all(
        a.dtype == b.dtype and a.tobytes() == b.tobytes()
        for a, b in zip(one.get_weights(), other.get_weights(), strict=True)
    )


def test_a_network_comes_back_with_the_same_bits(kit, network, tmp_path):
    model = kit.make(network)
    x, _ = kit.data_for(model)
    save_model(model, tmp_path / "m.keras")
    loaded = load_model(tmp_path / "m.keras")
    assert type(loaded) is type(model)
    assert same_weights(loaded, model)
    assert loaded.optimizer is None
    assert loaded.get_config() == model.get_config()
    assert loaded.predict(x, verbose=0).tobytes() == model.predict(x, verbose=0).tobytes()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_training_goes_on_where_it_stopped(kit, network, optimizer, tmp_path):
    model = kit.make(network)
    model.compile(OPTIMIZERS[optimizer](), kit.loss_for(model), metrics=["accuracy"])
    x, y = kit.data_for(model)
    model.fit(x, y, epochs=2, batch_size=7, shuffle=False, verbose=0)
    save_model(model, tmp_path / "m.keras")
    loaded = load_model(tmp_path / "m.keras")
    assert loaded.optimizer.iterations == model.optimizer.iterations == 8
    assert loaded.optimizer.get_config() == model.optimizer.get_config()
    assert [s.tobytes() for s in loaded.optimizer.slots] == [
        s.tobytes() for s in model.optimizer.slots
    ]
    before = model.get_weights()
    for each in (model, loaded):
        each.fit(x, y, epochs=2, batch_size=7, shuffle=False, verbose=0)
    assert same_weights(loaded, model)
    assert not np.array_equal(before[0], model.get_weights()[0])


def test_a_learning_rate_set_during_training_is_kept(trained, tmp_path):
    trained.optimizer.learning_rate = 0.125
    save_model(trained, tmp_path / "m.keras")
    assert load_model(tmp_path / "m.keras").optimizer.learning_rate == 0.125


def test_compiled_but_untrained(kit, tmp_path):
    model = kit.make("sherlock")
    model.compile(Adam(), "mse", metrics=["accuracy", "mse"])
    save_model(model, tmp_path / "m.keras")
    loaded = load_model(tmp_path / "m.keras")
    assert loaded.optimizer.iterations == 0
    assert loaded.metrics_names == model.metrics_names
    x, y = kit.data_for(model)
    for each in (model, loaded):
        each.fit(x, y, verbose=0, shuffle=False)
    assert same_weights(loaded, model)


def test_without_compiling(saved, trained):
    loaded = load_model(saved, compile=False)
    assert loaded.optimizer is None
    assert same_weights(loaded, trained)


def test_float64(tmp_path):
    model = Sequential([Input((3,), dtype="float64"), Dense(2, dtype="float64")])
    model.compile(Adam(0.1), "mse")
    # a fit would compile the kernels for float64, half a minute
    model.optimizer.build(model.weights)
    for number, slot in enumerate(model.optimizer.slots):
        slot[: model.count_params()] = np.arange(model.count_params()) + number / 3
    save_model(model, tmp_path / "m.keras")
    loaded = load_model(tmp_path / "m.keras")
    assert same_weights(loaded, model)
    assert loaded.weights[0].dtype == "float64"
    assert loaded.optimizer.learning_rate == 0.1
    for ours, slot in zip(model.optimizer.slots, loaded.optimizer.slots, strict=True):
        assert slot.dtype == "float64"
        assert slot.tobytes() == ours.tobytes()


def test_an_unbuilt_model_is_saved_with_a_warning(kit, tmp_path):
    model = Sequential([Dense(3)])
    with pytest.warns(UserWarning, match="saved without weights"):
        save_model(model, tmp_path / "m.keras")
    loaded = load_model(tmp_path / "m.keras")
    assert not loaded.built
    assert loaded.layers[0].units == 3


def test_an_unbuilt_model_that_was_compiled(tmp_path):
    model = Sequential([Dense(3)])
    model.compile(Adam(0.5), "mse")
    with pytest.warns(UserWarning, match="saved without weights"):
        save_model(model, tmp_path / "m.keras")
    assert load_model(tmp_path / "m.keras").optimizer.learning_rate == 0.5


def test_model_save_is_the_same(kit, tmp_path):
    model = kit.make("sherlock")
    model.save(tmp_path / "one.keras")
    save_model(model, tmp_path / "two.keras")
    one, two = kit.members(tmp_path / "one.keras"), kit.members(tmp_path / "two.keras")
    assert {**one, "metadata.json": b""} == {**two, "metadata.json": b""}


def test_overwrite(kit, saved, trained):
    before = saved.read_bytes()
    with pytest.raises(FileExistsError, match="overwrite=False.*sound.keras"):
        save_model(trained, saved, overwrite=False)
    assert saved.read_bytes() == before
    save_model(kit.make("sherlock"), saved)
    assert load_model(saved).count_params() == 5


def test_a_new_file_with_overwrite_false(trained, tmp_path):
    save_model(trained, tmp_path / "new.keras", overwrite=False)
    assert load_model(tmp_path / "new.keras").count_params() == 83


def test_a_failed_save_leaves_the_old_file_and_nothing_else(trained, saved, monkeypatch):
    before = saved.read_bytes()

    def fail(*_):
        raise OSError("no space left")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="no space"):
        save_model(trained, saved)
    assert saved.read_bytes() == before
    assert os.listdir(saved.parent) == [saved.name]


def test_a_link_keeps_pointing_to_the_file_that_is_replaced(trained, saved, tmp_path):
    link = tmp_path / "link.keras"
    link.symlink_to(saved)
    trained.optimizer.learning_rate = 0.25
    save_model(trained, link)
    assert link.is_symlink()
    assert load_model(saved).optimizer.learning_rate == 0.25


@pytest.mark.parametrize(
    ("filepath", "error", "words"),
    [
        ("m.zip", ValueError, r"ends in \.keras or \.h5 or \.hdf5.*m\.zip"),
        ("m", ValueError, r"ends in \.keras"),
        (".keras/m.zip", ValueError, r"ends in \.keras"),
        (None, TypeError, "to be a path"),
        (3, TypeError, "to be a path"),
        (b"m.keras", TypeError, "to be a path"),
        ("nowhere/m.keras", FileNotFoundError, "nowhere"),
    ],
)
def test_names_of_files(trained, tmp_path, monkeypatch, filepath, error, words):
    monkeypatch.chdir(tmp_path)
    for call in (lambda: save_model(trained, filepath), lambda: load_model(filepath)):
        with pytest.raises(error, match=words):
            call()
    assert os.listdir(tmp_path) == []


def test_a_folder_is_no_file(trained, tmp_path):
    (tmp_path / "m.keras").mkdir()
    with pytest.raises(IsADirectoryError, match="folder"):
        save_model(trained, tmp_path / "m.keras")
    with pytest.raises(FileNotFoundError, match="existing file"):
        load_model(tmp_path / "m.keras")


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"custom_objects": {"Dense": Dense}}, ValueError, "no custom_objects"),
        ({"compile": None}, TypeError, "compile to be True or False"),
        ({"safe_mode": 1}, TypeError, "safe_mode to be True or False"),
    ],
)
def test_options(saved, options, error, words):
    with pytest.raises(error, match=words):
        load_model(saved, **options)
    with pytest.raises(TypeError, match="overwrite to be True or False"):
        save_model(load_model(saved, custom_objects={}, safe_mode=False), saved, overwrite="no")


def test_a_class_of_your_own_is_not_saved(kit, tmp_path):
    class Mine(Sequential):
        pass

    class Wide(Dense):
        pass

    for model in (Mine([Input((2,)), Dense(1)]), Sequential([Input((2,)), Wide(1)])):
        with pytest.raises(ValueError, match="Mine|Wide"):
            save_model(model, tmp_path / "m.keras")
    assert os.listdir(tmp_path) == []


def test_neither_keras_nor_tensorflow_is_imported(saved):
    code = (
        "import sys; from engine.saving import load_model, save_model; "
        "save_model(load_model(sys.argv[1]), sys.argv[1]); "
        "print({'keras', 'tensorflow'} & set(sys.modules))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(saved)], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "set()"


def test_without_h5py_it_says_what_to_install(trained, saved, monkeypatch):
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(ImportError, match=r"pip install '\.\[files\]'"):
        save_model(trained, saved)
    assert same_weights(load_model(saved), trained)  # reading needs none
