"""A file that Keras 3.15.1 wrote, read where there may be no Keras."""

import json
from pathlib import Path

import numpy as np
import pytest

from engine.saving import load_model, save_model

HERE = Path(__file__).parent / "recorded"


@pytest.fixture
def recorded():
    return json.loads((HERE / "penguins.json").read_text())


def test_the_predictions_are_those_of_keras(recorded):
    model = load_model(HERE / "penguins.keras")
    received = model.predict(np.array(recorded["x"], "float32"), verbose=0)
    np.testing.assert_allclose(received, recorded["predictions"], rtol=0, atol=1e-6)


def test_training_goes_on_as_in_keras(recorded):
    """Without m, v, v̂, the step count and the rate of the file it would end elsewhere."""
    model = load_model(HERE / "penguins.keras")
    assert model.optimizer.iterations == 6
    x, y = (np.array(recorded[name], "float32") for name in "xy")
    fit = {"epochs": 2, "batch_size": 8, "shuffle": False, "verbose": 0}
    model.fit(x, y, **fit)
    expected = recorded["weights after two more epochs"]
    for received, weight in zip(model.get_weights(), expected, strict=True):
        np.testing.assert_allclose(received, weight, rtol=0, atol=2e-7)

    fresh = load_model(HERE / "penguins.keras")
    fresh.optimizer.iterations = 0
    fresh.fit(x, y, **fit)
    assert np.abs(fresh.get_weights()[0] - expected[0]).max() > 1e-4


def test_saved_again_it_has_the_same_config(kit, tmp_path):
    save_model(load_model(HERE / "penguins.keras"), tmp_path / "again.keras")
    expected, received = (
        kit.config_of(path) for path in (HERE / "penguins.keras", tmp_path / "again.keras")
    )
    assert str(received) == str(expected)
