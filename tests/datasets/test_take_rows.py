import os
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from datasets import load_pima, load_sonar, take_rows
from datasets.origin import ORIGIN
from datasets.shipped import DATA


@pytest.fixture
def sources(tmp_path, monkeypatch):
    """Stand in for mlbench: the two R objects, made from the shipped files."""
    pima = load_pima().astype("float64")
    pima.columns = [*"abcdefgh", "diabetes"]
    pima["diabetes"] = pd.Categorical(np.where(pima["diabetes"] == 1, "pos", "neg"))
    sonar = load_sonar()
    made = {"PimaIndiansDiabetes": pima, "Sonar": sonar}
    monkeypatch.setattr(take_rows, "_read_rda", lambda path, name: made[name].copy())
    pytest.importorskip("palmerpenguins")
    return made


def test_same_sources_same_bytes(sources, tmp_path):
    for folder in ("a", "b"):
        take_rows.main(["--mlbench", "unused", "--to", str(tmp_path / folder)])
    for name in ("pima.csv", "sonar.csv", "penguins.csv", "catalogue.json", "README.md"):
        written = (tmp_path / "a" / name).read_bytes()
        assert written == (tmp_path / "b" / name).read_bytes()
        assert written == (DATA / name).read_bytes(), name


def test_a_fraction_is_not_cut_to_a_whole_number(sources, tmp_path):
    sources["PimaIndiansDiabetes"].iloc[5, 1] += 0.5
    with pytest.raises(ValueError, match="Expected whole numbers in Glucose"):
        take_rows.take_pima(tmp_path)


def test_rda_files_if_they_are_here():
    """With mlbench unpacked (GLASSNET_MLBENCH), the real sources give the shipped bytes."""
    folder = os.environ.get("GLASSNET_MLBENCH")
    if not folder:
        pytest.skip("GLASSNET_MLBENCH does not name mlbench's data folder")
    pytest.importorskip("rdata")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        assert take_rows.take_pima(Path(folder)) == (DATA / "pima.csv").read_bytes()
        assert take_rows.take_sonar(Path(folder)) == (DATA / "sonar.csv").read_bytes()


def test_every_source_has_words():
    assert list(take_rows.TAKE) == list(ORIGIN)
