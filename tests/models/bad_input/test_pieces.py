"""Data that come as batches, or from files."""

import numpy as np
import pytest
import scipy.sparse

import engine as keras


class Endless(keras.utils.PyDataset):
    num_batches = None

    def __getitem__(self, index):
        return np.zeros((4, 2)), np.zeros(4)


class Empty(keras.utils.PyDataset):
    def __len__(self):
        return 0


class Unfinished(keras.utils.PyDataset):
    pass


def batches(s):
    return [(s.x[:4], s.y[:4]), (s.x[4:], s.y[4:])]


def on_disk(s, values):
    path = s.folder / "values.npy"
    np.save(path, values)
    return np.load(path, mmap_mode="r")


def fit(data, **options):
    return lambda s: s.binary.fit(data(s), **{"verbose": 0, **options})


def one(batch):
    return fit(lambda s: [batch(s)])


ONCE = "gone through 3 times"

TABLE = {
    "y beside batches": (lambda s: s.binary.fit(batches(s), s.y), ValueError, "(8,)"),
    "y beside a generator": (lambda s: s.binary.fit(iter(batches(s)), s.y), ValueError, "(8,)"),
    "sample_weight beside batches": (
        lambda s: s.binary.fit(batches(s), sample_weight=s.y), ValueError, "(8,)",
    ),
    "y beside a PyDataset": (lambda s: s.binary.evaluate(Endless(), s.y), ValueError, "(8,)"),
    "validation_split of batches": (fit(batches, validation_split=0.5), ValueError, "=0.5"),
    "steps_per_epoch of a generator": (
        fit(lambda s: iter(batches(s)), epochs=3), ValueError, ONCE, "=None",
    ),
    "steps_per_epoch of an endless PyDataset": (
        fit(lambda s: Endless()), ValueError, "no last batch", "=None",
    ),
    "validation_steps of a generator": (
        lambda s: s.binary.fit(s.x, s.y, epochs=3, validation_data=iter(batches(s)), verbose=0),
        ValueError, ONCE, "=None",
    ),
    "steps of an endless PyDataset in evaluate": (
        lambda s: s.binary.evaluate(Endless()), ValueError, "no last batch", "=None",
    ),
    "steps of an endless PyDataset in predict": (
        lambda s: s.binary.predict(Endless()), ValueError, "no last batch", "=None",
    ),
    "batch in an empty generator": (fit(lambda s: iter(())), ValueError, "at least one"),
    "batch in an empty PyDataset": (fit(lambda s: Empty()), ValueError, "at least one"),
    "batches of four": (one(lambda s: (s.x, s.y, s.y, s.y)), ValueError, "batch 0", "tuple of 4"),
    "batches that are numbers": (fit(lambda s: iter([1, 2])), TypeError, "batch 0", "1"),
    "batches that are texts": (fit(lambda s: iter(["ab"])), TypeError, "batch 0", "'ab'"),
    "x of another width": (
        one(lambda s: (s.x[:, :1], s.y)), ValueError, "(rows, 2)", "(8, 1), in batch 0",
    ),
    "x that is sparse in a batch": (
        one(lambda s: (scipy.sparse.csr_matrix(s.x), s.y)), TypeError, "dense", "csr_matrix",
    ),
    "x that is sparse in batches without labels": (
        lambda s: s.binary.predict(iter([scipy.sparse.csr_matrix(s.x)])), TypeError, "dense",
    ),
    "y of another length": (one(lambda s: (s.x, s.y[:3])), ValueError, "8 rows", "batch 0"),
    "y in a batch": (one(lambda s: (s.x,)), TypeError, "NoneType, in batch 0"),
    "finite numbers in a batch": (
        one(lambda s: (s.x * np.inf, s.y)), ValueError, "in x", "in batch 0",
    ),
    "class_weight beside weights in batches": (
        fit(lambda s: [(s.x, s.y, s.y)], class_weight={0: 1.0}), ValueError, "sample_weight",
    ),
    "y beside a file": (
        lambda s: s.binary.fit(on_disk(s, s.x), s.y[:5]), ValueError, "8 rows", "(5,)",
    ),
    "x in a file": (
        lambda s: s.binary.fit(on_disk(s, s.x[:, :1]), s.y), ValueError, "(rows, 2)", "(8, 1)",
    ),
    "x in a file without axes": (
        lambda s: s.binary.predict(on_disk(s, np.array(1.0))), ValueError, "x.shape=()",
    ),
    "PyDataset without methods": (
        lambda s: s.binary.fit(Unfinished()), NotImplementedError, "__len__", "Unfinished",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", [n for n in TABLE if "without methods" not in n])
def test_is_refused(name, refuses):
    call, kind, *words = TABLE[name]
    refuses(call, kind, name.split()[0], *words)


def test_what_a_pydataset_has_to_have_is_said(scene):
    call, kind, *words = TABLE["PyDataset without methods"]
    with pytest.raises(kind) as caught:
        call(scene)
    assert all(word in str(caught.value) for word in words)


WORKERS = {
    "workers": (-1, ValueError),
    "max_queue_size": (0, ValueError),
    "use_multiprocessing": (1, TypeError),
}


@pytest.mark.parametrize("name", WORKERS)
def test_arguments_of_a_pydataset_are_checked(name):
    value, kind = WORKERS[name]
    with pytest.raises(kind, match=f"{name}.*Received: {name}={value}"):
        Endless(**{name: value})


def test_a_later_batch_is_refused_and_those_before_it_count(scene):
    good, model = batches(scene), scene.binary
    before = model.optimizer.iterations
    with pytest.raises(ValueError, match=r"x\.shape=\(4, 1\), in batch 2"):
        model.fit([*good, (scene.x[:4, :1], scene.y[:4])], verbose=0)
    assert model.optimizer.iterations == before + 2


def test_weights_are_in_all_batches_or_in_none(scene):
    x, y = scene.x, scene.y
    with pytest.raises(ValueError, match="in all batches, or in none.*after batches without"):
        scene.binary.fit([(x, y), (x, y, y)], verbose=0)
    with pytest.raises(ValueError, match="in all batches, or in none.*after batches with"):
        scene.binary.evaluate([(x, y, y), (x, y)], verbose=0)
