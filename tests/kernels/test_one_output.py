"""The single sigmoid output in one go gives what its four instructions give."""

import numpy as np
import pytest

from engine.kernels import activations, fields, losses, metrics, one_output
from tests.kernels.harness import run_all
from tests.tolerances import assert_same_bits

Z, P, DZ, BATCH_LOSS = 0, 128, 32, 4


def batch(instructions, rows, seed, weighted=False, dtype="float32"):
    """Everything that is written."""
    draw = np.random.default_rng(seed)
    buffers = {
        "OUTPUTS": np.full(300, 0.25, dtype),
        "DELTAS": np.zeros(200, dtype),
        "TARGETS": draw.uniform(0, 1, 64).astype(dtype),
        "Y": draw.integers(0, 2, 64).astype(dtype),
        "SCALE": draw.uniform(0.01, 0.1, 64).astype(dtype),
        "THRESHOLDS": np.full(16, 0.6, dtype),
        "VALUES": np.zeros(64, dtype),
        "SUMS": np.array([0.5, 3, 2, 3, *[0] * 16], dtype),
    }
    buffers["OUTPUTS"][Z : Z + 64] = draw.standard_normal(64) * 5
    if weighted:
        buffers["ROW_WEIGHTS"] = draw.uniform(0, 2, 64).astype(dtype)
    run_all(instructions, rows, dtype, **buffers)
    return {
        "p": buffers["OUTPUTS"][P : P + rows],
        "dz": buffers["DELTAS"][DZ : DZ + rows],
        "sums": buffers["SUMS"],
    }


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("weighted", [False, True])
def test_same_bits(weighted, dtype):
    for rows in (1, 2, 7, 8, 9, 15, 16, 17, 24, 31, 32, 40):
        for gradient in (False, True):
            apart = [
                (activations.FORWARD["sigmoid"][0], Z, P, 1),
                (losses.PARTS[losses.BINARY_LOGITS], Z, DZ, 1, fields.TARGETS, gradient),
                (losses.reduce, BATCH_LOSS, losses.MEAN, True),
                (metrics.binary_accuracy, P, 1, 2, 0),
            ]
            at_once = [(one_output.sigmoid_output, Z, P, DZ, BATCH_LOSS, 2, 0, gradient)]
            expected = batch(apart, rows, rows, weighted, dtype)
            for name, values in batch(at_once, rows, rows, weighted, dtype).items():
                assert_same_bits(values, expected[name], f"{name}, {rows} rows")
            assert 0.5 < float(expected["sums"][0])
            assert gradient == expected["dz"].any()
