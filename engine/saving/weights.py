"""model.weights.h5: arrays in an HDF5 file, written to bytes and read from bytes.

A file is held against the expected groups before anything of it is read: the same names, no more
and no fewer, and behind each name an array as :mod:`engine.saving.arrays` demands it.  h5py writes;
:mod:`engine.saving.hdf5` reads.
"""

from __future__ import annotations

import io
import warnings
from typing import IO, Any

import numpy.typing as npt

from engine.saving import hdf5
from engine.saving.arrays import OTHER_LAYERS, check_array, member, refuse_place
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
            "Expected h5py, which writes the weights: pip install '.[files]' in Glassnet's folder"
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
    file: IO[bytes], groups: list[Group], ignored: tuple[str, ...] = ()
) -> dict[str, list[Array]]:
    """Return the arrays of an HDF5 file, listed by the paths of `groups`.

    Groups named in `ignored` may stand at the top of the file and are not opened.

    Raises
    ------
    ValueError
        If it is no HDF5 file, or an array is missing, superfluous, of another shape or type, or
        not stored in the file.
    """
    root = hdf5.open_tree(file)
    groups = [g for g in groups if not (g.optional and g.path.split("/")[0] not in root)]
    for group in groups:
        stored = _names_behind(root, group) if group.others else ()
        if set(stored) == {str(index) for index in range(len(stored))} and leaves_out(
            group, len(stored)
        ):
            groups = [g for g in groups if g is not group]
            ignored = (*ignored, group.path.split("/")[0])
    found: dict[str, hdf5.Array] = {}
    _check_group(root, _tree(root, groups), "", ignored, found)
    return {
        group.path: [
            found[f"{group.path}/{index}"].read() for index in range(len(_chosen(root, group)))
        ]
        for group in groups
    }


def _tree(root: hdf5.Group, groups: list[Group]) -> Tree:
    """Return the expected names as nested dicts, with places at the leaves."""
    tree: Tree = {}
    for group in groups:
        node = tree
        for part in group.path.split("/"):
            node = node.setdefault(part, {})
        node.update({str(index): place for index, place in enumerate(_chosen(root, group))})
    return tree


def _chosen(root: hdf5.Group, group: Group) -> tuple[Place, ...]:
    """Return the places of a group: the least, if the file holds just that many."""
    if group.least is not None and len(_names_behind(root, group)) == group.least:
        return group.places[: group.least]
    return group.places


def _names_behind(root: hdf5.Group, group: Group) -> tuple[str, ...]:
    """Return the names that the file has in a group; none if it has no such group."""
    node: Any = root
    for part in group.path.split("/"):
        node = member(node, part, "") if isinstance(node, hdf5.Group) and part in node else {}
    return tuple(node) if isinstance(node, hdf5.Group) else ()


def leaves_out(group: Group, stored: int) -> bool:
    """Whether an optimizer's state of so many arrays is that of other weights; a warning says so.

    As in Keras the weights are read all the same, and the optimizer goes without the state.
    """
    if stored not in group.others or stored in (group.least, len(group.places)):
        return False
    warnings.warn(
        f"The state of the optimizer {group.name!r} is not read: the file has it for other weights "
        f"than are trained here, {stored} arrays in place of {len(group.places)}. A layer that is "
        "frozen or thawed after compile() needs compile() again.",
        stacklevel=2,
    )
    return True


def _check_group(
    group: hdf5.Group,
    tree: Tree,
    path: str,
    ignored: tuple[str, ...],
    arrays: dict[str, hdf5.Array],
) -> None:
    """Refuse a group unless it holds exactly the names of `tree`, each as it should be.

    The arrays that are found there are put into `arrays`.
    """
    found = set(group)
    # An object without arrays needs no group: older versions of Keras wrote none.
    missing = [name for name, node in tree.items() if name not in found and _holds_arrays(node)]
    extra = sorted(found - set(tree) - set(ignored))
    if missing:
        where = path + missing[0]
        why = f": {OTHER_LAYERS}" if where.startswith("layers") else ""
        refuse_place(where, _place(tree[missing[0]]), f"nothing{why}")
    if extra:
        expected = ", ".join(list(tree)[:20]) + (", …" if len(tree) > 20 else "")
        raise ValueError(
            f"Expected {expected or 'nothing'} in {path or 'the root'} of the weights. "
            f"Received: {path}{extra[0][:80]}, which this model does not have"
        )
    for name in sorted(found & set(tree)):
        node, inner = tree[name], member(group, name, path)
        if isinstance(node, Place):
            arrays[path + name] = check_array(inner, node, path + name)
        elif isinstance(inner, hdf5.Group):
            _check_group(inner, node, f"{path}{name}/", (), arrays)
        else:
            refuse_place(path + name, None, "an array")


def _holds_arrays(node: Any) -> bool:
    return isinstance(node, Place) or any(_holds_arrays(inner) for inner in node.values())


def _place(node: Any) -> Place | None:
    return node if isinstance(node, Place) else None
