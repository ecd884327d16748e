"""From a name, a config or an object to an initializer, and back.

Keras
-----
``keras.initializers.get``, ``serialize`` and ``deserialize`` of Keras 3.15.1, with the same names
and the same dicts.  An identifier that means nothing is a ValueError there; here it is one when
it is a name and a TypeError when its type is wrong.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from engine.initializers.base import Initializer
from engine.initializers.constants import Constant, Ones, Zeros
from engine.initializers.distributions import RandomNormal, RandomUniform, TruncatedNormal
from engine.initializers.glorot import GlorotNormal, GlorotUniform
from engine.initializers.he import HeNormal, HeUniform
from engine.initializers.lecun import LecunNormal, LecunUniform
from engine.initializers.scaling import VarianceScaling
from engine.random.checks import as_float_dtype, as_shape

_SNAKE_CASE: dict[str, type[Initializer]] = {
    "constant": Constant,
    "glorot_normal": GlorotNormal,
    "glorot_uniform": GlorotUniform,
    "he_normal": HeNormal,
    "he_uniform": HeUniform,
    "lecun_normal": LecunNormal,
    "lecun_uniform": LecunUniform,
    "ones": Ones,
    "random_normal": RandomNormal,
    "random_uniform": RandomUniform,
    "truncated_normal": TruncatedNormal,
    "variance_scaling": VarianceScaling,
    "zeros": Zeros,
}
_CLASSES = {cls.__name__: cls for cls in _SNAKE_CASE.values()}
_SHORT = {"normal": RandomNormal, "one": Ones, "uniform": RandomUniform, "zero": Zeros}
_KNOWN: dict[str, Any] = {**_SNAKE_CASE, **_CLASSES, **_SHORT}


def get(identifier: Any) -> Callable[..., Any] | None:
    """Return the initializer that `identifier` means.

    Parameters
    ----------
    identifier : None, str, dict, array, class or callable
        A name such as "he_normal" or "HeNormal"; a config as `serialize` makes it; an array,
        which becomes the weights; a class, which is instantiated; an initializer or any
        function of (shape, dtype), which is returned as it is.

    Raises
    ------
    ValueError
        An unknown name; the message lists the known ones.
    TypeError
        Anything else that cannot be called.

    Example
    -------
    >>> get("glorot_uniform").get_config()
    {'seed': None, 'input_axes': None, 'output_axes': None}
    """
    if identifier is None:
        return None
    if isinstance(identifier, (str, dict)):
        identifier = deserialize(identifier)
    elif isinstance(identifier, (np.ndarray, np.generic)):
        return _returning(np.asarray(identifier))
    if inspect.isclass(identifier):
        identifier = identifier()
    if not callable(identifier):
        raise TypeError(
            "Expected an initializer: None, a name, a config, an array or a callable. "
            f"Received: identifier={identifier!r}"
        )
    found: Callable[..., Any] = identifier
    return found


def serialize(initializer: Any) -> dict[str, Any]:
    """Return the config of `initializer`, as Keras writes it into its files."""
    if isinstance(initializer, types.FunctionType):
        name = initializer.__name__
        if name == "<lambda>":
            raise ValueError(f"Expected a function with a name. Received: {initializer!r}")
        return {
            "module": "builtins",
            "class_name": "function",
            "config": name,
            "registered_name": "function",
        }
    cls = type(initializer)
    known = _CLASSES.get(cls.__name__) is cls
    return {
        "module": "keras.initializers" if known else None,
        "class_name": cls.__name__,
        "config": initializer.get_config(),
        "registered_name": None if known else cls.__name__,
    }


def deserialize(
    config: str | Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
) -> Any:
    """Return the initializer of a config or a name; `custom_objects` are looked up first.

    Example
    -------
    >>> deserialize(serialize(Constant(3.0))).value
    3.0
    """
    known: dict[str, Any] = {**_KNOWN, **(custom_objects or {})}
    if isinstance(config, str):
        config = {"class_name": config}
    name, arguments = config.get("class_name"), config.get("config")
    if name == "function":
        name, arguments = arguments, None
    if name not in known:
        raise ValueError(
            f"Expected an initializer's name, one of {sorted(known)}. Received: {name!r}"
        )
    found = known[name]
    make = getattr(found, "from_config", None)
    return found if make is None else make(arguments or {})


def _returning(values: NDArray[Any]) -> Callable[..., NDArray[Any]]:
    """Return an initializer that gives a copy of `values`."""

    def initialize(shape: Sequence[int], dtype: DTypeLike | None = None) -> NDArray[Any]:
        if as_shape(shape) != values.shape:
            raise ValueError(f"Expected shape to be {values.shape}. Received: shape={shape!r}")
        return values.astype(as_float_dtype(dtype))

    return initialize
