"""The parts that a class is put together of speak under its name, the one that users know.

>>> import engine
>>> engine.Sequential().fit(epoch=3)
Traceback (most recent call last):
TypeError: Model.fit() got an unexpected keyword argument 'epoch'
"""

from __future__ import annotations

from types import FunctionType
from typing import TypeVar

C = TypeVar("C", bound=type)


def named_as_one(cls: C) -> C:
    """`cls`, after its name was given to the methods of all its bases, of which it is the only use.

    Module and name lead to the same function, so that it can be pickled as before.
    """
    for base in cls.__mro__[1:-1]:
        for name, member in vars(base).items():
            if isinstance(member, FunctionType):
                member.__qualname__ = f"{cls.__qualname__}.{name}"
                member.__module__ = cls.__module__
    return cls
