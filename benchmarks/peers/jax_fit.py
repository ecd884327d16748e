"""JAX, written by hand: the whole fit is one compiled function.

A scan over the epochs holds a scan over the steps; the last, smaller batch of an epoch is a step of
its own.  Loss and accuracy of each epoch are formed as Keras forms them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.workloads import Workload

NEEDS = ("jax",)


class Peer:
    """The function is compiled when it is first called, which is not timed."""

    def __init__(self, workload: Workload) -> None:
        import jax
        import jax.numpy as jnp

        flat = workload.initial_weights()
        self.start = [
            (jnp.asarray(w), jnp.asarray(b)) for w, b in zip(flat[::2], flat[1::2], strict=True)
        ]
        x, y = workload.ordered()
        size, classes = workload.batch, workload.classes
        whole = len(x) // size
        batches = (
            x[: whole * size].reshape(whole, size, -1),
            y[: whole * size].reshape(whole, size, *y.shape[1:]),
        )
        rest = x[whole * size :], y[whole * size :]
        self.data = jax.tree.map(jnp.asarray, (batches, rest))
        rate = workload.learning_rate

        def logits(weights: Any, a: Any) -> Any:
            for w, b in weights[:-1]:
                a = jax.nn.relu(a @ w + b)
            w, b = weights[-1]
            return a @ w + b

        def loss_and_hits(weights: Any, x: Any, y: Any) -> Any:
            z = logits(weights, x)
            if classes == 1:
                z = z[:, 0]
                loss = jnp.mean(jnp.maximum(z, 0) - z * y + jnp.log1p(jnp.exp(-jnp.abs(z))))
                return loss, jnp.sum((z > 0) == (y > 0.5))
            loss = -jnp.mean(jnp.sum(jax.nn.log_softmax(z) * y, axis=1))
            return loss, jnp.sum(z.argmax(axis=1) == y.argmax(axis=1))

        def adam(weights: Any, m: Any, v: Any, t: Any, g: Any) -> Any:
            alpha = rate * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
            m = jax.tree.map(lambda m, g: m + (g - m) * 0.1, m, g)
            v = jax.tree.map(lambda v, g: v + (g * g - v) * 0.001, v, g)
            return jax.tree.map(
                lambda w, m, v: w - alpha * m / (jnp.sqrt(v) + 1e-7), weights, m, v
            ), m, v  # fmt: skip

        def step(state: Any, batch: Any) -> Any:
            weights, m, v, t, total, hits = state
            (loss, right), g = jax.value_and_grad(loss_and_hits, has_aux=True)(weights, *batch)
            t = t + 1
            if workload.optimizer == "sgd":
                weights = jax.tree.map(lambda w, g: w - rate * g, weights, g)
            else:
                weights, m, v = adam(weights, m, v, t, g)
            rows = batch[0].shape[0]
            return (weights, m, v, t, total + loss * rows, hits + right), None

        def epoch(state: Any, _: Any, data: Any) -> Any:
            batches, rest = data
            state = (*state[:4], jnp.float32(0), jnp.int32(0))
            state, _ = jax.lax.scan(step, state, batches)
            if rest[0].shape[0]:
                state, _ = step(state, rest)
            return state, (state[4] / len(x), state[5] / len(x))

        @jax.jit
        def fit(weights: Any, data: Any) -> Any:
            zeros = jax.tree.map(jnp.zeros_like, weights)
            empty = workload.optimizer == "sgd"
            slots = ([], []) if empty else (zeros, zeros)
            state = (weights, *slots, jnp.float32(0), jnp.float32(0), jnp.int32(0))
            run = lambda state, _: epoch(state, _, data)  # noqa: E731
            state, history = jax.lax.scan(run, state, None, length=workload.epochs)
            return state[0], history

        self.fit, self.jax = fit, jax

    def prepare(self) -> None:
        """Nothing to do: the function has no state."""

    def train(self) -> None:
        """One call; waits until all is computed."""
        self.result, self.history = self.jax.block_until_ready(self.fit(self.start, self.data))

    def weights(self) -> list[np.ndarray]:
        """After the fit."""
        return [np.asarray(v) for pair in self.result for v in pair]
