"""The loss over a plane through the space of all weights.

    loss(u, v) = loss at θ₀ + u·d₁ + v·d₂

Two weights: d₁ and d₂ change one weight each, and u and v are their values.  Two random directions:
θ₀ is where the model stands, and each unit's part of a direction is as long as the unit's weights,
so that 1 means "as much as the weights themselves".  The plane of the paths: the two principal
directions in which weights moved during trainings.

A path in more than two weights is shown by the point of the plane that is nearest to each of its
points: what it does across the plane is not seen, and the loss there is another one.  Random
directions are almost at right angles to any path and show it as a dot.

Source: Li, Xu, Taylor, Studer & Goldstein (2018), Visualizing the loss landscape of neural nets:
"filter normalization" (section 4) and PCA directions (section 7).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.callbacks.progress_bar import ProgressBar
from engine.checks.shown import shown
from engine.kernels.memory import Array
from engine.models.arguments import verbosity, whole
from engine.models.checked_model import checked_model
from engine.models.model import Model
from engine.optimizers.optimizer import checked_number

Weights = list[Array]

MARGIN = 0.25
"""How far the plane reaches beyond the paths, as a share of their extent."""


@dataclass(frozen=True)
class LossSurface:
    """Losses over a plane.

    Attributes
    ----------
    names
        What the two coordinates are.
    origin, directions
        θ₀, d₁ and d₂: a list of arrays each, like ``model.get_weights()``.
    u, v
        The coordinates of the grid, ``(points,)`` each.
    loss
        ``loss[j, i]`` is the loss at u[i], v[j].
    """

    names: tuple[str, str]
    origin: Weights
    directions: tuple[Weights, Weights]
    u: Array
    v: Array
    loss: Array

    def __repr__(self) -> str:
        """What it is over, and the range of its losses."""
        finite = self.loss[np.isfinite(self.loss)]
        told = f"{finite.min():.4g} … {finite.max():.4g}" if finite.size else "none finite"
        size = f"{len(self.u)} × {len(self.v)}"
        return f"<LossSurface over {' and '.join(self.names)}, {size} points: {told}>"

    def project(self, weights: Sequence[Weights]) -> Array:
        """(u, v) of the point of the plane that is nearest to each: ``(n, 2)``."""
        return _nearest(weights, self.origin, self.directions)

    def at(self, u: float, v: float) -> Weights:
        """θ₀ + u·d₁ + v·d₂, like ``model.get_weights()``."""
        parts = zip(self.origin, *self.directions, strict=True)
        return [(o + u * first + v * second).astype(o.dtype) for o, first, second in parts]


def loss_surface(
    model: Model,
    x: Any,
    y: Any,
    sample_weight: Any = None,
    *,
    along: Any = "random",
    paths: Any = (),
    span: float | None = None,
    points: int = 41,
    seed: int = 0,
    verbose: Any = "auto",
) -> LossSurface:
    """Evaluate the loss of a compiled, built model over a plane; the model stays as it is.

    Parameters
    ----------
    along
        "random"; "paths": the plane in which `paths` lie best; or two weights by their names and
        places, as in ``("dense/kernel[0, 0]", "dense/bias[0]")``.
    paths
        A :class:`~engine.study.WeightHistory`, several, or a dict of them: the plane reaches beyond
        them all.
    span
        The plane reaches this far to each side of where the model stands.  Without it: beyond the
        paths, or 1.
    points
        In each direction.
    seed
        Of the random directions.
    verbose
        0: no progress bar.

    Raises
    ------
    ValueError, TypeError
        If the model is not compiled or built, the data do not fit it, or there is no such weight.

    Examples
    --------
    >>> import engine
    >>> model = engine.Sequential([engine.Input((1,)), engine.layers.Dense(1, name="neuron")])
    >>> model.compile("sgd", "mse")
    >>> model.set_weights([np.array([[1.0]]), np.array([0.0])])
    >>> surface = loss_surface(model, [[1.0], [2.0]], [1.0, 2.0], points=3, verbose=0,
    ...                        along=("neuron/kernel[0, 0]", "neuron/bias[0]"))
    >>> surface.loss
    array([[6.5, 1. , 0.5],
           [2.5, 0. , 2.5],
           [0.5, 1. , 6.5]])
    """
    points, verbose = whole("points", points, least=2), verbosity(verbose)
    seed = whole("seed", seed, least=0)
    checked_model(model)._require_built()
    model._require_compiled(loss=True)
    stands = model.get_weights()
    walked = [weights for path in _paths_of(paths) for weights in _fitting(path, stands)]
    if not all(np.isfinite(w).all() for weights in (stands, *walked) for w in weights):
        raise ValueError(
            "Expected finite weights. Received: a model or paths with nan or infinity: the "
            "training has diverged; a smaller learning rate may help"
        )
    if isinstance(along, str) and along == "random":
        names = "random direction 1", "random direction 2"
        trained = [weight.trainable for weight in model.weights]
        origin, directions = stands, _random(stands, trained, seed)
        if not any(d.any() for d in directions[0]):
            raise ValueError(
                "Expected weights that are not all 0: a random direction is as long as they are. "
                "Received: a model whose weights are all 0"
            )
    elif isinstance(along, str) and along == "paths":
        names, origin, directions = _plane_of(walked, stands)
    else:
        names, origin, directions = _two_weights(model, along)
    middle = _nearest([stands], origin, directions)[0]
    if span is not None:
        reach = checked_number("span", span, 0.0)
        if not reach:
            raise ValueError("Expected span to be a number > 0. Received: span=0")
        low, high = middle - reach, middle + reach
    elif walked:
        low, high = _beyond(_nearest([*walked, stands], origin, directions))
    else:
        low, high = middle - 1.0, middle + 1.0
    u, v = (np.linspace(low[k], high[k], points) for k in (0, 1))
    surface = LossSurface(names, origin, directions, u, v, np.zeros((points, points)))
    bar, rows = ProgressBar(points, verbose), len(model._rows(x, y, sample_weight))
    try:
        for j in range(points):
            for i in range(points):
                model.set_weights(surface.at(u[i], v[j]))
                told = model.evaluate(
                    x, y, batch_size=rows, sample_weight=sample_weight, verbose=0, return_dict=True
                )
                surface.loss[j, i] = told["loss"]
            bar.update(j + 1, {}, finalize=j + 1 == points)
    finally:
        model.set_weights(stands)
    return surface


def _paths_of(paths: Any) -> list[Any]:
    """The lists of weights of a history, of several, or of a dict of them."""
    if hasattr(paths, "weights"):
        paths = [paths]
    elif isinstance(paths, Mapping):
        paths = list(paths.values())
    if not isinstance(paths, list | tuple) or not all(hasattr(p, "weights") for p in paths):
        raise TypeError(
            "Expected paths to be a WeightHistory, or a list or dict of them. "
            f"Received: paths={shown(paths)}"
        )
    return [path.weights for path in paths]


def _fitting(path: list[Weights], stands: Weights) -> list[Weights]:
    """The path, if it is one of a model with these weights."""
    shapes = [w.shape for w in stands]
    for weights in path:
        if [w.shape for w in weights] != shapes:
            raise ValueError(
                f"Expected paths of weights with the shapes {shapes}. "
                f"Received: {[w.shape for w in weights]}"
            )
    return path


def _flat(weights: Weights) -> Array:
    return np.concatenate([np.asarray(w, np.float64).reshape(-1) for w in weights])


def _nearest(weights: Sequence[Weights], origin: Weights, directions: Any) -> Array:
    """The least-squares coordinates of weights in the plane."""
    plane = np.stack([_flat(d) for d in directions], axis=1)
    off = np.stack([_flat(w) for w in weights]) - _flat(origin)
    return np.asarray(np.linalg.lstsq(plane, off.T, rcond=None)[0].T)


def _beyond(places: Array) -> tuple[Array, Array]:
    """The corners of a plane that holds all places, with a margin."""
    low, high = places.min(axis=0), places.max(axis=0)
    extent = high - low
    # What moved in one direction only gets as much room in the other.
    extent = np.where(extent > 0, extent, extent.max() or 1.0)
    middle, half = (low + high) / 2, extent * (0.5 + MARGIN)
    return middle - half, middle + half


def _random(stands: Weights, trained: list[bool], seed: int) -> tuple[Weights, Weights]:
    """Two normal draws, each unit's part as long as its weights; 0 for what is not trained."""
    draw = np.random.default_rng(seed)

    def one() -> Weights:
        parts = []
        for w, moves in zip(stands, trained, strict=True):
            if not moves:
                parts.append(np.zeros(w.shape))
                continue
            d = draw.standard_normal(w.shape)
            lengths = np.linalg.norm(d, axis=0, keepdims=True)
            parts.append(d / lengths * np.linalg.norm(w, axis=0, keepdims=True))
        return parts

    return one(), one()


