"""The readable form of the catalogue: `datasets/data/README.md`."""

from __future__ import annotations

from typing import Any

HEAD = """\
# The shipped data

Written by `python -m datasets.take_rows` from `catalogue.json`: edit `datasets/origin.py`, not this
file. The loaders compare each file with the header, the row count and the SHA-256 given here.
"""

TAIL = """\
## sherlock_2apps is not here

The rows may not be redistributed. Put your own `sherlock_2apps_features.csv` and
`sherlock_2apps_labels.csv` into one folder and name it: `load_sherlock_2apps(folder)`, or the
environment variable `GLASSNET_SHERLOCK`, or `datasets/user/`. Without them the loader makes a
stand-in of the same size and says **synthetic** in its name; see `datasets/sherlock_standin.py`.
"""


def render(catalogue: dict[str, Any]) -> str:
    """Return the Markdown text for `catalogue`."""
    return "\n".join([HEAD, *(_section(entry) for entry in catalogue.values()), TAIL])


def _section(entry: dict[str, Any]) -> str:
    origin = "\n".join(f"- {line}" for line in entry["origin"])
    columns = "\n".join(
        f"| {column['name']} | {column['meaning']} | {column['unit']} | {column['type']} |"
        for column in _joined(entry["columns"])
    )
    return f"""\
## {entry["title"]}: `{entry["file"]}`

{entry["rows"]} rows, {len(entry["columns"])} columns. {entry["about"]}

- Licence: {entry["licence"]}
- SHA-256: `{entry["sha256"]}`
- Changes: {entry["changes"]}
{origin}

| column | meaning | unit | type |
|---|---|---|---|
{columns}
"""


def _joined(columns: list[dict[str, str]]) -> list[dict[str, str]]:
    """Write a run of columns that differ only in name and number as one row: V1 … V60."""
    rows: list[dict[str, str]] = []
    for column in columns:
        run = column.get("run")
        if run is None or not rows or rows[-1].get("run") != run:
            rows.append(dict(column, first=column["name"]))
        else:
            rows[-1]["name"] = f"{rows[-1]['first']} … {column['name']}"
        if run is not None:
            rows[-1]["meaning"] = run
    return rows
