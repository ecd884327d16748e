"""The benchmarks of benchmarks/suite: each runs once, untimed, and finds its answers right."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted(path.stem for path in (ROOT / "benchmarks" / "suite").glob("bench_*.py"))


def pytest_once(*options):
    """Run pytest in a process of its own, in which no benchmark is timed."""
    command = [sys.executable, "-m", "pytest", *options, "-p", "no:cacheprovider"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    return subprocess.run(
        [*command, "--benchmark-disable"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )


@pytest.mark.slow
def test_each_benchmark_runs(tmp_path):
    pytest.importorskip("pytest_benchmark")
    report = tmp_path / "report.xml"
    done = pytest_once("benchmarks/suite", "-m", "not slow", f"--junitxml={report}")
    assert done.returncode == 0, done.stdout + done.stderr
    cases = list(ElementTree.parse(report).iter("testcase"))
    assert [case.get("name") for case in cases if len(case)] == []  # failed, skipped
    ran = Counter(case.get("classname").split(".")[-1] for case in cases)
    assert sorted(ran) == FILES and len(FILES) == 6
    assert all(case.get("name").startswith("bench_") for case in cases)


def test_the_tests_do_not_run_them():
    done = pytest_once("--collect-only", "-q", "benchmarks", "tests/benchmarks")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "test_the_tests_do_not_run_them" in done.stdout
    assert "bench_" not in done.stdout
