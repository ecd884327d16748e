"""Pima Indians diabetes: 768 women, eight measurements, diabetes within five years or not.

Zeros in Glucose, BloodPressure, SkinThickness, Insulin and BMI stand for "not measured". The
tutorials leave them as they are, and so do these functions.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from datasets.shipped import read_shipped
from datasets.split import Split

if TYPE_CHECKING:
    import pandas as pd

CLASSES = ("no diabetes", "diabetes")


def load_pima(folder: str | Path | None = None) -> pd.DataFrame:
    """Return the 768 rows: eight features and `Outcome` (0: 500 rows, 1: 268 rows).

    Parameters
    ----------
    folder : path, optional
        Where `pima.csv` lies; the shipped file by default.

    Raises
    ------
    DatasetError
        If the file is missing or is not the shipped one.

    Examples
    --------
    >>> load_pima()["Outcome"].value_counts().to_dict()
    {0: 500, 1: 268}
    """
    return read_shipped("pima", folder)


def pima_sgd_split() -> Split:
    """Tutorial pima-sgd: 514 rows to train, 254 to test, standardised by the training part.

    `train_test_split(X, y, test_size=0.33, random_state=42)`, not stratified; then
    `StandardScaler` fitted on the training part and applied to both.

    Examples
    --------
    >>> split = pima_sgd_split()
    >>> len(split.x_train), len(split.x_test)
    (514, 254)
    """
    from sklearn.model_selection import train_test_split

    frame = load_pima()
    x, y = frame.drop(columns="Outcome"), frame["Outcome"]
    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.33, random_state=42)
    return Split(x_train, y_train, x_test, y_test, "pima", CLASSES).standardised()


def pima_adam_split() -> Split:
    """Tutorial pima-adam: rows 0–567 to train, rows 568–767 to test, in the file's order.

    The features are raw: the family of tutorials that this one belongs to (Brownlee, "Your first
    deep learning project in Python with Keras") feeds the measurements as they are. What the
    published run did is known only by its result, test accuracy 0.71.

    Examples
    --------
    >>> split = pima_adam_split()
    >>> len(split.x_train), len(split.x_test)
    (568, 200)
    """
    frame = load_pima()
    x, y = frame.drop(columns="Outcome"), frame["Outcome"]
    return Split(x.iloc[:568], y.iloc[:568], x.iloc[568:], y.iloc[568:], "pima", CLASSES)
