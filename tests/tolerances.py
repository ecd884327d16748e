"""How far two computations of one number may differ: one table, and the comparisons that use it.

"Same bits" (:func:`assert_same_bits`) is the first choice.  Where it cannot hold, a row of the
table says how much is allowed, how much was measured, and why there is a difference at all.  The
worst error that passed is noted for each row in ``SEEN``, so that the column can be renewed.  All
comparisons look at shape and dtype as well, and NaN never passes.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Tolerance:
    """What is allowed, and why.

    unit
        "relative" to the largest expected number; "size", relative to it or to 1 if all are
        smaller; or "ulps" of each number.
    """

    limit: float
    measured: float
    reason: str
    unit: str = "relative"


SAME = "the same formula; sums are added in another order and fma rounds once"

LIBRARY = "an approximation by design: the C library promises about one ulp"
EIGEN = "an approximation by design: Eigen's polynomial without fma"
ONEDNN = "an approximation by design: oneDNN's polynomial with fma"

TABLE: dict[tuple[str, str], Tolerance] = {
    ("float32", "step"): Tolerance(2e-5, 6e-06, SAME, "size"),
    ("float64", "step"): Tolerance(1e-13, 5.4e-15, SAME, "size"),
    ("float64", "differences"): Tolerance(2e-7, 3.5e-08, "h² of the third derivative, and ε/h"),
    ("float32", "gradient"): Tolerance(1e-5, 6.7e-06, SAME, "size"),
    ("float64", "gradient"): Tolerance(1e-13, 1.2e-14, SAME, "size"),
    ("float32", "slot"): Tolerance(1e-4, 2.3e-05, SAME),
    ("float64", "slot"): Tolerance(1e-12, 9.5e-15, SAME),
    ("float32", "loss"): Tolerance(4e-6, 6.9e-07, SAME, "size"),
    ("float64", "loss"): Tolerance(1e-14, 6.2e-16, SAME, "size"),
    ("float32", "training"): Tolerance(
        1e-5, 2.4e-07, "the same formulas over some dozens of steps", "size"
    ),
    ("float64", "training"): Tolerance(1e-5, 1.6e-06, "the means of float32 steps", "size"),
    # measured by `make test-tolerance`
    ("float32", "Keras"): Tolerance(
        1e-5, 1.8e-06, "other machines: TensorFlow's order of sums", "size"
    ),
    ("float64", "Keras"): Tolerance(1e-5, 2.1e-07, "the same numbers as Python's", "size"),
    ("float32", "metric"): Tolerance(1e-6, 2e-07, "the mean of batches in float32", "size"),
    ("float32", "step size"): Tolerance(4e-6, 8e-07, "1 − β₂ᵗ loses digits while t is small"),
    ("float64", "step size"): Tolerance(1e-14, 1.7e-15, "1 − β₂ᵗ loses digits while t is small"),
    ("float32", "product"): Tolerance(1e-6, 2.1e-07, SAME),
    ("float64", "product"): Tolerance(4e-15, 3.8e-16, SAME),
    ("float32", "sum"): Tolerance(1e-6, 1.2e-07, SAME),
    ("float64", "sum"): Tolerance(4e-15, 2.2e-16, SAME),
    ("float32", "C library"): Tolerance(2, 1.82, LIBRARY, "ulps"),
    ("float64", "C library"): Tolerance(3, 2, LIBRARY, "ulps"),
    ("float32", "exp"): Tolerance(2, 1.25, EIGEN, "ulps"),
    ("float32", "log"): Tolerance(4, 2.81, EIGEN, "ulps"),
    ("float32", "log1p"): Tolerance(4, 3.69, EIGEN, "ulps"),
    ("float32", "reciprocal"): Tolerance(3, 2.65, EIGEN, "ulps"),
    ("float32", "logistic"): Tolerance(8, 5.9, EIGEN, "ulps"),
    ("float32", "tanh"): Tolerance(6, 4.54, EIGEN, "ulps"),
    ("float32", "fused_exp"): Tolerance(7, 5.17, ONEDNN, "ulps"),
    ("float32", "fused_logistic"): Tolerance(7, 4.68, ONEDNN, "ulps"),
    ("float32", "fused_tanh"): Tolerance(3, 0, ONEDNN, "ulps"),
    ("float32", "symmetry"): Tolerance(2.4e-7, 1.8e-07, "two values of σ, each a few ulps off"),
    ("float64", "elementary"): Tolerance(1e-15, 1.6e-16, "the same function, written another way"),
}

SEEN: dict[tuple[str, str], float] = {}


def _comparable(actual: Any, expected: Any) -> tuple[Any, Any]:
    actual, expected = np.asarray(actual), np.asarray(expected)
    assert actual.dtype == expected.dtype, f"{actual.dtype} is not {expected.dtype}"
    assert actual.shape == expected.shape, f"{actual.shape} is not {expected.shape}"
    for name, values in (("actual", actual), ("expected", expected)):
        assert not np.isnan(values).any(), f"NaN in the {name} values"
    return actual, expected


def same_bits(actual: Any, expected: Any) -> bool:
    """Whether two arrays agree in shape, dtype and every bit, NaN nowhere."""
    try:
        assert_same_bits(actual, expected)
    except AssertionError:
        return False
    return True


def assert_same_bits(actual: Any, expected: Any, message: Any = "") -> None:
    """Fail unless the arrays agree in shape, dtype and every bit, or if there is a NaN."""
    actual, expected = _comparable(actual, expected)
    if actual.tobytes() != expected.tobytes():
        different = np.argwhere(np.atleast_1d(actual != expected))
        with np.errstate(invalid="ignore"):
            worst = np.max(np.abs(actual.astype("float64") - expected.astype("float64")))
        raise AssertionError(
            f"{len(different)} of {actual.size} numbers differ, by {worst:.3g} at the most, first "
            f"at {different[0] if len(different) else 'a signed zero'}. {message}"
        )


def ulps(actual: Any, expected: Any) -> Any:
    """The error of `actual` in units of the last place of `expected`, a float64 array."""
    actual = np.asarray(actual)
    return np.abs(actual.astype("float64") - expected) / np.spacing(
        np.abs(np.asarray(expected)).astype(actual.dtype)
    )


def assert_close(actual: Any, expected: Any, kind: str, message: Any = "") -> None:
    """Fail if the difference exceeds the row (dtype, `kind`) of the table."""
    actual, expected = _comparable(actual, expected)
    if not actual.size:
        return
    row = TABLE[(str(actual.dtype), kind)]
    finite = np.isfinite(expected)
    assert np.array_equal(actual[~finite], expected[~finite]), f"infinities differ. {message}"
    if not finite.any():
        return
    a, e = actual[finite].astype("float64"), expected[finite].astype("float64")
    error = float(np.max(np.abs(a - e)))
    if error > 0:
        smallest = 1.0 if row.unit == "size" else np.finfo(actual.dtype).tiny
        error /= max(float(np.max(np.abs(e))), smallest)
    assert error <= row.limit, f"{row.unit} error {error:.3g} > {row.limit:.3g}. {message}"
    key = (str(actual.dtype), kind)
    SEEN[key] = max(SEEN.get(key, 0.0), error)


def assert_ulps(actual: Any, truth: Any, kind: str, message: Any = "") -> None:
    """Fail if `actual` is more ulps from the float64 `truth` than (dtype, `kind`) allows."""
    actual, truth = np.asarray(actual), np.asarray(truth)
    assert actual.shape == truth.shape
    assert not np.isnan(actual).any() and not np.isnan(truth).any(), "NaN"
    key = (str(actual.dtype), kind)
    row = TABLE[key]
    assert row.unit == "ulps"
    error = ulps(actual, truth)
    worst = float(error.max())
    place = np.unravel_index(np.argmax(error), error.shape)
    assert worst <= row.limit, f"{worst:.2f} ulps at {place}: {actual[place]!r}. {message}"
    SEEN[key] = max(SEEN.get(key, 0.0), worst)
