"""What two runs must have in common to be compared without a warning."""

from __future__ import annotations

import pytest


@pytest.hookimpl(optionalhook=True)
def pytest_benchmark_update_machine_info(machine_info):
    """Forget the clock's frequency of this moment: it tells no machine from another."""
    for name in ("hz_actual", "hz_actual_friendly"):
        machine_info["cpu"].pop(name, None)
