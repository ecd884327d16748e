"""fit beside itself: what must not change the numbers does not."""

import subprocess
import sys
import textwrap

import numpy as np
import pytest

import engine
from engine.models import run
from tests.tolerances import assert_same_bits

ROWS, BATCH, EPOCHS = 101, 8, 4


def data(rows=ROWS):
    rng = np.random.default_rng(6)
    x = rng.normal(size=(rows, 5)).astype("float32")
    return x, (x.sum(axis=1) + rng.normal(size=rows) > 0).astype("float32")


def make_model(seed=42, **options):
    if seed is not None:
        engine.utils.set_random_seed(seed)
    dense = engine.layers.Dense
    model = engine.Sequential(
        [engine.Input((5,)), dense(6, activation="relu"), dense(1, activation="sigmoid")]
    )
    settings = {"optimizer": "adam", "loss": "binary_crossentropy", "metrics": ["accuracy"]}
    model.compile(**{**settings, **options})
    return model


def trained(**arguments):
    """The weights and the History of a fit."""
    model = make_model()
    x, y = data()
    settings = {"batch_size": BATCH, "epochs": EPOCHS, "verbose": 0}
    settings["validation_data"] = data(31)
    history = model.fit(x, y, **{**settings, **arguments})
    return model.get_weights(), history.history


def assert_same_training(first, second):
    assert list(first[1]) == list(second[1])
    for a, b in zip(first[0], second[0], strict=True):
        assert_same_bits(a, b)
    for name in first[1]:
        assert_same_bits(np.array(first[1][name]), np.array(second[1][name]), name)


@pytest.fixture(scope="module")
def quiet():
    return trained()


def test_twice_the_same(quiet):
    assert_same_training(trained(), quiet)


@pytest.mark.parametrize("verbose", [1, 2, "auto"])
def test_verbose(quiet, verbose, capsys):
    assert_same_training(trained(verbose=verbose), quiet)
    assert "Epoch 4/4" in capsys.readouterr().out


@pytest.mark.parametrize("most", [1, 2, 7])
def test_slices_of_few_batches(quiet, most, monkeypatch):
    monkeypatch.setattr(run, "MOST_BATCHES", most)
    calls = []
    original = run.Run._call
    monkeypatch.setattr(
        run.Run, "_call", lambda self, batches: (calls.append(batches), original(self, batches))
    )
    assert_same_training(trained(), quiet)
    assert max(calls) <= most and len(calls) >= EPOCHS * (13 + 4) / most - 1


def test_short_slices(quiet, monkeypatch):
    monkeypatch.setattr(run, "SLICE_SECONDS", 1e-9)
    assert_same_training(trained(), quiet)


class Watching(engine.callbacks.Callback):
    """Callbacks with hooks for every batch."""

    def __init__(self):
        super().__init__()
        self.batches, self.tests, self.losses = [], 0, []

    def on_train_batch_begin(self, batch, logs=None):
        self.batches.append(batch)

    def on_train_batch_end(self, batch, logs=None):
        self.losses.append(logs["loss"])

    def on_test_batch_end(self, batch, logs=None):
        self.tests += 1


