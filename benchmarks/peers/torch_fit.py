"""PyTorch as its tutorials write a training, on slices of tensors that lie in order."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.workloads import Workload

NEEDS = ("torch",)


class Peer:
    """Modules, a loss on logits, an optimizer; ε as in Keras."""

    options: dict[str, Any] = {}

    def __init__(self, workload: Workload) -> None:
        import torch

        self.torch, self.workload = torch, workload
        torch.set_num_threads(workload_threads())
        self.start = [torch.from_numpy(w) for w in workload.initial_weights()]
        x, y = workload.ordered()
        self.x = torch.from_numpy(x)
        one = workload.classes == 1
        self.y = torch.from_numpy(y[:, np.newaxis] if one else y.argmax(axis=1))
        self.loss = torch.nn.BCEWithLogitsLoss() if one else torch.nn.CrossEntropyLoss()

    def prepare(self) -> None:
        """Make the modules and the optimizer: not timed."""
        nn, w = self.torch.nn, self.workload
        layers: list[Any] = []
        for a, b in zip(w.layers, w.layers[1:], strict=False):
            layers += [nn.Linear(a, b), nn.ReLU()]
        self.model = nn.Sequential(*layers[:-1])
        with self.torch.no_grad():
            linear = layers[::2]
            for layer, kernel, bias in zip(linear, self.start[::2], self.start[1::2], strict=True):
                layer.weight.copy_(kernel.T)
                layer.bias.copy_(bias)
        optim, rate = self.torch.optim, w.learning_rate
        if w.optimizer == "sgd":
            self.optimizer = optim.SGD(self.model.parameters(), lr=rate, **self.options)
        else:
            self.optimizer = optim.Adam(self.model.parameters(), lr=rate, eps=1e-7, **self.options)

    def train(self) -> None:
        """One fit."""
        w, x, y = self.workload, self.x, self.y
        for _ in range(w.epochs):
            for start in range(0, len(x), w.batch):
                self.optimizer.zero_grad()
                output = self.model(x[start : start + w.batch])
                self.loss(output, y[start : start + w.batch]).backward()
                self.optimizer.step()

    def weights(self) -> list[np.ndarray]:
        """After the fit."""
        linear = [layer for layer in self.model if hasattr(layer, "weight")]
        return [
            v.detach().numpy() for layer in linear for v in (layer.weight.detach().T, layer.bias)
        ]


def workload_threads() -> int:
    """As many threads as there are processors."""
    from engine.kernels.machine import processors

    return processors()
