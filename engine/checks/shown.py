"""What an error message shows of a value: its repr, on one line and not too long."""

from __future__ import annotations

import reprlib
from typing import Any

import numpy as np

_SHORT = reprlib.Repr()  # Python 3.11 takes no arguments here
_SHORT.maxlist, _SHORT.maxtuple, _SHORT.maxdict, _SHORT.maxlevel = 6, 6, 4, 3
_SHORT.maxstring, _SHORT.maxother = 60, 80


def shown(value: Any) -> str:
    """``repr(value)``, shortened; of arrays and frames only the kind.

    >>> import numpy as np
    >>> shown("adam"), shown([1, 2.5]), shown(np.zeros((2, 3)))
    ("'adam'", '[1, 2.5]', '<ndarray of shape (2, 3)>')
    """
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple) and shape and not isinstance(value, type):
        if isinstance(value, np.ndarray) or hasattr(value, "to_numpy"):
            return f"<{type(value).__name__} of shape {shape}>"
    if isinstance(value, list | tuple) and any(np.ndim(v) for v in value if hasattr(v, "shape")):
        return f"<{type(value).__name__} of {len(value)} arrays>"
    return " ".join(_SHORT.repr(value).split())
