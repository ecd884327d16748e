"""The whole of scikit-learn's check_estimator: nothing fails, nothing is expected to.

What scikit-learn skips is one check, for want of an environment variable that has to be set before
SciPy is imported; a process of its own sets it, and there nothing is skipped.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sklearn.neural_network import MLPClassifier
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import check_estimator, parametrize_with_checks

from tests.wrappers.judged import JUDGED, verdict

ROOT = Path(__file__).parents[2]
SKIPPED = {
    "check_array_api_input": [
        "skipped",
        "SCIPY_ARRAY_API is not set: not checking array_api input",
    ]
}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@parametrize_with_checks(list(JUDGED.values()))
def test_a_check(estimator, check):
    check(estimator)


@pytest.mark.parametrize("name", JUDGED)
def test_every_check_passes_but_the_one_that_the_environment_skips(name):
    open_, passed = verdict(name)
    if "SCIPY_ARRAY_API" in os.environ:
        assert open_ == {}
    else:
        assert open_ == SKIPPED
    assert passed >= 50


def test_with_the_environment_variable_nothing_is_skipped():
    done = subprocess.run(
        [sys.executable, "-m", "tests.wrappers.judged"],
        cwd=ROOT,
        env={**os.environ, "SCIPY_ARRAY_API": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=900,
    )
    verdicts = json.loads(done.stdout)
    assert verdicts.keys() == JUDGED.keys()
    assert {name: open_ for name, (open_, _) in verdicts.items() if open_} == {}


@pytest.mark.parametrize("name", JUDGED)
def test_no_tag_makes_a_check_easier(name):
    tags = get_tags(JUDGED[name])
    assert not (tags.no_validation or tags.non_deterministic or tags._skip_test)
    for kind in (tags.classifier_tags, tags.regressor_tags):
        assert kind is None or not kind.poor_score
    if tags.classifier_tags is not None:
        assert tags.classifier_tags.multi_class and tags.classifier_tags.multi_label


class Wrong(MLPClassifier):
    """Forgets the sample weights."""

    def fit(self, X, y, sample_weight=None):
        """Train."""
        return super().fit(X, y)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_wrong_estimator_is_found():
    records = check_estimator(Wrong(max_iter=20), on_fail=None, on_skip=None)
    failed = {r["check_name"] for r in records if r["status"] == "failed"}
    assert "check_sample_weight_equivalence_on_dense_data" in failed
