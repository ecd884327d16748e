"""docs/scikit-learn.md runs as it stands, and its tables name what there is."""

from pathlib import Path

import pytest

from engine import wrappers
from tests.test_maths import LINK, examples, failures, not_run, prose_of, unproved

PAGE = Path(__file__).parent.parent / "docs" / "scikit-learn.md"
TEXT = PAGE.read_text(encoding="utf-8")


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_the_code_prints_what_the_page_says():
    assert sum(bool(example.want) for example in examples(TEXT)) >= 8
    report = failures(TEXT, PAGE.name)
    assert not report, report


def test_nothing_is_shown_that_is_not_run():
    assert not_run(TEXT) == []
    assert unproved(TEXT) == []


def test_every_estimator_is_named_and_linked_files_exist():
    for name in wrappers.__all__:
        assert f"`{name}`" in TEXT or f".{name}`" in TEXT, name
    assert (PAGE.parent.parent / "tests" / "wrappers" / "judged.py").exists()
    for path, _ in LINK.findall(prose_of(TEXT)):
        assert (PAGE.parent / path).exists(), path
