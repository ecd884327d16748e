"""Files of a model whose layers were frozen or thawed after its optimizer was built.

Keras's optimizer keeps the slots that it was built with.  In a whole model's file these do not fit
the config, and Keras reads it with a fresh optimizer and a warning; so does the engine.
"""

import shutil

import numpy as np
import pytest

import engine
from engine import callbacks
from tests.parity.promise import assert_as_promised

X = np.random.default_rng(0).normal(size=(40, 5)).astype("float32")
Y = (X[:, 0] > 0).astype("float32")
LEFT_OUT = "ignore:The state of the optimizer:UserWarning"

OPTIMIZERS = {
    "adam": lambda k: k.optimizers.Adam(0.01),
    "amsgrad": lambda k: k.optimizers.Adam(0.01, amsgrad=True, use_ema=True),
    "rmsprop": lambda k: k.optimizers.RMSprop(0.01, centered=True, momentum=0.5),
    "momentum": lambda k: k.optimizers.SGD(
        k.optimizers.schedules.ExponentialDecay(0.1, 3, 0.9), momentum=0.9
    ),
    "sgd": lambda k: k.optimizers.SGD(0.1),
}


def network(k=engine, optimizer="adam", frozen=()):
    k.utils.set_random_seed(3)
    layers = [k.layers.Dense(4, "relu"), k.layers.Normalization(mean=0.1, variance=2.0)]
    layers += [k.layers.Dense(3, "tanh"), k.layers.Dense(1, "sigmoid")]
    model = k.Sequential([k.Input((5,)), *layers])
    for index in frozen:
        model.layers[index].trainable = False
    model.compile(OPTIMIZERS[optimizer](k), "binary_crossentropy")
    return model


def fit(model, epochs=1, **options):
    for k in {engine, __import__(type(model).__module__.split(".")[0])}:
        k.utils.set_random_seed(9)
    return model.fit(X, Y, epochs=epochs, verbose=0, **options)


def frozen_later(k=engine, optimizer="adam"):
    model = network(k, optimizer)
    fit(model)
    model.layers[0].trainable = False
    return model


def thawed_later(k=engine, optimizer="adam"):
    model = network(k, optimizer, frozen=[0])
    fit(model)
    model.layers[0].trainable = True
    return model


def same(a, b):
    return all(np.array_equal(p, q) for p, q in zip(a, b, strict=True))


def state(model):
    return [np.asarray(v) for v in model.optimizer.variables]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_whole_model_has_the_slots_of_what_is_trained(optimizer, suffix, tmp_path):
    """So training goes on with the same bits."""
    model = frozen_later(optimizer=optimizer)
    model.save(tmp_path / f"m{suffix}")
    again = engine.models.load_model(tmp_path / f"m{suffix}")
    assert again.optimizer.iterations == model.optimizer.iterations > 0
    fit(model)
    fit(again)
    assert same(again.get_weights(), model.get_weights())


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_all_layers_frozen(suffix, tmp_path):
    model = frozen_later()
    model.trainable = False
    model.save(tmp_path / f"m{suffix}")
    again = engine.models.load_model(tmp_path / f"m{suffix}")
    assert same(again.get_weights(), model.get_weights())
    assert again.optimizer.iterations == model.optimizer.iterations


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_thawed_model_begins_with_a_fresh_optimizer(suffix, tmp_path):
    model = thawed_later()
    model.save(tmp_path / f"m{suffix}")
    with pytest.warns(
        UserWarning, match="10 arrays in place of 14.*frozen or thawed after compile"
    ):
        again = engine.models.load_model(tmp_path / f"m{suffix}")
    assert same(again.get_weights(), model.get_weights())
    assert again.optimizer.iterations == 0
    fit(again)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("made", [frozen_later, thawed_later])
def test_weights_come_back_with_all_slots(made, optimizer, tmp_path):
    model = made(optimizer=optimizer)
    before, slots = model.get_weights(), state(model)
    model.save_weights(tmp_path / "m.weights.h5")
    model.layers[0].trainable = not model.layers[0].trainable
    fit(model)
    assert not same(model.get_weights(), before)
    model.load_weights(tmp_path / "m.weights.h5")
    assert same(model.get_weights(), before) and same(state(model), slots)


