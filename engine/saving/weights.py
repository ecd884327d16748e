"""model.weights.h5: arrays in an HDF5 file, written to bytes and read from bytes.

A file is held against the expected groups before anything of it is read: the same names, no more
and no fewer, and behind each name an array of the expected shape and type whose numbers stand in
the file itself.  Links, external and virtual data, filters and arrays that store less than they
declare are refused, so nothing outside the bytes is touched and nothing larger is made.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.saving.layout import Group, Place

Array = npt.NDArray[Any]
Tree = dict[str, Any]


def import_h5py() -> Any:
    """Return h5py.

    Raises
    ------
    ImportError
        If it is not installed.
    """
    try:
        import h5py
    except ImportError as error:
        raise ImportError(
            "Expected h5py, which reads and writes the weights: pip install '.[files]' in "
            "Glassnet's folder"
        ) from error
    return h5py


def write_weights(groups: list[Group], arrays: dict[str, list[Array]]) -> bytes:
    """Return the bytes of an HDF5 file with `arrays`, listed by the paths of `groups`."""
    h5py = import_h5py()
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        for group in groups:
            made = file.create_group(group.path)
            made.attrs["name"] = group.name
            for index, array in enumerate(arrays.get(group.path, [])):
                made[str(index)] = array
    return buffer.getvalue()


def read_weights(
    data: bytes, groups: list[Group], ignored: tuple[str, ...] = ()
) -> dict[str, list[Array]]:
    """Return the arrays of an HDF5 file, listed by the paths of `groups`.

    Groups named in `ignored` may stand at the top of the file and are not opened.

    Raises
    ------
    ValueError
        If the bytes are no HDF5 file, or an array is missing, superfluous, of another shape or
        type, or not stored in the file.
    """
    h5py = import_h5py()
    with _damage_named(), h5py.File(io.BytesIO(data), "r") as file:
        groups = [g for g in groups if not (g.optional and g.path.split("/")[0] not in file)]
        _check_group(h5py, file, _tree(file, groups), "", ignored)
        return {group.path: _read_group(file, group) for group in groups}


@contextmanager
def _damage_named() -> Iterator[None]:
    """Turn what h5py says about a broken file into one ValueError."""
    try:
        yield
    except ValueError:
        raise
    except (OSError, RuntimeError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(
            f"Expected weights in an undamaged HDF5 file. Received: {str(error)[:200]}"
        ) from error


def _tree(file: Any, groups: list[Group]) -> Tree:
    """Return the expected names as nested dicts, with places at the leaves."""
    tree: Tree = {}
    for group in groups:
        node = tree
        for part in group.path.split("/"):
            node = node.setdefault(part, {})
        node.update({str(index): place for index, place in enumerate(_chosen(file, group))})
    return tree


def _chosen(file: Any, group: Group) -> tuple[Place, ...]:
    """Return the places of a group: the least, if the file holds just that many."""
    if group.least is not None and group.least < len(group.places):
        node = file
        for part in group.path.split("/"):
            node = _hard_linked(import_h5py(), node, part) if part in node else {}
        if len(node) == group.least:
            return group.places[: group.least]
    return group.places


def _hard_linked(h5py: Any, group: Any, name: str) -> Any:
    """Return the object behind a name; a link to elsewhere is not followed."""
    path = f"{group.name.rstrip('/')}/{name}".lstrip("/")
    link = group.get(name, getclass=True, getlink=True)
    if link is not h5py.HardLink:
        raise ValueError(
            f"Expected {path} of the weights to stand in the file itself. "
            f"Received: {getattr(link, '__name__', link)}"
        )
    return group[name]


def _check_group(h5py: Any, group: Any, tree: Tree, path: str, ignored: tuple[str, ...]) -> None:
    """Refuse a group unless it holds exactly the names of `tree`, each as it should be."""
    found = set(group)
    # An object without arrays needs no group: older versions of Keras wrote none.
    missing = [name for name, node in tree.items() if name not in found and _holds_arrays(node)]
    extra = sorted(found - set(tree) - set(ignored))
    if missing:
        raise ValueError(_at(path + missing[0], tree[missing[0]], "nothing"))
    if extra:
        raise ValueError(
            f"Expected {', '.join(tree) or 'nothing'} in {path or 'the root'} of the weights. "
            f"Received: {path}{extra[0]}"
        )
    for name in sorted(found & set(tree)):
        node, member = tree[name], _hard_linked(h5py, group, name)
        if isinstance(node, Place):
            _check_array(h5py, member, node, path + name)
        elif isinstance(member, h5py.Group):
            _check_group(h5py, member, node, f"{path}{name}/", ())
        else:
            raise ValueError(_at(path + name, node, type(member).__name__))


def _check_array(h5py: Any, member: Any, place: Place, path: str) -> None:
    """Refuse anything but a plain array of the expected shape and type."""
    if not isinstance(member, h5py.Dataset):
        raise ValueError(_at(path, place, f"an HDF5 {type(member).__name__.lower()}"))
    received = f"shape={member.shape}, dtype={member.dtype}"
    if member.shape != place.shape or all(member.dtype != name for name in place.dtypes):
        raise ValueError(_at(path, place, received))
    if member.is_virtual or member.external:
        raise ValueError(_at(path, place, f"{received}, stored outside of the file"))
    if member.id.get_create_plist().get_nfilters():
        raise ValueError(_at(path, place, f"{received}, stored through a filter"))
    stored = member.id.get_storage_size()
    if stored != member.nbytes:
        raise ValueError(_at(path, place, f"{received}, of which {stored} bytes are stored"))


def _read_group(file: Any, group: Group) -> list[Array]:
    """Return the arrays 0, 1, 2 … of a checked group."""
    arrays = []
    for index in range(len(_chosen(file, group))):
        dataset = file[f"{group.path}/{index}"]
        array = np.empty(dataset.shape, dataset.dtype)
        if array.size:
            dataset.read_direct(array)
        arrays.append(array)
    return arrays


def _holds_arrays(node: Any) -> bool:
    return isinstance(node, Place) or any(_holds_arrays(inner) for inner in node.values())


def _at(path: str, node: Any, received: str) -> str:
    """Return one sentence about a place in the file."""
    expected = "a group"
    if isinstance(node, Place):
        expected = f"an array with shape={node.shape}, dtype={' or '.join(node.dtypes)},"
    return f"Expected {expected} at {path} of the weights. Received: {received}"
