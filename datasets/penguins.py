"""Palmer penguins: 344 birds of three species, four measurements each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from datasets.shipped import read_shipped
from datasets.split import Split

if TYPE_CHECKING:
    import pandas as pd

FEATURES = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]


def load_penguins(folder: str | Path | None = None) -> pd.DataFrame:
    """Return the 344 rows; two lack all four measurements, eleven the sex.

    Parameters
    ----------
    folder : path, optional
        Where `penguins.csv` lies; the shipped file by default.

    Raises
    ------
    DatasetError
        If the file is missing or is not the shipped one.

    Examples
    --------
    >>> load_penguins()["species"].value_counts().to_dict()
    {'Adelie': 152, 'Gentoo': 124, 'Chinstrap': 68}
    """
    return read_shipped("penguins", folder)


def penguins_split() -> Split:
    """Tutorial penguins: 273 rows to train, 69 to test, stratified by species, features raw.

    Drop the two birds without measurements (344 → 342), keep the four measurements, one-hot the
    species by `get_dummies` (columns Adelie, Chinstrap, Gentoo), then
    `train_test_split(test_size=0.2, random_state=0, shuffle=True, stratify=target)`.

    The tutorial reads seaborn's copy, which lists Chinstrap before Gentoo. A stratified split
    draws within each species, and within a species both copies have one order: the same birds come
    out in the same order, only their row numbers differ.

    Examples
    --------
    >>> split = penguins_split()
    >>> len(split.x_train), len(split.x_test), split.classes
    (273, 69, ('Adelie', 'Chinstrap', 'Gentoo'))
    """
    import pandas as pd
    from sklearn.model_selection import train_test_split

    frame = load_penguins().dropna(subset=FEATURES)
    target = pd.get_dummies(frame["species"])
    x_train, x_test, y_train, y_test = train_test_split(
        frame[FEATURES], target, test_size=0.2, random_state=0, shuffle=True, stratify=target
    )
    return Split(x_train, y_train, x_test, y_test, "penguins", tuple(target.columns))
