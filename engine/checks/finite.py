"""Finite numbers of a type: NaN, infinity and what would become infinite are refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from engine.checks.numeric import numeric

Array = npt.NDArray[Any]


def as_numbers(values: Any, name: str, dtype: str) -> Array:
    """`values` as an array of finite numbers of type `dtype`."""
    array = numbers = numeric(values, name)
    if array.dtype != dtype or not array.flags.c_contiguous:
        with np.errstate(over="ignore"):
            numbers = np.asarray(array, dtype, order="C")
    finite = np.isfinite(numbers)
    if not finite.all():
        bad = np.argwhere(~finite)
        place = f"[{', '.join(str(i) for i in bad[0])}]" if array.ndim else ""
        columns = getattr(values, "columns", None)
        where = "" if columns is None else f", in column {columns[bad[0][-1]]!r}"
        raise ValueError(
            f"Expected finite numbers in {name}. Received: {len(bad)} that are not (NaN, infinite "
            f"or too large for {dtype}), the first at {name}{place} = {array[tuple(bad[0])]}"
            f"{where}"
        )
    return numbers
