"""What an array in a file must be before its numbers are read.

It has the expected shape and type, and its numbers stand in the file itself, as many as the shape
declares.  So nothing outside the file is touched, and no more memory is taken than the file has
bytes.
"""

from __future__ import annotations

from typing import NoReturn

from engine.saving import hdf5
from engine.saving.layout import Place

OTHER_LAYERS = "the file is of a model with other layers"
"""What it means that an array is of another shape, or not there."""


def member(group: hdf5.Group, name: str, path: str) -> hdf5.Group | hdf5.Array | hdf5.Other:
    """Return what a group holds under a name; a link to elsewhere is not followed."""
    target = group.names[name]
    if isinstance(target, str):
        raise ValueError(
            f"Expected {path}{name} of the weights to stand in the file itself. Received: {target}"
        )
    return group[name]


def check_array(found: hdf5.Group | hdf5.Array | hdf5.Other, place: Place, path: str) -> hdf5.Array:
    """Return `found` if it is a plain array of the expected shape and type."""
    if not isinstance(found, hdf5.Array):
        kind = found.kind if isinstance(found, hdf5.Other) else "group"
        refuse_place(path, place, f"an HDF5 {kind}")
    received = f"shape={found.shape}, dtype={found.type}"
    if found.shape != place.shape:
        refuse_place(path, place, f"{received}: {OTHER_LAYERS}")
    if str(found.type) not in place.dtypes:
        refuse_place(path, place, received)
    if found.outside:
        refuse_place(path, place, f"{received}, stored outside of the file")
    if found.filtered:
        refuse_place(path, place, f"{received}, stored through a filter")
    if found.layout.other:
        refuse_place(path, place, f"{received}, stored {found.layout.other}")
    if found.layout.stored != found.size:
        refuse_place(path, place, f"{received}, of which {found.layout.stored} bytes are stored")
    return found


def refuse_place(path: str, place: Place | None, received: str) -> NoReturn:
    """Raise the ValueError that says what should stand at a place of the file: None is a group."""
    expected = "a group"
    if place is not None:
        expected = f"an array with shape={place.shape}, dtype={' or '.join(place.dtypes)},"
    raise ValueError(f"Expected {expected} at {path} of the weights. Received: {received}")
