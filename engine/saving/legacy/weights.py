"""Which array stands under which name in an .h5 file.

    model_weights                        layer_names: in order
    model_weights/dense                  weight_names: sequential/dense/kernel, …/bias
    model_weights/dense/sequential/dense/kernel
    optimizer_weights                    weight_names: adam/iteration, adam/learning_rate, …
    optimizer_weights/adam/sequential_dense_kernel_momentum

The names are attributes; loading goes by their order, as Keras does.  A name leads from its group
downwards, one hard link for each part, and nowhere else.

Keras: ``keras.src.legacy.saving.legacy_h5_format`` of Keras 3.15.1.
"""

from __future__ import annotations

import warnings
from collections import Counter
from typing import Any

from engine.checks.shown import shown
from engine.saving import hdf5
from engine.saving.archive import open_weights
from engine.saving.arrays import check_array, member, refuse_place
from engine.saving.layout import OPTIMIZER, Group, Place
from engine.saving.state import put_state, take_state
from engine.saving.weights import leaves_out

MODEL, STATE, TOP = "model_weights", "optimizer_weights", "top_level_model_weights"

_CHUNK = 64512
"""The most bytes that one attribute with names has; more of them are numbered name0, name1 …"""


def names_in(group: hdf5.Group, attribute: str, path: str) -> list[str]:
    """Return the names that an attribute of a group lists."""
    found = group.attributes()
    if attribute in found:
        parts = [found[attribute]]
    else:
        parts = []
        while f"{attribute}{len(parts)}" in found:
            parts.append(found[f"{attribute}{len(parts)}"])
    names: list[str] = []
    for part in parts:
        if not isinstance(part, list):
            raise ValueError(f"Expected {attribute} of {path} to be names. Received: {part!r:.80}")
        names += part
    if len(set(names)) != len(names):
        twice = Counter(names).most_common(1)[0][0]
        raise ValueError(
            f"Expected {attribute} of {path} to be different names. Received: {twice[:80]!r} twice"
        )
    return names


def group_in(group: hdf5.Group, name: str, path: str) -> hdf5.Group:
    """Return a group in a group."""
    found = member(group, name, path) if name in group else None
    if not isinstance(found, hdf5.Group):
        refuse_place(path + name[:80], None, "nothing" if found is None else "an array")
    return found


def arrays_in(group: hdf5.Group, places: tuple[Place, ...], path: str) -> list[hdf5.Array]:
    """Return the arrays that a group's weight_names list; they are as `places` demands."""
    names = names_in(group, "weight_names", path)
    if len(names) != len(places):
        raise ValueError(
            f"Expected {len(places)} arrays in {path} of the weights. Received: {len(names)}"
        )
    found = []
    for name, place in zip(names, places, strict=True):
        *parts, last = name.split("/")
        inner, where = group, f"{path}/"
        for part in parts:
            inner = group_in(inner, part, where)
            where += f"{part}/"
        if last not in inner:
            refuse_place(where + last[:80], place, "nothing")
        found.append(check_array(member(inner, last, where), place, where + last))
    return found


def layers_in(root: hdf5.Group, groups: list[Group]) -> dict[str, list[hdf5.Array]]:
    """Return the arrays of all layers, in the order of the layers that have any."""
    expected = [group for group in groups if group.path != OPTIMIZER and group.places]
    named = []
    for name in names_in(root, "layer_names", MODEL):
        inner = group_in(root, name, f"{MODEL}/")
        if names_in(inner, "weight_names", name):
            named.append((name, inner))
    if len(named) != len(expected):
        raise ValueError(
            f"Expected {len(expected)} layers with arrays in the weights. Received: {len(named)}"
        )
    _check_top(root)
    return {
        group.path: arrays_in(inner, group.places, f"{MODEL}/{name}")
        for group, (name, inner) in zip(expected, named, strict=True)
    }


def layers_by_name(root: hdf5.Group, groups: list[Group]) -> dict[str, list[hdf5.Array]]:
    """Return the arrays of the layers whose names the file has."""
    named = set(names_in(root, "layer_names", MODEL))
    _check_top(root)
    return {
        group.path: arrays_in(
            group_in(root, group.name, f"{MODEL}/"), group.places, f"{MODEL}/{group.name}"
        )
        for group in groups
        if group.path != OPTIMIZER and group.name in named
    }


def _check_top(root: hdf5.Group) -> None:
    """Refuse weights of the model itself: the engine's models have none."""
    if TOP in root:
        arrays_in(group_in(root, TOP, f"{MODEL}/"), (), f"{MODEL}/{TOP}")


def state_in(root: hdf5.Group, group: Group) -> list[hdf5.Array] | None:
    """Return the optimizer's arrays; none if the file has none."""
    if STATE not in root:
        return None
    found = group_in(root, STATE, "")
    stored = len(names_in(found, "weight_names", STATE))
    if leaves_out(group, stored):
        return None
    places = group.places[: group.least] if stored == group.least else group.places
    return arrays_in(found, places, STATE)


def read_all(groups: list[Group], found: dict[str, list[hdf5.Array]]) -> dict[str, list[Any]]:
    """Return the numbers of all arrays, by the paths of `groups`; all of them have been checked."""
    return {
        group.path: [array.read() for array in found.get(group.path, [])]
        for group in groups
        if group.path in found or group.path != OPTIMIZER
    }


def load_legacy_weights(model: Any, path: str, groups: list[Group], by_name: bool) -> None:
    """Give a built model the weights in an .h5 file, of a whole model or of weights alone."""
    groups = [group for group in groups if group.path != OPTIMIZER]
    with open_weights(path) as file:
        root = hdf5.open_tree(file)
        if "layer_names" not in root.attributes() and MODEL in root:
            root = group_in(root, MODEL, "")
        found = (layers_by_name if by_name else layers_in)(root, groups)
        arrays = read_all(groups, found)
    if by_name:  # the layers that the file has not keep what they have
        if not any(found.values()):
            warnings.warn(
                "Expected layers with the names of those in the file. "
                f"Received: {shown([group.name for group in groups])}: none of them was loaded",
                stacklevel=4,
            )
        arrays = {**take_state(model, groups), **{path: arrays[path] for path in found}}
        arrays.pop(OPTIMIZER, None)
    put_state(model, groups, arrays)


def write_names(group: Any, attribute: str, names: list[str]) -> None:
    """Give an h5py group an attribute of names; several, if HDF5 would find one too large."""
    import numpy as np

    data = [name.encode() for name in names]
    chunks, count = [data], 1
    while any(np.asarray(chunk).nbytes > _CHUNK for chunk in chunks):
        count += 1
        chunks = [list(chunk) for chunk in np.array_split(np.asarray(data), count)]
    for index, chunk in enumerate(chunks):
        group.attrs[f"{attribute}{index}" if count > 1 else attribute] = chunk
