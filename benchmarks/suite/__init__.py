"""Benchmarks for pytest-benchmark, which compare a change's speed with that of the last run."""
