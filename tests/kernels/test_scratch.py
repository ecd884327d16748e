"""The room that a program sets aside is as much as the gradient of the input may write."""

import pytest

from engine.kernels import dense


def whole(n):
    return -(-n // 16) * 16


def written(rows, inputs, units):
    """As :func:`engine.kernels.dense.d_input` uses its scratch."""
    if units == 1 or rows == 1 or (inputs == 1 and rows >= 16):
        return 0
    if rows < 16:
        return rows * whole(units) + 16 * whole(units)
    if rows * (inputs + units) < inputs * units:
        return whole(rows) * (units + 15) + inputs * whole(rows)
    return whole(units) * whole(inputs)


@pytest.mark.parametrize("units", [1, 2, 15, 16, 17, 33, 100, 130])
def test_enough(units):
    for inputs in (1, 2, 15, 16, 17, 31, 64, 99, 200):
        for most in (1, 2, 15, 16, 17, 40, 41, 57, 58, 70, 300):
            # The program gives whole registers; any batch up to the largest may come.
            room = dense.scratch_needed(most, whole(inputs), whole(units))
            needed = max(written(rows, inputs, units) for rows in range(1, most + 1))
            assert needed <= room, (most, inputs, units)
