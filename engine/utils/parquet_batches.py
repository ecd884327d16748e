"""ParquetBatches: batches of a Parquet file, or of many, that need not fit into the memory.

    row group → rows in their order, or shuffled → batches of equal size, over the ends of groups

One row group is in memory at a time, and what is left of the one before.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from engine.checks.shown import shown
from engine.kernels.memory import Array
from engine.models.arguments import BATCH_SIZE, whole
from engine.utils.class_numbers import class_numbers


class ParquetBatches:
    """Batches (x, y), (x, y, sample_weight) or, without a label, (x,), for fit and its like.

    Parameters
    ----------
    path
        A Parquet file, a folder of such files, or a list of files.
    label
        The column of the labels; None: there are none.
    features
        The columns of the features, in their order; None: all others, in the file's, but for the
        index that pandas wrote.
    sample_weight
        The column of the rows' weights, if there is one.
    batch_size
        Rows of a batch; the last one may be smaller.
    shuffle
        Whether to take the row groups, and the rows in each, in another order for each pass, drawn
        from NumPy's generator, which ``utils.set_random_seed`` seeds.  Rows of different groups
        are not mixed: a file that is sorted by its labels should be written in another order.
    classes
        The labels in the order of their class numbers, if they are texts.

    Raises
    ------
    ImportError
        If pyarrow is not installed.
    OSError
        If a file cannot be read.
    ValueError, TypeError
        If a column is not there, is not of numbers, differs in type between files, or lacks an
        entry; the latter when it is read.

    Examples
    --------
    >>> import pyarrow, pyarrow.parquet, tempfile
    >>> table = pyarrow.table({"a": [1, 2, 3], "b": [0.5, 1.5, 2.5], "yes": [0, 1, 1]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     pyarrow.parquet.write_table(table, f"{folder}/rows.parquet")
    ...     for x, y in ParquetBatches(f"{folder}/rows.parquet", "yes", batch_size=2):
    ...         print(x.tolist(), y.tolist())
    [[1.0, 0.5], [2.0, 1.5]] [0, 1]
    [[3.0, 2.5]] [1]
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
        label: str | None = None,
        features: Sequence[str] | None = None,
        sample_weight: str | None = None,
        batch_size: int = BATCH_SIZE,
        shuffle: bool = False,
        classes: Any = None,
    ) -> None:
        self.batch_size = whole("batch_size", batch_size)
        if not isinstance(shuffle, bool):
            raise TypeError(
                f"Expected shuffle to be True or False. Received: shuffle={shown(shuffle)}"
            )
        self.shuffle = shuffle
        dataset = _opened(path)
        files = list(dataset.get_fragments())
        self._groups = [g for file in files for g in file.split_by_row_group()]
        self._rows: int = sum(part.num_rows for group in self._groups for part in group.row_groups)
        if not self._rows:
            raise ValueError(f"Expected rows in path. Received: none in path={shown(path)}")
        self.label, self.sample_weight = label, sample_weight
        if isinstance(features, str):
            raise TypeError(
                f"Expected features to be a list of columns. Received: features={features!r}"
            )
        beside = [name for name in (label, sample_weight) if name is not None]
        self.classes = None if classes is None else class_numbers(classes, classes)[1]
        texts = None if classes is None else label
        _check(dataset.schema, beside, texts)
        apart = {*beside, *_of_an_index(dataset.schema)}
        others = [name for name in dataset.schema.names if name not in apart]
        self.features = others if features is None else list(features)
        if not self.features:
            raise ValueError("Expected at least one column of features. Received: none")
        _check(dataset.schema, [*self.features, *beside], texts)
        _check_alike(files, [*self.features, *beside])

    def __len__(self) -> int:
        """How many batches a pass has."""
        return math.ceil(self._rows / self.batch_size)

    def __iter__(self) -> Iterator[tuple[Array, ...]]:
        """The batches of a pass."""
        count, size = len(self._groups), self.batch_size
        rest: list[Array] | None = None
        for number in np.random.permutation(count) if self.shuffle else range(count):
            columns = self._read(self._groups[number])
            if rest is not None:
                columns = [np.concatenate(pair) for pair in zip(rest, columns, strict=True)]
            whole_batches = len(columns[0]) // size * size
            for start in range(0, whole_batches, size):
                yield tuple(values[start : start + size] for values in columns)
            rest = [values[whole_batches:] for values in columns]
        if rest is not None and len(rest[0]):
            yield tuple(rest)

    def __repr__(self) -> str:
        """How many batches, and of what."""
        return f"<ParquetBatches: {len(self)} of {self.batch_size} rows, {shown(self.features)}>"

    def _read(self, group: Any) -> list[Array]:
        """Features, labels and weights of a row group."""
        beside = [name for name in (self.label, self.sample_weight) if name is not None]
        table = group.to_table(columns=[*self.features, *beside])
        for name in table.column_names:
            if missing := table[name].null_count:
                raise ValueError(
                    f"Expected a number in each row of column {name!r}; fill what is missing, or "
                    "drop those rows, before the file is written. "
                    f"Received: {missing} rows without one"
                )
        read = {name: self._numbers(name, table[name]) for name in table.column_names}
        columns = [np.column_stack([read[name] for name in self.features])]
        columns += [read[name] for name in beside]
        if self.shuffle:
            order = np.random.permutation(len(columns[0]))
            columns = [values[order] for values in columns]
        return columns

    def _numbers(self, name: str, column: Any) -> Array:
        if self.classes is None or name != self.label:
            numbers: Array = column.to_numpy()
            return numbers
        return class_numbers(column.to_pylist(), self.classes)[0]


def _opened(path: Any) -> Any:
    """The files as one dataset of pyarrow's."""
    try:
        from pyarrow import dataset
    except ImportError as error:
        raise ImportError(
            "Expected pyarrow, which reads Parquet: pip install '.[parquet]' in Glassnet's folder"
            ", or pip install pyarrow. Received: no such package"
        ) from error
    several = isinstance(path, list | tuple)
    if not isinstance(path, str | os.PathLike) and not several:
        raise TypeError(f"Expected path to be a path or a list of paths. Received: {shown(path)}")
    names = [os.fspath(p) for p in path] if several else os.fspath(path)
    try:
        return dataset.dataset(names, format="parquet")
    except FileNotFoundError:
        given = [names] if isinstance(names, str) else names
        gone = [name for name in given if not os.path.exists(name)] or given
        raise FileNotFoundError(
            f"Expected path to be that of existing files. Received: {gone[0]!r}, which is not there"
        ) from None
    except ValueError as error:  # pyarrow's own: what it cannot read
        raise ValueError(
            f"Expected Parquet files in path. Received: path={shown(path)}, of which pyarrow says: "
            f"{error}"
        ) from None


def _of_an_index(schema: Any) -> list[str]:
    """The columns that held the index of a pandas frame, as pandas notes in the file."""
    written = (schema.metadata or {}).get(b"pandas")
    columns = json.loads(written).get("index_columns", []) if written else []
    return [name for name in columns if isinstance(name, str)]


def _check_alike(files: list[Any], names: list[str]) -> None:
    """Raise if a column is missing in one of the files, or is of another type than in the first."""
    for file in files:
        for name in names:
            kinds = [
                schema.field(name).type if name in schema.names else "no such column"
                for schema in (files[0].physical_schema, file.physical_schema)
            ]
            if kinds[0] != kinds[1]:
                raise ValueError(
                    f"Expected column {shown(name)} of type {kinds[0]} in all files, as in "
                    f"{shown(files[0].path)}. Received: {kinds[1]} in {shown(file.path)}"
                )


def _check(schema: Any, names: list[str], texts: str | None) -> None:
    """Raise if a column is missing, named twice, or neither of numbers nor called `texts`."""
    from pyarrow import types

    for name in names:
        if name not in schema.names:
            raise ValueError(
                f"Expected columns among {shown(schema.names)}. Received: {shown(name)}"
            )
        if names.count(name) > 1:
            raise ValueError(f"Expected each column once. Received: {shown(name)} twice")
        if name == texts:
            continue
        kind = schema.field(name).type
        if not (types.is_floating(kind) or types.is_integer(kind) or types.is_boolean(kind)):
            raise TypeError(
                "Expected columns of numbers, and classes=[…] if the labels are texts. "
                f"Received: {shown(name)} of type {kind}"
            )
