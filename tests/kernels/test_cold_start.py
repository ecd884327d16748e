"""What a process loads before its first training, and what it need not."""

import subprocess
import sys

CODE = """
import sys
import numpy as np
import engine
model = engine.Sequential([engine.Input((2,)), engine.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(np.ones((4, 2)), np.ones(4), verbose=0)
print(sorted({"scipy.linalg", "pandas", "matplotlib", "h5py"} & set(sys.modules)))
from numba import njit
print(njit(lambda a, b: a @ b)(np.eye(2), np.full((2, 2), 3.0)).sum())
"""


def test_no_library_that_kernels_do_not_need_and_arrays_can_be_multiplied():
    done = subprocess.run(
        [sys.executable, "-c", CODE], check=True, stdout=subprocess.PIPE, text=True
    )
    assert done.stdout.splitlines() == ["[]", "12.0"]