def test_weights_of_a_model_that_was_trained_as_a_whole(tmp_path):
    """What one does before fine-tuning: the optimizer stays as it is, with a warning."""
    model = network()
    fit(model)
    model.save_weights(tmp_path / "m.weights.h5")
    fine = network(frozen=[0])
    with pytest.warns(UserWarning, match="14 arrays in place of 10"):
        fine.load_weights(tmp_path / "m.weights.h5")
    assert same(fine.get_weights(), model.get_weights()) and fine.optimizer.iterations == 0
    fit(fine)


def test_a_backup_resumes_with_the_same_bits(tmp_path):
    class Power(callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 2:
                raise OSError("power")

    straight, broken, again = frozen_later(), frozen_later(), frozen_later()
    fit(straight, 5)
    backup = callbacks.BackupAndRestore(tmp_path / "b")
    with pytest.raises(OSError, match="power"):
        fit(broken, 5, callbacks=[backup, Power()])
    shutil.copytree(tmp_path / "b", tmp_path / "c")
    fit(again, 5, callbacks=[backup])
    assert again.history.epoch == [3, 4]
    assert same(again.get_weights(), straight.get_weights())
    assert same(state(again), state(straight))
    # A backup whose state does not fit is refused: without the state it would not be the same.
    other = network(frozen=[0])
    with pytest.raises(ValueError, match="a backup of this model's training"):
        fit(other, 5, callbacks=[callbacks.BackupAndRestore(tmp_path / "c")])


def broken_state(change):
    """A change of the group of the optimizer's arrays in a .weights.h5 file."""
    import h5py

    def apply(path):
        with h5py.File(path, "r+") as file:
            change(file["optimizer/vars"])

    return apply


@pytest.mark.parametrize(
    "change",
    [
        lambda group: group.pop("5"),  # a gap
        lambda group: group.pop("13"),  # m without v
        lambda group: group.create_dataset("14", data=0.0),
        lambda group: group.move("13", "x"),
        lambda group: [group.create_dataset(str(i), data=0.0) for i in range(14, 100)],
    ],
)
def test_other_numbers_of_arrays_are_refused(change, tmp_path):
    model = network()
    fit(model)
    model.save_weights(tmp_path / "m.weights.h5")
    broken_state(change)(tmp_path / "m.weights.h5")
    before = model.get_weights()
    with pytest.raises(engine.saving.RefusedFile, match="optimizer/vars"):
        model.load_weights(tmp_path / "m.weights.h5")
    assert same(model.get_weights(), before)


@pytest.mark.keras
@pytest.mark.filterwarnings(LEFT_OUT, "ignore:Skipping variable loading:UserWarning")
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize("optimizer", ["adam", "amsgrad", "sgd"])
@pytest.mark.parametrize("made", [frozen_later, thawed_later])
class TestKeras:
    """The same files on both sides, and the same training after them."""

    def test_whole_models_of_keras(self, made, optimizer, keras, tmp_path):
        theirs = made(keras, optimizer)
        theirs.save(tmp_path / "m.keras")
        both = [k.models.load_model(tmp_path / "m.keras") for k in (keras, engine)]
        for model in both:
            assert int(model.optimizer.iterations) == (2 if optimizer == "sgd" else 0)
            fit(model, 2)
        for ours, expected in zip(both[1].get_weights(), both[0].get_weights(), strict=True):
            assert_as_promised(ours, expected)

    def test_whole_models_of_the_engine(self, made, optimizer, keras, tmp_path):
        made(optimizer=optimizer).save(tmp_path / "m.keras")
        both = [k.models.load_model(tmp_path / "m.keras") for k in (keras, engine)]
        assert int(both[0].optimizer.iterations) == both[1].optimizer.iterations
        for model in both:
            fit(model, 2)
        for ours, expected in zip(both[1].get_weights(), both[0].get_weights(), strict=True):
            assert_as_promised(ours, expected)

    def test_weights_of_keras(self, made, optimizer, keras, tmp_path):
        theirs, ours = made(keras, optimizer), made(engine, optimizer)
        theirs.save_weights(tmp_path / "m.weights.h5")
        ours.load_weights(tmp_path / "m.weights.h5")
        found = [v.numpy() for v in theirs.optimizer.variables]
        assert same(state(ours), found) and same(ours.get_weights(), theirs.get_weights())

    def test_older_files_of_keras(self, made, optimizer, keras, tmp_path):
        theirs = made(keras, optimizer)
        theirs.save(tmp_path / "m.h5")
        ours = engine.models.load_model(tmp_path / "m.h5")
        assert same(ours.get_weights(), theirs.get_weights())
        fit(ours)
