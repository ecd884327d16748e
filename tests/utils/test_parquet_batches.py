"""Batches of Parquet files."""

import numpy as np
import pandas
import pyarrow
import pyarrow.parquet
import pytest

import engine
from engine.layers import Dense
from engine.models import Sequential
from engine.utils import ParquetBatches


@pytest.fixture
def columns():
    rng = np.random.default_rng(2)
    return {
        "a": rng.standard_normal(103).astype("float32"),
        "yes": rng.integers(0, 2, 103),
        "b": rng.integers(-3, 4, 103).astype("int16"),
        "weight": rng.uniform(0.5, 2, 103),
    }


@pytest.fixture
def file(columns, tmp_path):
    """103 rows in groups of 20."""
    path = tmp_path / "rows.parquet"
    pyarrow.parquet.write_table(pyarrow.table(columns), path, row_group_size=20)
    return path


def network():
    engine.utils.set_random_seed(3)
    model = Sequential([engine.Input((2,)), Dense(5, "tanh"), Dense(1, "sigmoid")])
    model.compile("adam", "binary_crossentropy", weighted_metrics=["accuracy"])
    return model


@pytest.mark.parametrize("size", [1, 7, 20, 33, 103, 500])
def test_batches_are_cut_over_the_ends_of_row_groups(file, columns, size):
    batches = ParquetBatches(file, "yes", ["b", "a"], batch_size=size)
    told = list(batches)
    assert len(told) == len(batches) == -(-103 // size)
    assert {len(x) for x, _ in told[:-1]} <= {size}
    x, y = (np.concatenate(parts) for parts in zip(*told, strict=True))
    assert (x == np.column_stack([columns["b"], columns["a"]])).all()
    assert (y == columns["yes"]).all()


def test_a_training_has_the_numbers_of_the_rows_in_memory(file, columns):
    x, y = np.column_stack([columns["a"], columns["b"]]), columns["yes"]
    alone, model = network(), network()
    expected = alone.fit(
        x, y, sample_weight=columns["weight"], batch_size=16, epochs=3, shuffle=False, verbose=0
    ).history
    batches = ParquetBatches(file, "yes", sample_weight="weight", batch_size=16)
    assert batches.features == ["a", "b"]
    assert model.fit(batches, epochs=3, verbose=0).history == expected
    predicted = model.predict(ParquetBatches(file, features=["a", "b"], batch_size=16), verbose=0)
    assert predicted.tobytes() == alone.predict(x, batch_size=16, verbose=0).tobytes()


def test_folders_and_lists_of_files(columns, tmp_path):
    for number, rows in enumerate((slice(0, 50), slice(50, 103))):
        part = pyarrow.table({name: values[rows] for name, values in columns.items()})
        pyarrow.parquet.write_table(part, tmp_path / f"part-{number}.parquet")
    for path in (tmp_path, [tmp_path / "part-0.parquet", tmp_path / "part-1.parquet"]):
        told = list(ParquetBatches(path, "yes", batch_size=32))
        assert [len(y) for _, y in told] == [32, 32, 32, 7]
        assert (np.concatenate([y for _, y in told]) == columns["yes"]).all()


def test_shuffling_mixes_groups_and_the_rows_in_them(file, columns):
    def pass_after(seed):
        engine.utils.set_random_seed(seed)
        batches = ParquetBatches(file, "yes", ["a", "weight"], batch_size=10, shuffle=True)
        return [np.concatenate([x[:, 1] for x, _ in batches]) for _ in range(2)]

    first, second = pass_after(1)
    assert not (first == second).all()
    for values in (first, second):
        assert sorted(values) == sorted(columns["weight"])
        groups = [np.flatnonzero(columns["weight"] == v)[0] // 20 for v in values]
        runs = 1 + sum(a != b for a, b in zip(groups, groups[1:], strict=False))
        assert runs == 6, "the rows of a group stand together"
        assert groups != sorted(groups)
    assert all((a == b).all() for a, b in zip(pass_after(1), (first, second), strict=True))


WRONG = {
    "label nope": (("nope",), ValueError, "nope"),
    "features text": (("yes", "a"), TypeError, "features='a'"),
    "features unknown": (("yes", ["a", "c"]), ValueError, "'c'"),
    "features twice": (("yes", ["a", "a"]), ValueError, "'a' twice"),
    "features with the label": (("yes", ["a", "yes"]), ValueError, "'yes' twice"),
    "features none": (("yes", []), ValueError, "at least one column"),
    "batch_size 0": (("yes", None, None, 0), ValueError, "batch_size=0"),
    "shuffle 1": (("yes", None, None, 5, 1), TypeError, "shuffle=1"),
}


@pytest.mark.parametrize("name", WRONG)
def test_is_refused(file, name):
    arguments, kind, word = WRONG[name]
    with pytest.raises(kind, match=r"^Expected .*Received: ") as caught:
        ParquetBatches(file, *arguments)
    assert word in str(caught.value)


def test_columns_that_are_no_numbers_are_refused(tmp_path):
    path = tmp_path / "rows.parquet"
    table = pyarrow.table({"a": [1.0, None], "name": ["x", "y"], "yes": [0, 1]})
    pyarrow.parquet.write_table(table, path)
    with pytest.raises(TypeError, match="classes=.*'name' of type string"):
        ParquetBatches(path, "yes")
    with pytest.raises(ValueError, match="column 'a'; fill what.*, or drop.*: 1 rows without"):
        list(ParquetBatches(path, "yes", ["a"]))


def test_files_that_are_none_are_refused(tmp_path, file):
    (tmp_path / "rows.parquet").write_bytes(b"PAR1 but nothing else")
    with pytest.raises((ValueError, OSError), match="rows.parquet"):
        ParquetBatches(tmp_path / "rows.parquet")
    path = tmp_path / "missing.parquet"
    for missing in (path, [file, path], str(path)):
        with pytest.raises(FileNotFoundError, match="^Expected .*Received: .*missing.parquet'"):
            ParquetBatches(missing)
    with pytest.raises(TypeError, match="path to be a path"):
        ParquetBatches(3)
    empty = tmp_path / "empty.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"a": np.zeros(0)}), empty)
    with pytest.raises(ValueError, match="Expected rows in path"):
        ParquetBatches(empty)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (
            {"a": [0.5], "yes": [1]},
            "'a' of type int64 in all files.*1.parquet'. Received: double in",
        ),
        ({"a": ["x"], "yes": [1]}, "Received: string in .*2.parquet'"),
        ({"yes": [1]}, "'a' of type int64.*Received: no such column in .*2.parquet'"),
    ],
)
def test_files_have_to_be_alike(tmp_path, other, words):
    for name, columns in (("1", {"a": [1], "yes": [0]}), ("2", other)):
        pyarrow.parquet.write_table(pyarrow.table(columns), tmp_path / f"{name}.parquet")
    with pytest.raises(ValueError, match=words):
        ParquetBatches(tmp_path, "yes", ["a"])


