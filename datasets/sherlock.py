"""sherlock_2apps: which of two smartphone apps is running? Four measurements, 612,114 rows.

A reduction of the SherLock sample data (Mirsky, Shabtai, Rokach, Shapira & Elovici, "SherLock vs
Moriarty: a smartphone dataset for cybersecurity research", AISec 2016) by the DeapSECURE course.
The rows may not be redistributed, so they are not here. Who took the course has two files:

    sherlock_2apps_features.csv   cutime, num_threads, otherPrivateDirty, priority
    sherlock_2apps_labels.csv     ApplicationName: 0 Facebook (379,054), 1 WhatsApp (233,060)

Without them `load_sherlock_2apps` returns a stand-in that says SYNTHETIC in its name.

Source: DeapSECURE, lesson 3 "Machine Learning", session 3 (which writes the two files) and
lesson 4 "Deep Learning", episode "An Introduction to Keras with Binary Classification Task".
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from datasets.sherlock_files import APPS, COUNTS, find_folder, read_files
from datasets.sherlock_standin import COLUMNS, SEED, standin
from datasets.split import Split

if TYPE_CHECKING:
    import pandas as pd

NAME = "sherlock_2apps"
SYNTHETIC_NAME = "sherlock_2apps (synthetic stand-in)"
LABEL = "ApplicationName"


def load_sherlock_2apps(
    folder: str | Path | None = None, *, rows: int | None = None
) -> pd.DataFrame:
    """Return four feature columns and `ApplicationName` (0 Facebook, 1 WhatsApp).

    Print `frame.attrs["name"]` wherever the data are named: it is "sherlock_2apps" for the
    user's files and "sherlock_2apps (synthetic stand-in)" otherwise; `attrs["synthetic"]` is the
    same as a bool, and `attrs["classes"]` names the two labels.

    Parameters
    ----------
    folder : path, optional
        Where the user's two CSV files lie. By default the folder in the environment variable
        GLASSNET_SHERLOCK, else `datasets/user/` if it holds them, else the stand-in is made.
    rows : int, optional
        A smaller sample with the same proportion of the two apps. By default all 612,114 rows.

    Raises
    ------
    DatasetError
        If a folder is named and a file is missing, or if a file is not the course's: other than
        four numeric columns, a missing value, other labels, another number of rows.

    Examples
    --------
    >>> frame = load_sherlock_2apps(rows=1000)
    >>> frame.shape
    (1000, 5)
    """
    counts = _sample_counts(rows)
    place = find_folder(folder)
    if place is None:
        x, label = standin(counts)
        return _frame(x, COLUMNS, label, SYNTHETIC_NAME)

    x, columns, label = read_files(place)
    if rows is not None:
        rng = np.random.default_rng(SEED)
        chosen = [rng.choice(np.flatnonzero(label == c), counts[c], replace=False) for c in (0, 1)]
        keep = np.sort(np.concatenate(chosen))
        x, label = x[keep], label[keep]
    return _frame(x, columns, label, NAME)


def sherlock_split(
    folder: str | Path | None = None, *, rows: int | None = None, random_state: int = 42
) -> Split:
    """Tutorial sherlock-neuron: 489,691 rows to train, 122,423 to validate (80/20).

    As the course: standardise over all rows (`StandardScaler().fit(features)`; its file holds the
    result, and standardising that again changes nothing), then
    `train_test_split(features, labels, test_size=0.2)`, not stratified. So the mean and spread of
    the validation rows leak into the training; with 489,691 rows they would differ by about
    0.0006 σ if only the training part was used.

    Parameters
    ----------
    folder, rows
        As in `load_sherlock_2apps`.
    random_state : int
        The seed of the split. The tutorial gives none; 42 is used in published solutions to it.

    Examples
    --------
    >>> split = sherlock_split(rows=1000)
    >>> len(split.x_train), len(split.x_test)
    (800, 200)
    """
    import pandas as pd
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import StandardScaler

    frame = load_sherlock_2apps(folder, rows=rows)
    features = frame.drop(columns=LABEL)
    scaled = StandardScaler().fit_transform(features)
    x = pd.DataFrame(scaled, index=features.index, columns=features.columns)
    x_train, x_test, y_train, y_test = train_test_split(
        x, frame[LABEL], test_size=0.2, random_state=random_state
    )
    about = frame.attrs
    return Split(
        x_train, y_train, x_test, y_test, about["name"], about["classes"], about["synthetic"]
    )


def _sample_counts(rows: Any) -> tuple[int, int]:
    """Divide `rows` between the two apps in the proportion of the whole set."""
    total = sum(COUNTS)
    if rows is None:
        return COUNTS
    if isinstance(rows, bool) or not isinstance(rows, int | np.integer):
        raise TypeError(f"Expected rows to be an int or None. Received: rows={rows!r}")
    if not 10 <= rows <= total:
        raise ValueError(f"Expected 10 ≤ rows ≤ {total:,}. Received: rows={rows}")
    first = round(rows * COUNTS[0] / total)
    return first, int(rows) - first


def _frame(x: np.ndarray, columns: tuple[str, ...], label: np.ndarray, name: str) -> pd.DataFrame:
    import pandas as pd

    synthetic = name == SYNTHETIC_NAME
    frame = pd.DataFrame(x, columns=list(columns))
    frame[LABEL] = label
    frame.attrs.update(
        name=name,
        synthetic=synthetic,
        classes=tuple(f"{app} (synthetic)" if synthetic else app for app in APPS),
    )
    return frame
