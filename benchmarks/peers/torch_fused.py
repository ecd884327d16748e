"""PyTorch with `fused=True`: the optimizer's update is one kernel."""

from __future__ import annotations

from typing import Any

from benchmarks.peers.torch_fit import Peer as TorchPeer

NEEDS = ("torch",)


class Peer(TorchPeer):
    """As PyTorch, but for this option."""

    options: dict[str, Any] = {"fused": True}
