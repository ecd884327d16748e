"""The pages of the API: a room each, its concepts with their formulas, every public name once.

A name is described in the room that it comes from; other rooms that have it, too, lead there.
Which names are public is what the rooms say in ``__all__``.
"""

from __future__ import annotations

import importlib
import inspect
from types import ModuleType
from typing import Any

ROOMS = (
    "engine",
    "engine.models",
    "engine.layers",
    "engine.activations",
    "engine.losses",
    "engine.optimizers",
    "engine.optimizers.schedules",
    "engine.metrics",
    "engine.regularizers",
    "engine.initializers",
    "engine.callbacks",
    "engine.random",
    "engine.config",
    "engine.promise",
    "engine.utils",
    "engine.saving",
    "engine.wrappers",
    "engine.study",
    "engine.pictures",
    "datasets",
    "keras_ref",
)
MODULES_OF_KERAS_REF = ("convert", "watch", "experiment", "run", "compare", "orders")


def public_names(room: str) -> list[str]:
    """The names that a room gives to its users."""
    module = importlib.import_module(room)
    if hasattr(module, "__all__"):
        return list(module.__all__)
    named = [n for n, v in vars(module).items() if inspect.isfunction(v) and not n.startswith("_")]
    return [n for n in named if getattr(module, n).__module__ == room]


def home(room: str, name: str) -> str:
    """The name in full, in the room where it is described."""
    thing = getattr(importlib.import_module(room), name)
    if isinstance(thing, ModuleType):
        return thing.__name__
    inside = [r for r in ROOMS if f"{thing.__module__}.".startswith(f"{r}.")]
    for other in [room, *sorted(inside, key=len, reverse=True)]:
        own = f"{thing.__module__}.".startswith(f"{other}.") and other != "engine"
        if own and thing.__name__ in public_names(other):
            return f"{other}.{thing.__name__}"
    return f"{room}.{name}"


def room_page(room: str) -> str:
    """The Markdown of a room."""
    head = f"# {room}\n\n[](){{ id='{room}' }}\n\n{_said(room)}"
    if room == "keras_ref":
        return head + "".join(_module(f"keras_ref.{name}") for name in MODULES_OF_KERAS_REF)
    parts, elsewhere = [head], []
    concepts: dict[str, list[str]] = {}
    for name in public_names(room):
        if home(room, name) == f"{room}.{name}" and f"{room}.{name}" not in ROOMS:
            concepts.setdefault(_module_of(room, name), []).append(name)
        else:
            elsewhere.append(name)
    own = concepts.pop(room, [])
    for module, names in sorted(concepts.items(), key=lambda item: item[1][0].lower()):
        parts.append(_concept(module, room, names))
    if own:
        title = "## Functions of this module\n" if concepts else ""
        parts.append(title + "".join(f"\n::: {room}.{name}\n" for name in own))
    if elsewhere:
        listed = "".join(_other(room, name) for name in elsewhere)
        if room == "engine":  # which is mostly a list
            parts.insert(1, f"## Rooms, and what is used most\n\n{listed}")
        else:
            parts.append(f"## Described elsewhere\n\n{listed}")
    return "\n".join(parts)


def _module_of(room: str, name: str) -> str:
    thing = getattr(importlib.import_module(room), name)
    return str(getattr(thing, "__module__", None) or room)


def _concept(module: str, room: str, names: list[str]) -> str:
    """What a file says in its docstring, which has the formula, and its public names."""
    title = _title(module)
    named = "".join(f"\n::: {room}.{name}\n" for name in names)
    return f"## {title}\n\n{_said(module)}{named}"


def _said(module: str) -> str:
    options = "{members: false, show_root_heading: false, show_root_toc_entry: false}"
    return f"::: {module}\n    options: {options}\n"


def _module(path: str) -> str:
    options = "{heading_level: 2, show_root_full_path: true}"
    return f"\n::: {path}\n    options: {options}\n"


def _title(module: str) -> str:
    """What the first line of a file's docstring is about."""
    doc = inspect.getdoc(importlib.import_module(module)) or module
    line = doc.splitlines()[0]
    return line.split(":")[0].split(".")[0].split(",")[0].rstrip()


def _other(room: str, name: str) -> str:
    there = home(room, name)
    thing: Any = getattr(importlib.import_module(room), name)
    line = (inspect.getdoc(thing) or "").splitlines()[0]
    return f'- <span id="{room}.{name}"></span>[`{name}`][{there}]: {line}\n'
