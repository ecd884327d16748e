"""Settings for all models: the floating-point type and ε.

float32 is what Keras trains in and what the promise of identical results is about; float64 is for
study, where rounding should not get in the way of the mathematics.

Keras: ``keras.config``; `nonfinite_policy` is the engine's own.
"""

from __future__ import annotations

_FLOATX = "float32"
_EPSILON = 1e-7
_NONFINITE = "stop"


def floatx() -> str:
    """The type that new layers compute in: "float32" or "float64"."""
    return _FLOATX


def set_floatx(value: str) -> None:
    """Choose the type that layers made from now on compute in.

    Raises
    ------
    ValueError, TypeError
        If `value` is neither "float32" nor "float64".
    """
    global _FLOATX
    if not isinstance(value, str) or value not in ("float32", "float64"):
        raise (ValueError if isinstance(value, str) else TypeError)(
            f'Expected value to be "float32" or "float64". Received: value={value!r}'
        )
    _FLOATX = value


def epsilon() -> float:
    """The ε to which crossentropies on probabilities clip: 1e-7."""
    return _EPSILON


def nonfinite_policy() -> str:
    """What `fit` does when the loss is NaN or infinite: "stop" or "continue"."""
    return _NONFINITE


def set_nonfinite_policy(value: str) -> None:
    """Choose what `fit` does when the loss is NaN or infinite.

    Parameters
    ----------
    value
        "stop": raise :class:`engine.models.NonFiniteError`, which names the first layer that
        produced such a number.  "continue": go on, as Keras does.

    Raises
    ------
    ValueError, TypeError
        If `value` is neither of them.
    """
    global _NONFINITE
    if not isinstance(value, str) or value not in ("stop", "continue"):
        raise (ValueError if isinstance(value, str) else TypeError)(
            f'Expected value to be "stop" or "continue". Received: value={value!r}'
        )
    _NONFINITE = value
