"""Settings for all models: the floating-point type and ε.

float32 is what Keras trains in and what the promise of identical results is about; float64 is for
study, where rounding should not get in the way of the mathematics.

Keras: ``keras.config``.
"""

from __future__ import annotations

_FLOATX = "float32"
_EPSILON = 1e-7


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