@pytest.mark.parametrize(
    "kind", [pyarrow.string(), pyarrow.dictionary(pyarrow.int8(), pyarrow.string())]
)
def test_labels_may_be_texts_of_known_classes(tmp_path, kind):
    path = tmp_path / "rows.parquet"
    texts = pyarrow.array(["b", "a", "c", "a"]).cast(kind)
    pyarrow.parquet.write_table(pyarrow.table({"x": [1.0, 2.0, 3.0, 4.0], "kind": texts}), path)
    ((x, y),) = ParquetBatches(path, "kind", classes=["a", "b", "c"])
    assert y.tolist() == [1, 0, 2, 0]
    with pytest.raises(ValueError, match="among the classes.*'c'"):
        list(ParquetBatches(path, "kind", classes=["a", "b"]))
    with pytest.raises(ValueError, match="different classes"):
        ParquetBatches(path, "kind", classes=["a", "a"])


def test_a_missing_label_is_named_before_other_columns(tmp_path):
    path = tmp_path / "rows.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"x": [1.0], "kind": ["a"]}), path)
    with pytest.raises(ValueError, match="columns among .*Received: 'knid'"):
        ParquetBatches(path, "knid")


def test_a_backup_goes_on_in_the_order_that_would_have_been(file, tmp_path):
    class Die(engine.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 3:
                raise KeyboardInterrupt

    def fit(model, *callbacks):
        engine.utils.set_random_seed(8)
        batches = ParquetBatches(file, "yes", ["a", "b"], batch_size=10, shuffle=True)
        model.fit(batches, epochs=6, verbose=0, callbacks=list(callbacks))

    backup, models = engine.callbacks.BackupAndRestore(tmp_path / "backup"), [network(), network()]
    fit(models[0])
    with pytest.raises(KeyboardInterrupt):
        fit(network(), backup, Die())
    fit(models[1], backup)
    for a, b in zip(models[0].get_weights(), models[1].get_weights(), strict=True):
        assert a.tobytes() == b.tobytes()


def test_an_index_of_pandas_is_no_feature(columns, tmp_path):
    frame = pandas.DataFrame(columns)
    for path, some in (("a", frame[frame.a > 0]), ("b", frame.rename_axis("row"))):
        some.to_parquet(tmp_path / path)
        assert ParquetBatches(tmp_path / path, "yes").features == ["a", "b", "weight"]
    frame.rename_axis("row").to_parquet(tmp_path / "c", index=True)
    assert ParquetBatches(tmp_path / "c", "yes", ["row", "a"]).features == ["row", "a"]
