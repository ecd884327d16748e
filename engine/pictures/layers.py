"""The graph of a model: one box per layer, as Keras's ``plot_model`` draws it."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, Rectangle

from engine.pictures.box import ROW, box_width, draw_box, layer_box
from engine.pictures.canvas import drawing_axes
from engine.pictures.inputs import checked_model

_MARGIN = 12.0  # points


def plot_layers(
    model: Any,
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    expand_nested: bool = False,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw one box per layer of `model`, joined by arrows in the order of ``model.layers``.

    The parameters are those of ``plot_model``.  A layer that is itself a model is one box, or,
    with `expand_nested`, a dashed frame around its layers.

    Raises
    ------
    TypeError
        If `model` is not a model.
    ValueError
        If `model` is not built or has no layers, or `rankdir` is neither "TB" nor "LR".
    """
    if rankdir not in ("TB", "LR"):
        raise ValueError(f'Expected rankdir to be "TB" or "LR". Received: rankdir={rankdir!r}')
    nested = layers_of(model, expand_nested)
    boxes = [
        layer_box(
            layer,
            show_shapes=show_shapes,
            show_dtype=show_dtype,
            show_layer_names=show_layer_names,
            show_layer_activations=show_layer_activations,
            show_trainable=show_trainable,
        )
        for layer, _ in nested
    ]
    depth = max(len(frames) for _, frames in nested)
    gap = 34.0 + 36.0 * depth
    edge = _MARGIN + 24.0 * depth
    widths = [box_width(box) for box in boxes]
    heights = [ROW * len(box) for box in boxes]
    if rankdir == "TB":
        widths = [max(widths)] * len(boxes)
        size = (2 * edge + widths[0], 2 * edge + sum(heights) + gap * (len(boxes) - 1))
    else:
        size = (2 * edge + sum(widths) + gap * (len(boxes) - 1), 2 * edge + max(heights))

    ax, scale = drawing_axes(ax, *size)
    corners: list[tuple[float, float]] = []
    along = edge
    for box, width, height in zip(boxes, widths, heights, strict=True):
        x, y = (edge, along) if rankdir == "TB" else (along, (size[1] - height) / 2)
        draw_box(ax, scale, box, x, y, width)
        if corners:
            end = (x + width / 2, y) if rankdir == "TB" else (x, size[1] / 2)
            start = (end[0], y - gap) if rankdir == "TB" else (x - gap, end[1])
            _draw_arrow(ax, scale, start, end)
        corners.append((x, y))
        along += gap + (height if rankdir == "TB" else width)
    rectangles = list(zip(corners, widths, heights, strict=True))
    _draw_frames(ax, scale, [frames for _, frames in nested], rectangles, depth)
    return ax


def layers_of(model: Any, expand_nested: bool) -> list[tuple[Any, tuple[Any, ...]]]:
    """Return the layers of a built model, each with the nested models that it is in.

    Raises
    ------
    TypeError
        If `model` is not a model.
    ValueError
        If `model` is not built or has no layers.
    """
    if not checked_model(model).built:
        raise ValueError(
            "Expected a built model: call model.build(input_shape), or start with an Input. "
            f"Received: model {model.name!r}, built=False"
        )
    if not model.layers:
        raise ValueError(f"Expected a model with layers. Received: model {model.name!r} with none")
    found: list[tuple[Any, tuple[Any, ...]]] = []
    for layer in model.layers:
        if expand_nested and hasattr(layer, "layers"):
            found += [(inner, (layer, *frames)) for inner, frames in layers_of(layer, True)]
        else:
            found.append((layer, ()))
    return found


def _draw_arrow(
    ax: Axes, scale: float, start: tuple[float, float], end: tuple[float, float]
) -> None:
    ax.add_patch(
        FancyArrowPatch(
            start,
            end,
            arrowstyle="-|>",
            mutation_scale=14.0 * scale,
            linewidth=1.8 * scale,
            color="black",
            shrinkA=0.0,
            shrinkB=0.0,
        )
    )


def _draw_frames(
    ax: Axes,
    scale: float,
    nests: list[tuple[Any, ...]],
    rectangles: list[tuple[tuple[float, float], float, float]],
    depth: int,
) -> None:
    """Draw a dashed frame with the name of each nested model around the boxes of its layers."""
    done: list[Any] = []
    for frames in nests:
        for level, frame in enumerate(frames):
            if any(frame is other for other in done):
                continue
            done.append(frame)
            inside = [
                r for r, f in zip(rectangles, nests, strict=True) if any(frame is m for m in f)
            ]
            out = 10.0 + 8.0 * (depth - 1 - level)
            above = out + 14.0 * (depth - level)
            left = min(x for (x, _), _, _ in inside) - out
            top = min(y for (_, y), _, _ in inside) - above
            right = max(x + w for (x, _), w, _ in inside) + out
            bottom = max(y + h for (_, y), _, h in inside) + out
            ax.add_patch(
                Rectangle((left, top), right - left, bottom - top, fill=False, ls="--", lw=scale)
            )
            ax.text(
                left + 5.0,
                top + 3.0,
                frame.name,
                ha="left",
                va="top",
                fontsize=10.0 * scale,
                style="italic",
                parse_math=False,
            )
