"""The groups and arrays of a file, read when they are asked for.

Iterating over a group gives its names; nothing behind a name is touched before it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from engine.saving.hdf5 import header
from engine.saving.hdf5.content import attribute, layout_of, shape_of
from engine.saving.hdf5.datatype import datatype
from engine.saving.hdf5.links import Links, links
from engine.saving.hdf5.source import Source, damaged


class Other:
    """What is neither a group nor an array: a link that is not followed, a type by itself."""

    def __init__(self, kind: str) -> None:
        self.kind = kind


class Array:
    """An array: its shape and type, and, if the file itself holds them plainly, its numbers."""

    def __init__(self, source: Source, parts: dict[int, bytes]) -> None:
        self._source = source
        self.shape = shape_of(parts[header.SPACE])
        self.type = datatype(parts[header.TYPE])
        self.layout = layout_of(parts[header.LAYOUT])
        self.filtered = header.FILTERS in parts
        self.outside = header.EXTERNAL in parts or self.layout.other == "outside of the file"

    @property
    def size(self) -> int:
        """How many bytes the shape and the type come to."""
        size = self.type.size
        for extent in self.shape or ():
            size *= extent
        return size

    def read(self) -> npt.NDArray[Any]:
        """Return the numbers."""
        number, layout = self.type.number, self.layout
        if self.shape is None or number is None or self.filtered or self.outside or layout.other:
            damaged("an array that is not stored plainly")
        if layout.stored != self.size:
            damaged(f"{layout.stored:,} bytes for an array of {self.size:,}")
        if layout.address is None:
            return np.frombuffer(layout.inside, number).reshape(self.shape).copy()
        return self._source.array(layout.address, self.shape, number)


class Group:
    """A group: names and attributes."""

    def __init__(self, source: Source, address: int, parts: list[header.Message]) -> None:
        self._source, self.address, self._parts = source, address, parts
        self._links: Links | None = None

    @property
    def names(self) -> Links:
        """The names, each with an address or with the kind of link that is not followed."""
        if self._links is None:
            self._links = links(self._source, self._parts)
        return self._links

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __getitem__(self, name: str) -> Group | Array | Other:
        target = self.names[name]
        return Other(target) if isinstance(target, str) else _object(self._source, target)

    def attributes(self) -> dict[str, str | list[str] | None]:
        """Return the attributes; None for those that are no strings."""
        found: dict[str, str | list[str] | None] = {}
        for part in self._parts:
            if part.kind == header.ATTRIBUTE:
                name, value = attribute(self._source, part.data)
                if name in found:
                    damaged(f"two attributes {name[:40]!r}")
                found[name] = value
        return found


def _object(source: Source, address: int) -> Group | Array | Other:
    """Return what stands at an address."""
    parts = header.messages(source, address)
    by_kind = {part.kind: part.data for part in parts}
    if header.LAYOUT in by_kind:
        for needed in (header.SPACE, header.TYPE):
            if needed not in by_kind:
                damaged("an array without shape or type")
        return Array(source, by_kind)
    if header.TYPE in by_kind:
        return Other("datatype")
    return Group(source, address, parts)


def open_tree(file: IO[bytes]) -> Group:
    """Return the root of an HDF5 file.

    Raises
    ------
    ValueError
        If the file is damaged, or of a form that Keras does not write.
    """
    source = Source(file)
    root = _object(source, header.root_address(source))
    if not isinstance(root, Group):
        damaged("a file whose root is no group")
    return root
