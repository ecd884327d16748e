"""What every tutorial gets: a training part and a test part, or folds of both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@dataclass(frozen=True)
class Split:
    """Training and test part of one data set, as pandas objects that keep the row numbers.

    Attributes
    ----------
    x_train, x_test : DataFrame (rows, features)
    y_train, y_test : Series (rows,), or DataFrame (rows, classes) where one-hot
    name : str
        The name to print; it says so if the rows are synthetic.
    classes : tuple of str
        What label 0, 1, … (or column 0, 1, … of a one-hot target) stands for.
    synthetic : bool
        True if the rows come from a generator and not from the world.
    """

    x_train: pd.DataFrame
    y_train: pd.Series | pd.DataFrame
    x_test: pd.DataFrame
    y_test: pd.Series | pd.DataFrame
    name: str
    classes: tuple[str, ...]
    synthetic: bool = False

    def arrays(self, dtype: str = "float32") -> tuple[np.ndarray, ...]:
        """Return `x_train, y_train, x_test, y_test` as C-contiguous arrays of `dtype`."""
        import numpy as np

        parts = (self.x_train, self.y_train, self.x_test, self.y_test)
        return tuple(np.ascontiguousarray(part.to_numpy(dtype=dtype)) for part in parts)

    def standardised(self) -> Split:
        """Return the split with x ← (x − μ) / σ, μ and σ of the training part only.

        scikit-learn's `StandardScaler().fit(x_train)`; σ is the population's (÷ n, not n − 1).
        """
        from sklearn.preprocessing import StandardScaler

        scaler = StandardScaler().fit(self.x_train)
        x_train, x_test = (
            _like(part, scaler.transform(part)) for part in (self.x_train, self.x_test)
        )
        return replace(self, x_train=x_train, x_test=x_test)


@dataclass(frozen=True)
class Folds:
    """A whole data set and k ways to divide it; iterating yields k `Split`s.

    Attributes
    ----------
    x : DataFrame (rows, features)
    y : Series (rows,)
    folds : tuple of (train, test)
        Arrays of row numbers; the k test parts together are every row once.
    name, classes
        As in `Split`.
    """

    x: pd.DataFrame
    y: pd.Series
    folds: tuple[tuple[np.ndarray, np.ndarray], ...]
    name: str
    classes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.folds)

    def __iter__(self) -> Iterator[Split]:
        for train, test in self.folds:
            yield Split(
                x_train=self.x.iloc[train],
                y_train=self.y.iloc[train],
                x_test=self.x.iloc[test],
                y_test=self.y.iloc[test],
                name=self.name,
                classes=self.classes,
            )


def _like(frame: pd.DataFrame, values: Any) -> pd.DataFrame:
    """Return `values` with the row numbers and column names of `frame`."""
    import pandas as pd

    return pd.DataFrame(values, index=frame.index, columns=frame.columns)
