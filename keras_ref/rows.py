"""The rows of an experiment: drawn from a description, or read from a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

LABELS = ("binary", "one-hot", "classes", "soft", "real")
DTYPES = ("float32", "float64", "int32", "int64", "uint8", "bool")
NAMES = ("x", "y", "sample_weight", "x_val", "y_val", "sample_weight_val")
UNSEEN = 23


@dataclass(frozen=True)
class Rows:
    """Rows to train on, maybe to validate on, and others to evaluate on."""

    x: np.ndarray
    y: np.ndarray
    sample_weight: np.ndarray | None
    validation: tuple[np.ndarray, ...] | None
    unseen: tuple[np.ndarray, np.ndarray]


def draw(
    inputs: int,
    units: int,
    *,
    rows: int = 43,
    labels: str = "binary",
    dtype: str = "float32",
    scale: float = 1.0,
    sample_weight: bool = False,
    validation_rows: int = 0,
    validation_weight: bool = False,
    seed: int = 0,
) -> Rows:
    """Draw features from a normal distribution and labels that depend on them, with noise.

    Parameters
    ----------
    inputs, units : int
        Numbers in a row of features, and of predictions.
    labels : str
        "binary": 0 or 1 for each unit; "one-hot"; "classes": class numbers; "soft": numbers in
        (0, 1) that add up to 1 over several units; "real": any numbers.
    dtype : str
        Of the labels.
    scale : float
        The standard deviation of the features.
    sample_weight, validation_weight : bool
        Whether the rows have weights, drawn between 0.1 and 3.

    Raises
    ------
    ValueError
        If `labels` or `dtype` is unknown, a count, `scale` or the seed is negative, or one unit
        is to tell classes.
    """
    if labels not in LABELS:
        raise ValueError(
            f"Expected labels to be one of {', '.join(LABELS)}. Received: labels={labels!r}"
        )
    if rows < 1 or validation_rows < 0:
        raise ValueError(
            "Expected rows ≥ 1 and validation_rows ≥ 0. "
            f"Received: rows={rows}, validation_rows={validation_rows}"
        )
    if dtype not in DTYPES:
        raise ValueError(
            f"Expected dtype to be one of {', '.join(DTYPES)}. Received: dtype={dtype!r}"
        )
    if seed < 0 or not scale >= 0:
        raise ValueError(f"Expected seed ≥ 0 and scale ≥ 0. Received: seed={seed}, scale={scale}")
    if labels in ("one-hot", "classes") and units < 2:
        raise ValueError(
            "Expected several units in the last layer for labels of several classes. "
            f"Received: units={units}, labels={labels!r}"
        )
    truth = np.random.default_rng([seed, 0]).normal(size=(inputs, units)) / np.sqrt(inputs)

    def part(count: int, stream: int) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng([seed, stream])
        x = rng.normal(size=(count, inputs))
        score = 2 * x @ truth + rng.normal(size=(count, units))
        return (x * scale).astype("float32"), _labels(labels, score).astype(dtype)

    def weights(count: int, stream: int) -> np.ndarray:
        return np.random.default_rng([seed, stream]).uniform(0.1, 3.0, count).astype("float32")

    x, y = part(rows, 1)
    validation: tuple[np.ndarray, ...] | None = None
    if validation_rows:
        validation = part(validation_rows, 2)
        if validation_weight:
            validation = (*validation, weights(validation_rows, 5))
    weight = weights(rows, 4) if sample_weight else None
    return Rows(x, y, weight, validation, part(UNSEEN, 3))


def _labels(kind: str, score: np.ndarray) -> np.ndarray:
    if kind == "real":
        return score
    if kind == "binary":
        return score > 0
    if kind == "classes":
        return score.argmax(axis=1)
    if kind == "one-hot":
        return np.eye(score.shape[1])[score.argmax(axis=1)]
    positive = np.exp(score)
    return positive / (1 + positive if score.shape[1] == 1 else positive.sum(axis=1, keepdims=True))


def read(path: Path) -> Rows:
    """Read x and y, and maybe sample_weight, x_val, y_val, sample_weight_val, from an npz file.

    Raises
    ------
    ValueError
        If x or y is missing, or there is something else.
    OSError
        If the file cannot be read.
    """
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            found: dict[str, Any] = {name: file[name] for name in file.files}
    except (ValueError, AttributeError, TypeError, EOFError, BadZipFile):  # another file, or half
        raise ValueError(
            f"Expected an npz file, as numpy.savez writes it. Received: {path}"
        ) from None
    validation = {"x_val", "y_val"} & set(found)
    complete = len(validation) == (2 if validation or "sample_weight_val" in found else 0)
    if not {"x", "y"} <= set(found) <= set(NAMES) or not complete:
        raise ValueError(
            f"Expected the arrays x and y in {path}, maybe sample_weight, x_val with y_val, "
            f"sample_weight_val. Received: {', '.join(sorted(found))}"
        )
    held_back = tuple(found[n] for n in NAMES[3:] if n in found) or None
    unseen = held_back[:2] if held_back else (found["x"], found["y"])
    return Rows(found["x"], found["y"], found.get("sample_weight"), held_back, unseen)
