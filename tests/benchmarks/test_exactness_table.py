"""docs/parity.md says what the result file of the exactness benchmark says."""

import json
from pathlib import Path

from benchmarks.exactness import KEYS, LIMIT

DOCS = Path(__file__).parent.parent.parent / "docs"


def test_the_table_is_that_of_the_file():
    found = json.loads((DOCS / "measured" / "exactness.json").read_text())
    text = (DOCS / "parity.md").read_text()
    assert [row["key"] for row in found["results"]] == list(KEYS)
    for row in found["results"]:
        assert f"| {row['key']} | {row['ratio']['median']:.2f} |" in text
        assert row["ratio"]["median"] <= LIMIT
    assert f"medians of {found['rounds']} rounds" in text
    assert not found["commit"].endswith("dirty")
