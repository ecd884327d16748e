"""Data for the tutorials: three shipped sets, one of the user's own, five toys.

=================== ============== ===========================================================
loader              rows × columns tutorial
=================== ============== ===========================================================
load_pima           768 × 9        `pima_sgd_split`, `pima_adam_split`
load_sonar          208 × 61       `sonar_folds`
load_penguins       344 × 8        `penguins_split`
load_sherlock_2apps 612,114 × 5    `sherlock_split`; a SYNTHETIC stand-in without the user's files
=================== ============== ===========================================================

The shipped rows, their origin, licence, units and checksums: `datasets/data/README.md`.
Importing this package imports neither pandas nor scikit-learn; the functions that need them do.
"""

from importlib.util import find_spec

from datasets.penguins import load_penguins, penguins_split
from datasets.pima import load_pima, pima_adam_split, pima_sgd_split
from datasets.sherlock import load_sherlock_2apps, sherlock_split
from datasets.shipped import DatasetError, catalogue
from datasets.sonar import load_sonar, sonar_folds
from datasets.split import Folds, Split
from datasets.toys import blobs, circles, moons, spiral, xor

__all__ = [
    "DatasetError",
    "Folds",
    "Split",
    "blobs",
    "catalogue",
    "circles",
    "load_penguins",
    "load_pima",
    "load_sherlock_2apps",
    "load_sonar",
    "moons",
    "penguins_split",
    "pima_adam_split",
    "pima_sgd_split",
    "sherlock_split",
    "sonar_folds",
    "spiral",
    "xor",
]

for _library in ("pandas", "sklearn"):
    if find_spec(_library) is None:
        raise ImportError(
            "Expected pandas and scikit-learn, which the data sets come with: "
            "pip install '.[data]' in Glassnet's folder",
            name=_library,
        )