def _plane_of(
    walked: list[Weights], stands: Weights
) -> tuple[tuple[str, str], Weights, tuple[Weights, Weights]]:
    """The two principal directions of where the paths were, seen from where the model stands."""
    if len(walked) < 3:
        raise ValueError(
            "Expected paths with at least three points, to find the plane they lie in. "
            f"Received: {len(walked)} points"
        )
    off = np.stack([_flat(w) for w in walked]) - _flat(stands)
    _, sizes, axes = np.linalg.svd(off, full_matrices=False)
    shares = sizes**2 / np.sum(sizes**2)
    names = [f"principal direction {k + 1} of the paths ({shares[k]:.1%})" for k in (0, 1)]
    ends = np.cumsum([w.size for w in stands])[:-1]

    def like_weights(axis: Array) -> Weights:
        parts = np.split(axis, ends)
        return [part.reshape(w.shape) for part, w in zip(parts, stands, strict=True)]

    return (names[0], names[1]), stands, (like_weights(axes[0]), like_weights(axes[1]))


def _two_weights(
    model: Model, along: Any
) -> tuple[tuple[str, str], Weights, tuple[Weights, Weights]]:
    """The origin with both weights 0, and a direction for each."""
    if not isinstance(along, list | tuple) or len(along) != 2:
        raise ValueError(
            'Expected along to be "random", "paths" or the names of two weights. '
            f"Received: along={shown(along)}"
        )
    origin, directions, places = model.get_weights(), [], []
    for name in along:
        number, place = _found(model, name)
        places.append((number, place))
        direction = [np.zeros_like(w) for w in origin]
        direction[number][place] = 1.0
        directions.append(direction)
    if places[0] == places[1]:
        raise ValueError(f"Expected two different weights. Received: along={along!r}")
    for number, place in places:
        origin[number][place] = 0.0
    return (str(along[0]), str(along[1])), origin, (directions[0], directions[1])


def _found(model: Model, name: Any) -> tuple[int, tuple[int, ...]]:
    """The number and the place of a weight like "dense/kernel[0, 0]"."""
    pattern = r"\s*(.+?)\s*\[\s*([\d\s,]+)\]\s*"
    match = re.fullmatch(pattern, name) if isinstance(name, str) else None
    found = []
    if match:
        place = tuple(int(part) for part in match[2].replace(",", " ").split())
        for number, weight in enumerate(model.weights):
            shape = tuple(weight.shape)
            fits = len(place) == len(shape) and all(np.less(place, shape))
            if fits and f"/{weight.path}".endswith(f"/{match[1]}"):
                found.append((number, place))
    if len(found) == 1:
        return found[0]
    there = [f"{w.path}[{', '.join(f'0…{s - 1}' for s in w.shape)}]" for w in model.weights]
    raise ValueError(
        f"Expected one of the weights {', '.join(there)}. Received: {shown(name)}"
        + (f", which is {len(found)} of them" if found else "")
    )
