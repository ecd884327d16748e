"""How much all metrics of a file may need together: few bytes of a config ask for many numbers.

    Σ thresholds · labels ≤ 1,000,000        over at most 1,000 metrics

An AUC of 10⁶ thresholds is a hundred bytes of a config and 40 MB of numbers; fifty of them would
be two gigabytes.  So they are counted before the first one is made.

Keras: has no such limits.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.saving.checks import refuse

MOST_METRICS = 1_000
MOST_THRESHOLDS = 1_000_000
"""Of all metrics together; Keras gives an AUC 200 unless it is told otherwise."""
_USUAL_THRESHOLDS = 200


def check_counts(compiled: dict[str, Any], where: str) -> None:
    """Refuse too many metrics, or too many thresholds of all of them, in a checked config."""
    found = [m for key in ("metrics", "weighted_metrics") for m in _listed(compiled.get(key))]
    if len(found) > MOST_METRICS:
        refuse(f"{where}.metrics", f"at most {MOST_METRICS:,} metrics", len(found))
    thresholds = sum(_thresholds(metric) for metric in found)
    if thresholds > MOST_THRESHOLDS:
        refuse(
            f"{where}.metrics",
            f"metrics of at most {MOST_THRESHOLDS:,} thresholds, counted for each label of an AUC",
            thresholds,
        )


def _listed(value: Any) -> Iterator[Any]:
    """Each metric of nested lists, or of a dict by the outputs' names."""
    if isinstance(value, dict) and "class_name" not in value:
        value = list(value.values())
    if isinstance(value, list):
        for element in value:
            yield from _listed(element)
    elif value is not None:
        yield value


def _thresholds(metric: Any) -> int:
    """How many thresholds a metric has, times its labels; a name may be that of an AUC."""
    if not isinstance(metric, dict):
        return _USUAL_THRESHOLDS
    config = metric["config"] if isinstance(metric["config"], dict) else {}
    given = config.get("thresholds")
    count = len(given) if isinstance(given, list) else 1
    if metric["class_name"] == "AUC" and given is None:
        count = config.get("num_thresholds", _USUAL_THRESHOLDS)
    labels: int = config.get("num_labels") or 1
    return int(count) * labels