def test_batch_hooks(quiet):
    watching = Watching()
    result = trained(callbacks=[watching])
    assert_same_training(result, quiet)
    steps = -(-ROWS // BATCH)
    assert watching.batches == list(range(steps)) * EPOCHS
    assert watching.tests == EPOCHS * -(-31 // BATCH)
    # What the last batch of an epoch sees is what History says.
    assert watching.losses[steps - 1 :: steps] == quiet[1]["loss"]


def test_epoch_hooks(quiet):
    seen = []
    hook = engine.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: seen.append(logs["loss"])
    )
    assert_same_training(trained(callbacks=[hook]), quiet)
    assert seen == quiet[1]["loss"]


def test_epochs_in_two_fits(quiet):
    """Two epochs and two more, counted on: the same as four."""
    model = make_model()
    x, y = data()
    arguments = {"batch_size": BATCH, "verbose": 0, "validation_data": data(31)}
    first = model.fit(x, y, epochs=2, **arguments)
    second = model.fit(x, y, epochs=4, initial_epoch=2, **arguments)
    assert first.epoch == [0, 1] and second.epoch == [2, 3]
    joined = {k: first.history[k] + second.history[k] for k in first.history}
    assert_same_training((model.get_weights(), joined), quiet)


def test_batch_by_batch_is_a_fit():
    """train_on_batch over the epoch's order gives the weights of fit."""
    x, y = data()
    together, single = make_model(), make_model()
    together.fit(x, y, batch_size=BATCH, epochs=2, verbose=0)
    order = engine.random.epoch_order(ROWS, 42)
    for _ in range(2):
        for start in range(0, ROWS, BATCH):
            rows = order[start : start + BATCH]
            single.train_on_batch(x[rows], y[rows])
    for a, b in zip(together.get_weights(), single.get_weights(), strict=True):
        assert_same_bits(a, b)
    assert together.optimizer.iterations == single.optimizer.iterations == 26


def test_weights_of_one_change_nothing():
    x, y = data()
    results = []
    for arguments in ({}, {"sample_weight": np.ones(ROWS)}, {"class_weight": {0: 1.0, 1: 1.0}}):
        model = make_model()
        history = model.fit(x, y, batch_size=BATCH, epochs=2, verbose=0, **arguments)
        results.append((model.get_weights(), history.history))
    assert_same_training(results[1], results[0])
    assert_same_training(results[2], results[0])


def test_class_weight_is_sample_weight():
    x, y = data()
    results = []
    for arguments in (
        {"sample_weight": np.where(y == 1, 2.5, 0.5)},
        {"class_weight": {0: 0.5, 1: 2.5}},
    ):
        model = make_model()
        history = model.fit(x, y, batch_size=BATCH, epochs=2, verbose=0, **arguments)
        results.append((model.get_weights(), history.history))
    assert_same_training(*results)
    assert abs(results[0][0][0] - trained(epochs=2)[0][0]).max() > 1e-4


def test_evaluate_is_the_validation(quiet):
    """val_loss of the last epoch is what evaluate says afterwards."""
    model = make_model()
    history = model.fit(
        *data(), batch_size=BATCH, epochs=EPOCHS, verbose=0, validation_data=data(31)
    ).history
    loss, accuracy = model.evaluate(*data(31), batch_size=BATCH, verbose=0)
    assert (loss, accuracy) == (history["val_loss"][-1], history["val_accuracy"][-1])


def test_predictions_do_not_depend_on_the_batch():
    model = make_model()
    x = data(301)[0]
    alone = np.concatenate([model.predict(row[np.newaxis], verbose=0) for row in x[:20]])
    for size in (2, 7, 32, 1000):
        values = model.predict(x, batch_size=size, verbose=0)
        assert values.shape == (301, 1) and values.dtype == np.float32
        assert np.abs(values[:20] - alone).max() < 1e-6
    assert_same_bits(model.predict(x, verbose=0), model.predict(x, batch_size=32, verbose=0))


def test_stop_training(quiet):
    class Stop(engine.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = epoch == 1

    weights, history = trained(callbacks=[Stop()])
    assert history["loss"] == quiet[1]["loss"][:2]
    expected = trained(epochs=2)
    assert_same_training((weights, history), expected)


def test_without_a_seed_every_epoch_has_its_own_order():
    """In a fresh process, where no seed was set."""
    code = """
    import numpy as np, engine
    x = np.arange(64, dtype="float32").reshape(-1, 1) / 64
    seen = []
    from engine.models.run import Run
    reorder = Run.reorder
    Run.reorder = lambda self, order: (seen.append(np.array(order)), reorder(self, order))
    model = engine.Sequential([engine.Input((1,)), engine.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(x, x, epochs=3, batch_size=8, verbose=0)
    assert len(seen) == 3
    assert all(np.array_equal(np.sort(o), np.arange(64)) for o in seen)
    assert len({o.tobytes() for o in seen}) == 3
    seen.clear()
    engine.utils.set_random_seed(1)
    model.fit(x, x, epochs=3, batch_size=8, verbose=0)
    assert len({o.tobytes() for o in seen}) == 1
    seen.clear()
    model.fit(x, x, epochs=3, batch_size=8, verbose=0, shuffle=False)
    assert not seen
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True)


def test_import_is_light():
    """The engine needs none of the big libraries, and training does not either."""
    code = """
    import sys
    import engine
    import numpy as np
    model = engine.Sequential([engine.Input((2,)), engine.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.zeros((4, 2)), np.zeros(4), verbose=0)
    heavy = {"tensorflow", "keras", "pandas", "matplotlib", "sklearn", "seaborn", "h5py"}
    found = heavy & set(sys.modules)
    assert not found, found
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True)


INTERRUPTED = """
import os, signal, sys, threading, time
import numpy as np
import engine

rng = np.random.default_rng(0)
x, y = rng.normal(size=(5000, 5)).astype("float32"), rng.integers(0, 2, 5000).astype("float32")


def make():
    engine.utils.set_random_seed(3)
    dense = engine.layers.Dense
    model = engine.Sequential(
        [engine.Input((5,)), dense(8, activation="relu"), dense(1, activation="sigmoid")]
    )
    model.compile("adam", "binary_crossentropy")
    return model


signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started the tests may ignore it
make().fit(x[:10], y[:10], verbose=0)  # compiled, or fetched from the cache
sent = []


def interrupt():
    time.sleep(0.4)
    sent.append(time.perf_counter())
    os.kill(os.getpid(), signal.SIGINT)


model = make()
threading.Thread(target=interrupt).start()
try:
    model.fit(x, y, batch_size=3, epochs=1_000_000, verbose=VERBOSE)
except KeyboardInterrupt:
    late = time.perf_counter() - sent[0]
else:
    sys.exit("not interrupted")
assert late < 1.0, late

# The weights are those after a whole number of batches: go there again, without an interruption.
steps = model.optimizer.iterations
assert steps > 100, steps
per_epoch = -(-5000 // 3)
again = make()
if steps // per_epoch:
    again.fit(x, y, batch_size=3, epochs=steps // per_epoch, verbose=0)
order = engine.random.epoch_order(5000, 3)
for start in range(0, 3 * (steps % per_epoch), 3):
    rows = order[start : start + 3]
    again.train_on_batch(x[rows], y[rows])
assert again.optimizer.iterations == steps
for a, b in zip(model.get_weights(), again.get_weights()):
    assert a.tobytes() == b.tobytes()
epochs = len(model.history.history.get("loss", []))
assert epochs in (steps // per_epoch, steps // per_epoch - 1), (epochs, steps)

# And training goes on from there.
model.fit(x, y, batch_size=3, epochs=1, verbose=0)
"""


@pytest.mark.parametrize("verbose", [0, 1])
def test_interrupted(verbose):
    """Ctrl-C is heard within a slice, and leaves the model as after its last whole batch."""
    code = INTERRUPTED.replace("VERBOSE", str(verbose))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
