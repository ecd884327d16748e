"""Parameters with a destination in their names: ``optimizer__learning_rate=0.1``.

    model__units=8                      the model function gets units=8
    optimizer="sgd", optimizer__momentum=0.9     SGD(momentum=0.9)
    callbacks=[A, B], callbacks__0__patience=3   [A(patience=3), B()]
    callbacks={"stop": A}, callbacks__stop__patience=3
    metrics=[M, N], metrics__from_logits=True    both get it

Keras: ``scikeras``'s parameter routing.
"""

from __future__ import annotations

import inspect
from typing import Any

from engine.checks.shown import shown

PREFIXES = ("model", "optimizer", "loss", "metrics", "compile", "fit", "predict", "callbacks")
"""The destinations."""


def is_routed(name: str) -> bool:
    """Whether `name` begins with a destination.

    >>> is_routed("optimizer__learning_rate"), is_routed("optimiser__learning_rate")
    (True, False)
    """
    return name.partition("__")[0] in PREFIXES and "__" in name


def addressed(parameters: dict[str, Any], to: str) -> dict[str, Any]:
    """The parameters for `to`, without the destination.

    >>> addressed({"fit__epochs": 3, "model__units": 8}, "fit")
    {'epochs': 3}
    """
    prefix = f"{to}__"
    return {k[len(prefix) :]: v for k, v in parameters.items() if k.startswith(prefix)}


def assembled(item: Any, parameters: dict[str, Any], shared: dict[str, Any] | None = None) -> Any:
    """`item` with classes replaced by objects, made with the parameters that are for them.

    Parameters
    ----------
    item
        A class, an object, or a list, tuple or dict of such.
    parameters
        Those with a further destination are for a member of the list or dict, by place or key, or
        for an argument of the class; numbers in the place of names are positional arguments.
    shared
        What every class in the list or dict gets.

    Raises
    ------
    TypeError
        If an object that is no class would get parameters.

    >>> assembled([dict, dict], {"a": 1, "1__b": 2})
    [{'a': 1}, {'a': 1, 'b': 2}]
    """
    own = {**(shared or {}), **{k: v for k, v in parameters.items() if "__" not in k}}
    if inspect.isclass(item):
        arguments = {k: assembled(v, addressed(parameters, k)) for k, v in own.items()}
        by_place = sorted((int(k), v) for k, v in arguments.items() if k.isdecimal())
        named = {k: v for k, v in arguments.items() if not k.isdecimal()}
        return item(*(v for _, v in by_place), **named)
    if isinstance(item, list | tuple):
        parts = [assembled(v, addressed(parameters, str(i)), own) for i, v in enumerate(item)]
        return type(item)(parts)
    if isinstance(item, dict):
        return {k: assembled(v, addressed(parameters, k), own) for k, v in item.items()}
    if own and item is not None:
        raise TypeError(
            f"Expected a class or its name for the parameters {shown(own)}: an object that is "
            f"finished takes none. Received: {shown(item)}"
        )
    return item


def with_classes(item: Any, parameters: dict[str, Any], get: Any, by_shape: Any = ()) -> Any:
    """`item` with the names in it replaced by the classes that they stand for.

    Names stay what they are if no parameters are for them, or if they are among `by_shape`.
    """
    if isinstance(item, str) and parameters and item not in by_shape:
        return type(get(item))
    if isinstance(item, list | tuple):
        return type(item)(with_classes(v, parameters, get, by_shape) for v in item)
    if isinstance(item, dict):
        return {k: with_classes(v, parameters, get, by_shape) for k, v in item.items()}
    return item
