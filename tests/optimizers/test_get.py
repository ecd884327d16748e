"""Optimizers by name and by dictionary."""

import pytest

from engine import optimizers


@pytest.mark.parametrize("name", ["adam", "Adam", "ADAM"])
def test_the_case_of_a_name_does_not_matter(name):
    assert type(optimizers.get(name)) is optimizers.Adam
    config = {"class_name": name, "config": {"learning_rate": 0.5}}
    assert optimizers.get(config).learning_rate == 0.5
    assert config["class_name"] == name


@pytest.mark.keras
@pytest.mark.parametrize("name", ["adam", "SGD", "sGd"])
def test_as_in_keras(keras, name):
    config = {"class_name": name, "config": {"learning_rate": 0.25}}
    ours, theirs = optimizers.get(dict(config)), keras.optimizers.get(dict(config))
    assert type(ours).__name__ == type(theirs).__name__
    assert ours.learning_rate == float(theirs.learning_rate)
