"""The whole of scikit-learn's check_estimator: nothing fails, nothing is skipped or expected to.

One check wants an environment variable that has to be set before SciPy is imported: so a process of
its own runs them all.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sklearn.neural_network import MLPClassifier
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import check_estimator

from tests.wrappers.judged import JUDGED

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def verdicts():
    """{estimator: [{check that did not pass: why}, how many passed]}."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.wrappers.judged"],
        cwd=ROOT,
        env={**os.environ, "SCIPY_ARRAY_API": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=1800,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", JUDGED)
def test_every_check_passes(verdicts, name):
    did_not_pass, passed = verdicts[name]
    assert did_not_pass == {}
    assert passed >= 50


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
