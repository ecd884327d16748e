"""Random networks: trained in one engine, saved, trained on in the other, with the same bits.

ROUND_TRIPS=100 takes 100 networks through every kind of file in both directions, a quarter of an
hour; by itself 12 take one kind each.
"""

import os
import warnings
from contextlib import suppress

import numpy as np
import pytest

import engine
from engine.saving import load_model
from tests.parity.promise import assert_as_promised

pytestmark = [
    pytest.mark.keras,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Argument `input_shape`:UserWarning"),
]

COUNT = int(os.environ.get("ROUND_TRIPS", 12))
SUFFIXES = (".keras", ".weights.h5", ".h5")
FIT = {"epochs": 2, "shuffle": False, "verbose": 0}


def experiment_of(number):
    """A random network and training for which the same bits are promised, and no NaN occurs."""
    from keras_ref.fuzz.drawing import draw_experiment
    from keras_ref.fuzz.trial import promise

    rng = np.random.default_rng(1000 + number)
    while True:
        drawn = draw_experiment(rng)
        # Keras's files do not say how often a Dropout has drawn.
        drops = any(layer.get("class_name") == "Dropout" for layer in drawn.layers)
        if drops or drawn.data.get("scale", 1) <= 1e-6 or promise(drawn)[0] != "bits":
            continue
        with suppress(engine.models.NonFiniteError):  # of NaN there is nothing to compare
            rows, twice = drawn.rows(), {**FIT, "epochs": 2 * FIT["epochs"]}
            drawn.build(engine).fit(rows.x, rows.y, batch_size=drawn.batch_size, **twice)
            return drawn


def read_in_keras(keras, path, experiment):
    """The model in a file, as Keras reads it, with the optimizer's state."""
    if path.name.endswith(".keras"):
        return keras.models.load_model(path)
    if path.name.endswith(".weights.h5"):
        model = experiment.build(keras)
        model.optimizer.build(model.trainable_variables)
        model.load_weights(path)
        return model
    # Keras 3.15.1 cannot use the state in its own .h5 files: it builds the optimizer for no
    # weights at all.  The file has it, in the order of the optimizer's variables.
    from keras.src.legacy.saving.legacy_h5_format import load_optimizer_weights_from_hdf5_group

    h5py = pytest.importorskip("h5py")
    model = keras.models.load_model(path, compile=False)
    model.compile_from_config(experiment.build(keras).get_compile_config())
    model.optimizer.build(model.trainable_variables)
    with h5py.File(path) as file:
        state = [np.array(array) for array in load_optimizer_weights_from_hdf5_group(file)]
    for variable, array in zip(model.optimizer.variables, state, strict=True):
        variable.assign(array)
    return model


def read_in_engine(path, experiment):
    """The model in a file, as the engine reads it."""
    if not path.name.endswith(".weights.h5"):
        return load_model(path)
    model = experiment.build(engine)
    model.load_weights(path)
    return model


def write(model, path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        (model.save_weights if path.name.endswith(".weights.h5") else model.save)(path)


def bits(model):
    return [np.asarray(w).tobytes() for w in model.get_weights()]


@pytest.mark.slow
@pytest.mark.parametrize("number", range(COUNT))
def test_training_goes_on_in_the_other_engine(keras, number, tmp_path):
    experiment = experiment_of(number)
    rows = experiment.rows()
    fit = {**FIT, "batch_size": experiment.batch_size}
    for suffix in SUFFIXES if COUNT >= 100 else SUFFIXES[number % 3 :][:1]:
        ours, theirs = experiment.build(engine), experiment.build(keras)
        paths = {side: tmp_path / f"{side}{suffix}" for side in ("engine", "keras", "again")}
        for model, side in ((ours, "engine"), (theirs, "keras")):
            model.fit(rows.x, rows.y, **fit)
            write(model, paths[side])
        from_keras = read_in_engine(paths["keras"], experiment)
        from_engine = read_in_keras(keras, paths["engine"], experiment)
        itself = read_in_engine(paths["engine"], experiment)
        assert bits(from_keras) == bits(theirs) and bits(from_engine) == bits(ours) == bits(itself)
        before = bits(ours)
        learns = any(g.any() for g in engine.study.step(ours, rows.x, rows.y).gradients)
        for model in (ours, theirs, from_keras, from_engine, itself):
            model.fit(rows.x, rows.y, **fit)
        assert bits(ours) != before or not learns
        assert bits(from_keras) == bits(ours) == bits(itself)
        for one, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
            assert_as_promised(one, other, suffix)
        for one, other in zip(from_engine.get_weights(), theirs.get_weights(), strict=True):
            assert_as_promised(one, other, suffix)
        assert from_keras.optimizer.iterations == int(theirs.optimizer.iterations)
        write(from_keras, paths["again"])  # engine → file → engine keeps what Keras wrote
        assert bits(read_in_engine(paths["again"], experiment)) == bits(from_keras)
