"""Sonar, mines against rocks: 208 echoes, each the energy in 60 frequency bands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from datasets.shipped import read_shipped
from datasets.split import Folds

if TYPE_CHECKING:
    import pandas as pd

CLASSES = ("M", "R")


def load_sonar(folder: str | Path | None = None) -> pd.DataFrame:
    """Return the 208 rows: `V1` … `V60` and `Class` ("M" mine: 111 rows, "R" rock: 97 rows).

    Parameters
    ----------
    folder : path, optional
        Where `sonar.csv` lies; the shipped file by default.

    Raises
    ------
    DatasetError
        If the file is missing or is not the shipped one.

    Examples
    --------
    >>> load_sonar()["Class"].value_counts().to_dict()
    {'M': 111, 'R': 97}
    """
    return read_shipped("sonar", folder)


def sonar_folds(n_splits: int = 10, random_state: int = 7) -> Folds:
    """Tutorial sonar-cv: stratified folds, shuffled, features raw, labels M → 0 and R → 1.

    `LabelEncoder` sorts the letters, hence M → 0. `StratifiedKFold(n_splits, shuffle=True,
    random_state)` gives ten test parts of 20 or 21 rows. The tutorial's Pipeline standardises
    inside each fold: `split.standardised() for split in folds`.

    Parameters
    ----------
    n_splits : int
        The number of folds.
    random_state : int
        The seed of the shuffle. Newer editions of the tutorial give none, so that every run
        differs; older ones say `seed = 7`.

    Examples
    --------
    >>> folds = sonar_folds()
    >>> folds.x.shape, len(folds)
    ((208, 60), 10)
    """
    from sklearn.model_selection import StratifiedKFold

    frame = load_sonar()
    x = frame.drop(columns="Class")
    y = frame["Class"].map({letter: i for i, letter in enumerate(CLASSES)}).astype("int64")
    kfold = StratifiedKFold(n_splits=n_splits, shuffle=True, random_state=random_state)
    return Folds(x, y, tuple(kfold.split(x, y)), "sonar", CLASSES)
