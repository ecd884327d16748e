import os

import numpy as np
import pytest

from engine.layers import Dense
from engine.models import Sequential
from engine.optimizers import SGD, Adam
from engine.saving import load_weights, save_model, save_weights


def bits(model):
    return [w.tobytes() for w in model.get_weights()]


def test_weights_come_back(kit, network, tmp_path):
    model, other = kit.make(network), kit.make(network)
    model.set_weights([w + 0.5 for w in model.get_weights()])
    assert bits(other) != bits(model)
    save_weights(model, tmp_path / "m.weights.h5")
    load_weights(other, tmp_path / "m.weights.h5")
    assert bits(other) == bits(model)


def test_the_optimizer_comes_too(kit, trained, tmp_path):
    save_weights(trained, tmp_path / "m.weights.h5")
    other = kit.make("penguins")
    other.compile("adam", "categorical_crossentropy")
    load_weights(other, tmp_path / "m.weights.h5")
    assert other.optimizer.iterations == trained.optimizer.iterations > 0
    for a, b in zip(other.optimizer.slots, trained.optimizer.slots, strict=True):
        assert a.tobytes() == b.tobytes()


def test_weights_out_of_a_model_file(kit, trained, saved):
    other = kit.make("penguins")
    load_weights(other, saved)
    assert bits(other) == bits(trained)


def test_an_optimizer_is_left_alone_if_the_file_has_none(kit, trained, tmp_path):
    save_weights(kit.make("penguins"), tmp_path / "m.weights.h5")
    steps = trained.optimizer.iterations
    load_weights(trained, tmp_path / "m.weights.h5")
    assert trained.optimizer.iterations == steps > 0


def test_all_or_nothing(kit, trained, tmp_path):
    save_weights(trained, tmp_path / "m.weights.h5")
    other = kit.make("penguins")
    other.compile(SGD(0.1, momentum=0.5), "categorical_crossentropy")
    before = bits(other)
    with pytest.raises(ValueError, match=r"m\.weights\.h5.*optimizer/vars"):
        load_weights(other, tmp_path / "m.weights.h5")
    assert bits(other) == before


def test_another_network(kit, trained, tmp_path):
    save_weights(trained, tmp_path / "m.weights.h5")
    with pytest.raises(ValueError, match=r"m\.weights\.h5"):
        load_weights(kit.make("sherlock"), tmp_path / "m.weights.h5")


def test_a_model_that_is_not_built(saved, tmp_path):
    model = Sequential([Dense(2)])
    with pytest.raises(ValueError, match="Expected a built model"):
        save_weights(model, tmp_path / "m.weights.h5")
    with pytest.raises(ValueError, match="Expected a built model"):
        load_weights(model, saved)


def test_names_of_files(kit, trained, saved, tmp_path):
    with pytest.raises(ValueError, match=r"ends in \.weights\.h5"):
        save_weights(trained, tmp_path / "m.keras")
    with pytest.raises(ValueError, match=r"\.weights\.h5 or \.keras or \.h5"):
        load_weights(trained, tmp_path / "m.npz")
    save_weights(trained, tmp_path / "m.weights.h5")
    with pytest.raises(FileExistsError, match="overwrite=False"):
        save_weights(trained, tmp_path / "m.weights.h5", overwrite=False)
    assert sorted(os.listdir(tmp_path)) == ["m.weights.h5", saved.name]


def test_the_same_model_gives_the_same_bytes(kit, tmp_path):
    model = kit.make("sonar")
    model.compile(Adam(), "mse")
    for name in ("one.weights.h5", "two.weights.h5"):
        save_weights(model, tmp_path / name)
    assert (tmp_path / "one.weights.h5").read_bytes() == (tmp_path / "two.weights.h5").read_bytes()


def test_a_failure_while_reading_changes_nothing(trained, tmp_path):
    before = bits(trained)
    save_model(trained, tmp_path / "m.keras")
    whole = (tmp_path / "m.keras").read_bytes()
    (tmp_path / "m.keras").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match=r"m\.keras.*undamaged zip"):
        load_weights(trained, tmp_path / "m.keras")
    assert bits(trained) == before
    assert np.isfinite(trained.get_weights()[0]).all()
