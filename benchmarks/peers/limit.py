"""The limit: a C program with all sizes fixed when it is compiled, free to reorder.

`limit.c` has the arithmetic; here the buffers and calls for one network are written behind it, and
the compiler builds both together.  The rows lie in order already.
"""

from __future__ import annotations

import ctypes
import math
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.workloads import Workload

NEEDS = ("cc",)
FLAGS = ("-O3", "-march=native", "-ffast-math", "-fPIC")
LARGEST = 10_000
"""Parameters of the networks that it is made for: of larger ones plain loops are no limit; blocked
products are faster."""


def source(w: Workload) -> str:
    """The part of the program that belongs to one network."""
    layers = list(zip(w.layers, w.layers[1:], strict=False))
    widest = max(w.layers)
    lines = [f"static float W[{w.parameters + 64}], G[{w.parameters + 64}];"]
    lines += [f"static float M[{w.parameters + 64}], V[{w.parameters + 64}];"]
    for number in range(1, len(w.layers)):
        size = w.batch * widest + 64
        lines.append(f"static float A{number}[{size}], D{number}[{size}];")
    rest = len(w.x) % w.batch
    for rows in {w.batch, rest} - {0}:
        lines += _step(w, layers, rows)
    lines += [
        "void fit(const float *x, const float *y, float *weights, const float *alphas,",
        "         float *history) {",
        "    unsigned mode = flush_to_zero();",
        f"    for (int i = 0; i < {w.parameters}; i++) W[i] = weights[i], M[i] = V[i] = 0;",
        f"    for (int e = 0; e < {w.epochs}; e++) {{",
        "        int s = 0;",
        "        total_loss = 0, total_hits = 0;",
        f"        for (; s + {w.batch} <= {len(w.x)}; s += {w.batch})",
        f"            step_{w.batch}(x + s * {w.layers[0]}, y + s * {w.classes}, *alphas++);",
    ]
    if rest:
        lines.append(f"        step_{rest}(x + s * {w.layers[0]}, y + s * {w.classes}, *alphas++);")
    lines += [
        f"        history[2 * e] = total_loss / {len(w.x)};",
        f"        history[2 * e + 1] = total_hits / {len(w.x)}.0f;",
        "    }",
        f"    for (int i = 0; i < {w.parameters}; i++) weights[i] = W[i];",
        "    restore(mode);",
        "}",
    ]
    return "\n".join(lines) + "\n"


def _step(w: Workload, layers: list[tuple[int, int]], rows: int) -> list[str]:
    """One update on `rows` rows."""
    places = np.cumsum([0, *((a + 1) * b for a, b in layers)]).tolist()
    last = len(layers)
    lines = [f"static void step_{rows}(const float *x, const float *y, float alpha) {{"]
    for n, (a, b) in enumerate(layers, 1):
        at = places[n - 1]
        source_ = "x" if n == 1 else f"A{n - 1}"
        lines.append(
            f"    forward({rows}, {a}, {b}, {int(n < last)}, {source_}, "
            f"W + {at}, W + {at + a * b}, A{n});"
        )
    if w.classes == 1:
        lines.append(f"    sigmoid_loss({rows}, A{last}, y, D{last});")
    else:
        lines.append(f"    softmax_loss({rows}, {w.classes}, A{last}, y, D{last});")
    for n in range(last, 0, -1):
        (a, b), at = layers[n - 1], places[n - 1]
        if n > 1:
            lines.append(f"    d_input({rows}, {a}, {b}, D{n}, W + {at}, A{n - 1}, D{n - 1});")
        source_ = "x" if n == 1 else f"A{n - 1}"
        lines.append(
            f"    d_weights({rows}, {a}, {b}, {source_}, D{n}, G + {at}, G + {at + a * b});"
        )
    update = "sgd" if w.optimizer == "sgd" else "adam"
    slots = "" if w.optimizer == "sgd" else ", M, V"
    lines += [f"    {update}({w.parameters}, alpha, W, G{slots});", "}"]
    return lines


class Peer:
    """Compiles the program and calls it."""

    def __init__(self, workload: Workload) -> None:
        text = Path(__file__).with_name("limit.c").read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder:
            names = ("fit.c", "fit.o", "fit.so")
            program, compiled, library = (str(Path(folder) / name) for name in names)
            Path(program).write_text(text + "\n" + source(workload), encoding="utf-8")
            subprocess.run(["cc", *FLAGS, "-c", program, "-o", compiled], check=True)
            # Linked with -ffast-math it would flush denormals in all of this process.
            subprocess.run(["cc", "-shared", compiled, "-o", library, "-lm"], check=True)
            self.fit = ctypes.CDLL(library).fit
        self.start = np.concatenate([w.ravel() for w in workload.initial_weights()])
        self.shapes = [w.shape for w in workload.initial_weights()]
        self.x, self.y = workload.ordered()
        self.rates = np.full(workload.steps, workload.learning_rate, np.float32)
        if workload.optimizer == "adam":
            self.rates[:] = [
                workload.learning_rate * math.sqrt(1 - 0.999**t) / (1 - 0.9**t)
                for t in range(1, workload.steps + 1)
            ]
        self.history = np.zeros((workload.epochs, 2), np.float32)

    def prepare(self) -> None:
        """Go back to the start."""
        self.flat = self.start.copy()

    def train(self) -> None:
        """One call."""
        arrays = self.x, self.y, self.flat, self.rates, self.history
        self.fit(*(a.ctypes.data_as(ctypes.c_void_p) for a in arrays))

    def weights(self) -> list[np.ndarray]:
        """After the fit."""
        sizes = np.cumsum([0, *(int(np.prod(s)) for s in self.shapes)])
        pieces = zip(sizes, sizes[1:], self.shapes, strict=False)
        return [self.flat[a:b].reshape(s) for a, b, s in pieces]
