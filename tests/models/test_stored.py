"""Training on rows that stay in files."""

import subprocess
import sys

import numpy as np
import pytest

import engine
from engine.layers import Dense, Flatten
from engine.models import Sequential, stored


def network(*shape, seed=3):
    engine.utils.set_random_seed(seed)
    layers = [Flatten()] if len(shape) > 1 else []
    model = Sequential([engine.Input(shape), *layers, Dense(5, "tanh"), Dense(1, "sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model


def on_disk(folder, **arrays):
    for name, values in arrays.items():
        np.save(folder / f"{name}.npy", values)
    return [np.load(folder / f"{name}.npy", mmap_mode="r") for name in arrays]


CASES = {
    "plain": {},
    "as they stand": {"shuffle": False},
    "split": {"validation_split": 0.3},
    "class weights": {"class_weight": {0: 0.5, 1: 2.0}},
    "no part left over": {"batch_size": 43},
    "larger batches than rows": {"batch_size": 500},
    "one by one": {"batch_size": 1, "epochs": 1},
}


@pytest.mark.parametrize("piece", [1, 1000, stored.PIECE_BYTES])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int8"])
@pytest.mark.parametrize("name", CASES)
def test_the_numbers_are_those_of_the_rows_in_memory(tmp_path, monkeypatch, name, dtype, piece):
    monkeypatch.setattr(stored, "PIECE_BYTES", piece)
    rng = np.random.default_rng(4)
    x, y = (rng.standard_normal((129, 2, 3)) * 3).astype(dtype), rng.integers(0, 2, 129)
    options = {"batch_size": 10, "epochs": 3, "verbose": 0, **CASES[name]}
    mapped, alone, model = on_disk(tmp_path, x=x, y=y), network(2, 3), network(2, 3)
    expected = alone.fit(x, y, **options).history
    assert model.fit(*mapped, **options).history == expected
    assert [w.tobytes() for w in model.get_weights()] == [w.tobytes() for w in alone.get_weights()]
    assert model.evaluate(*mapped, verbose=0) == alone.evaluate(x, y, verbose=0)
    told = model.predict(mapped[0], verbose=0, batch_size=10)
    assert told.tobytes() == alone.predict(x, verbose=0, batch_size=10).tobytes()


def test_steps_per_epoch_make_batches_of_rows_at_hand_and_in_files(tmp_path):
    rng = np.random.default_rng(4)
    x, y, weights = rng.normal(size=(40, 4)), rng.integers(0, 2, 40), rng.uniform(1, 2, 40)
    mapped = on_disk(tmp_path, x=x, y=y, weights=weights)
    models = [network(4), network(4)]
    told = [
        model.fit(*some[:2], sample_weight=some[2], steps_per_epoch=6, epochs=4, verbose=0).history
        for model, some in zip(models, ((x, y, weights), mapped), strict=True)
    ]
    assert told[0] == told[1]
    assert models[0].optimizer.iterations == 24  # 40 rows in batches of ⌈40 / 6⌉ = 7


def test_without_a_seed_each_epoch_has_another_order(tmp_path, monkeypatch):
    from engine.random import seeds

    monkeypatch.setattr(stored, "PIECE_BYTES", 1)
    x, y = on_disk(tmp_path, x=np.arange(24.0)[:, None], y=np.zeros(24))
    model = network(1)
    monkeypatch.setattr(seeds, "_global_seed", None)
    seen = []
    read = engine.callbacks.LambdaCallback(
        on_train_batch_begin=lambda batch, logs: seen.append(
            model._run.train.rows.x.reshape(-1).tolist()
        )
    )
    model.fit(x, y, batch_size=8, epochs=2, verbose=0, callbacks=[read])
    first, second = sum(seen[:3], []), sum(seen[3:], [])
    assert sorted(first) == sorted(second) == list(range(24))
    assert first != second != sorted(first)


@pytest.mark.parametrize("mapped", [False, True])
@pytest.mark.parametrize("seeded", [False, True])
def test_a_backup_brings_its_seed(tmp_path, monkeypatch, mapped, seeded):
    """The training that was interrupted had a seed, or none; whoever goes on has the other."""
    from engine.random import seeds

    class Die(engine.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise KeyboardInterrupt

    def set_seed(seed):
        engine.utils.set_random_seed(5)
        monkeypatch.setattr(seeds, "_global_seed", seed)

    rng = np.random.default_rng(4)
    rows = rng.normal(size=(40, 4)), rng.integers(0, 2, 40)
    data = on_disk(tmp_path, x=rows[0], y=rows[1]) if mapped else rows
    backup = engine.callbacks.BackupAndRestore(tmp_path / "backup")
    models = [network(4) for _ in range(3)]
    first, then = (5, None) if seeded else (None, 6)
    set_seed(first)
    models[0].fit(*data, epochs=4, verbose=0)
    set_seed(first)
    with pytest.raises(KeyboardInterrupt):
        models[1].fit(*data, epochs=4, verbose=0, callbacks=[backup, Die()])
    set_seed(then)
    models[2].fit(*data, epochs=4, verbose=0, callbacks=[backup])
    pairs = zip(models[2].get_weights(), models[0].get_weights(), strict=True)
    assert all(a.tobytes() == b.tobytes() for a, b in pairs)


def test_what_is_wrong_in_a_file_is_found_when_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(stored, "PIECE_BYTES", 1)
    values = np.ones((40, 4))
    values[33, 2] = np.nan
    x, y = on_disk(tmp_path, x=values, y=np.zeros(40))
    model = network(4)
    with pytest.raises(ValueError, match=r"finite numbers in x.*x\[0, 2\] = nan, in row 33"):
        model.fit(x, y, batch_size=8, shuffle=False, verbose=0)
    assert model.optimizer.iterations == 4
    with pytest.raises(ValueError, match=r"finite numbers in x.*x\[0, 2\] = nan, in row 33"):
        model.fit(x, y, batch_size=8, verbose=0)


SCRIPT = """
import sys, numpy as np, engine

def anonymous():
    for line in open("/proc/self/status"):
        if line.startswith("RssAnon"):
            return int(line.split()[1]) // 1024

engine.utils.set_random_seed(0)
model = engine.Sequential([engine.Input((256,)), engine.layers.Dense(1, "sigmoid")])
model.compile("sgd", "binary_crossentropy")
model.fit(np.zeros((64, 256)), np.zeros(64), verbose=0)  # what every training needs
model.predict(np.zeros((64, 256)), verbose=0)
before = most = anonymous()

def look(batch, logs):
    global most
    most = max(most, anonymous())

x, y = (np.load(name, mmap_mode="r") for name in sys.argv[1:])
watch = engine.callbacks.LambdaCallback(on_train_batch_end=look)
model.fit(x, y, batch_size=1024, verbose=0, callbacks=[watch])
assert model.predict(x, batch_size=1024, verbose=0).shape == (len(x), 1)
print(max(most, anonymous()) - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc tells the memory in use")
def test_a_file_is_never_read_as_a_whole(tmp_path):
    """A file of 400 MB, most of it a hole, and not a quarter of it in memory at any time."""
    names = [str(tmp_path / name) for name in ("x.npy", "y.npy")]
    for name, shape in zip(names, ((400 * 1024, 256), (400 * 1024,)), strict=True):
        np.lib.format.open_memmap(name, "w+", "float32", shape).flush()
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, *names], capture_output=True, text=True, timeout=300
    )
    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout.splitlines()[-1]) < 100
