"""Checks of values that come out of a file: each says where the wrong value stands.

A check is a function of the value and its place, such as ``config.layers[1].config.units``.  It
returns nothing and raises ValueError; it never makes an object of what it checks.
"""

from __future__ import annotations

import reprlib
import sys
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

Check = Callable[[Any, str], None]

_LARGEST = sys.float_info.max
LONGEST_TEXT = 1000
"""Names of layers, losses and the like are shorter."""
_SHARED = "shared_object_id"
"""Keras numbers objects that occur twice; here each occurrence is made anew."""
_REGISTERED = ("Functional", "function")
"""What Keras registers under its own name, because it does not export it."""


def refuse(where: str, expected: str, value: object) -> NoReturn:
    """Raise the ValueError that all checks raise; long values are shortened."""
    raise ValueError(f"Expected {where} to be {expected}. Received: {reprlib.repr(value)}")


def text(value: Any, where: str) -> None:
    """Pass a string of ordinary length."""
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        refuse(where, f"a string of at most {LONGEST_TEXT:,} characters", value)


def flag(value: Any, where: str) -> None:
    """Pass true or false."""
    if not isinstance(value, bool):
        refuse(where, "true or false", value)


def number(value: Any, where: str) -> None:
    """Pass a finite number; true and false are none."""
    # compared, not converted: a whole number of JSON may have more digits than any float
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not -_LARGEST <= value <= _LARGEST:
        refuse(where, "a finite number", value)


def integer(value: Any, where: str) -> None:
    """Pass a whole number of either sign that 64 bits hold."""
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**64:
        refuse(where, "a whole number of at most 64 bits", value)


def count(value: Any, where: str) -> None:
    """Pass a whole number of at least 1."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        refuse(where, "a whole number of at least 1", value)


def at_most(most: int) -> Check:
    """Return the check of a whole number 1 … `most`: so much is made of it."""

    def check(value: Any, where: str) -> None:
        count(value, where)
        if value > most:
            refuse(where, f"at most {most:,}", value)

    return check


def only(*values: Any) -> Check:
    """Return the check that passes these values, told apart from others of equal worth."""

    def check(value: Any, where: str) -> None:
        if not any(type(value) is type(v) and value == v for v in values):
            refuse(where, " or ".join(map(repr, values)) + ", all that the engine has", value)

    return check


def optional(check: Check) -> Check:
    """Return the check that also passes None."""

    def check_unless_none(value: Any, where: str) -> None:
        if value is not None:
            check(value, where)

    return check_unless_none


def listing(check: Check, most: int | None = None) -> Check:
    """Return the check of a list, of at most so many elements, which all pass."""

    def check_all(value: Any, where: str) -> None:
        if not isinstance(value, list):
            refuse(where, "a list", value)
        if most is not None and len(value) > most:
            refuse(where, f"a list of at most {most:,} elements", len(value))
        for index, element in enumerate(value):
            check(element, f"{where}[{index}]")

    return check_all


def record(fields: Mapping[str, Check], *required: str) -> Check:
    """Return the check of a dict that has no other keys than these, and the required ones."""

    def check_fields(value: Any, where: str) -> None:
        if not isinstance(value, dict):
            refuse(where, "a dict", value)
        for key in required:
            if key not in value:
                refuse(where, f"a dict with {key!r}", value)
        for key, element in value.items():
            if key not in fields:
                refuse(where, f"a dict of {', '.join(fields)} and nothing else", key)
            fields[key](element, f"{where}.{key}")

    return check_fields


def one_of(allowed: Mapping[tuple[str, str], Check], **further: Check) -> Check:
    """Return the check of a serialized object: its module and class are on the list `allowed`."""
    names = ", ".join(f"{module}.{name}" for module, name in allowed)
    keys = ("module", "class_name", "registered_name")
    outer = {
        **dict.fromkeys(keys, optional(text)),
        "config": _anything,
        _SHARED: integer,
        **further,
    }

    def check_object(value: Any, where: str) -> None:
        if not isinstance(value, dict):
            refuse(where, "a dict", value)
        found = {key: value.get(key) for key in keys}
        module, name, registered = found.values()
        known = isinstance(module, str) and isinstance(name, str) and (module, name) in allowed
        if not known or registered not in (None, name if name in _REGISTERED else None):
            refuse(where, f"one of {names}; nothing else is loaded", found)
        record(outer, "config")(value, where)
        allowed[str(module), str(name)](value["config"], f"{where}.config")

    return check_object


def _anything(value: Any, where: str) -> None:
    """Pass: the value is checked elsewhere."""
