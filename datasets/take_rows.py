"""Take the rows from their sources once and write the CSV files, the catalogue and the README.

    python -m datasets.take_rows --mlbench FOLDER [--to FOLDER]

FOLDER is the `data` folder of the R package mlbench (Debian: r-cran-mlbench), which holds
`PimaIndiansDiabetes.rda` and `Sonar.rda`. The penguins come from the package palmerpenguins. Also
needed: rdata. The same sources give the same bytes; nothing else in the project needs them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasets.origin import ORIGIN
from datasets.readme import render
from datasets.shipped import DATA

if TYPE_CHECKING:
    import pandas as pd


def take_pima(folder: Path) -> bytes:
    """Return Pima as CSV, with the tutorials' column names and pos/neg as 1/0."""
    frame = _read_rda(folder / "PimaIndiansDiabetes.rda", "PimaIndiansDiabetes")
    frame.columns = [column["name"] for column in ORIGIN["pima"]["columns"]]
    frame["Outcome"] = (frame["Outcome"] == "pos").astype("int64")
    for name in frame.columns.drop(["BMI", "DiabetesPedigreeFunction"]):
        whole = frame[name].astype("int64")
        if not (whole == frame[name]).all():
            raise ValueError(f"Expected whole numbers in {name}. Received: {frame[name].tolist()}")
        frame[name] = whole
    return _csv(frame)


def take_sonar(folder: Path) -> bytes:
    """Return Sonar as CSV, exactly as in mlbench."""
    return _csv(_read_rda(folder / "Sonar.rda", "Sonar"))


def take_penguins(folder: Path) -> bytes:
    """Return the penguins as CSV: the file of palmerpenguins byte for byte (`folder` unused)."""
    from importlib.resources import files

    return (files("palmerpenguins") / "data" / "penguins.csv").read_bytes().replace(b"\r\n", b"\n")


TAKE: dict[str, Callable[[Path], bytes]] = {
    "pima": take_pima,
    "sonar": take_sonar,
    "penguins": take_penguins,
}


def describe(name: str, content: bytes) -> dict[str, Any]:
    """Return the catalogue's entry: the words of `ORIGIN` and what is counted in the file."""
    words = dict(ORIGIN[name])
    columns = words.pop("columns")
    return {
        "file": f"{name}.csv",
        "sha256": hashlib.sha256(content).hexdigest(),
        "rows": len(content.splitlines()) - 1,
        **words,
        "columns": columns,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Write everything into the folder `--to`."""
    parser = argparse.ArgumentParser(prog="python -m datasets.take_rows", description=__doc__)
    parser.add_argument("--mlbench", type=Path, required=True, help="mlbench's folder `data`")
    parser.add_argument("--to", type=Path, default=DATA, help="where to write (datasets/data)")
    options = parser.parse_args(arguments)

    contents = {name: take(options.mlbench) for name, take in TAKE.items()}
    catalogue = {name: describe(name, content) for name, content in contents.items()}
    options.to.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (options.to / f"{name}.csv").write_bytes(content)
    text = json.dumps(catalogue, indent=2, ensure_ascii=False) + "\n"
    (options.to / "catalogue.json").write_bytes(text.encode())
    (options.to / "README.md").write_bytes(render(catalogue).encode())


def _read_rda(path: Path, name: str) -> pd.DataFrame:
    import rdata

    with warnings.catch_warnings():
        # The files predate R's encoding mark; their text is ASCII, which is what rdata assumes.
        warnings.filterwarnings("ignore", message="Unknown encoding")
        return rdata.read_rda(path)[name]


def _csv(frame: pd.DataFrame) -> bytes:
    """Write each float with the fewest digits that read back as the same float."""
    return frame.to_csv(index=False, lineterminator="\n").encode()


if __name__ == "__main__":
    main()
