"""What compile() is given for each of a model's outputs, of which there is one.

    "mse"   ["mse"]   {"out": "mse"}        the loss, where the last layer is called "out"
    ["accuracy"]   [["accuracy"]]   {"out": ["accuracy"]}   {"out": "accuracy"}        metrics
    None   1   [1]   [None]   {"out": 1}        loss_weights

Keras: ``keras.Model.compile``, which takes a name that no output has for its only output's, too;
here it is refused.
"""

from __future__ import annotations

from typing import Any

from engine.checks.shown import shown


def of_only_output(argument: str, given: Any, output: str | None) -> Any:
    """Return what an argument says of the only output, the layer called `output`.

    Raises
    ------
    ValueError
        If it says something of other outputs.
    """
    if isinstance(given, dict) and "class_name" not in given:
        if list(given) != [output]:
            raise ValueError(
                f"Expected {argument} for the model's only output, {shown(output)}. "
                f"Received: {argument}={shown(given)}"
            )
        return given[output]
    if argument != "metrics" and isinstance(given, list | tuple) and len(given) == 1:
        return given[0]
    return given


def metrics_of_only_output(argument: str, given: Any, output: str | None) -> list[Any]:
    """Return the metrics of an argument; lists in the list are put together, as in Keras.

    Raises
    ------
    TypeError, ValueError
        If it is no list, or names other outputs.
    """
    found = of_only_output(argument, given, output) if isinstance(given, dict) else given
    if isinstance(given, dict) and found is not given and not isinstance(found, list | tuple):
        found = [found]
    if found is not None and not isinstance(found, list | tuple):
        raise (ValueError if isinstance(found, str) else TypeError)(
            f"Expected {argument} to be a list. Received: {argument}={shown(given)}"
        )
    listed: list[Any] = []
    for metric in found or []:
        listed += metric if isinstance(metric, list | tuple) else [metric]
    return listed


def check_loss_weights(given: Any, output: str | None) -> None:
    """Refuse other weights than 1: the only loss is the whole loss."""
    weight = of_only_output("loss_weights", given, output)
    if weight is not None and (isinstance(weight, bool) or weight not in (1, 1.0)):
        raise ValueError(
            "Expected loss_weights to be 1 or None: the loss of the only output is the whole loss. "
            f"Received: loss_weights={shown(given)}"
        )
