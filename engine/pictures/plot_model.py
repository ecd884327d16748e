"""Keras's ``plot_model``: the picture of a model in a file, without graphviz."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from engine.pictures.layers import plot_layers
from engine.pictures.network import plot_network
from engine.pictures.saving import file_format, save_picture


def plot_model(
    model: Any,
    to_file: str | Path = "model.png",
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: float = 200,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    *,
    units: bool = False,
) -> Figure:
    """Draw `model` into `to_file`, one box per layer, or its units and edges.

    Parameters
    ----------
    model
        A built model whose layers form a chain.
    to_file
        File name that ends in .png, .svg or .pdf; PNG without a suffix.
    show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable
        What the boxes say besides the class of the layer.
    rankdir
        "TB" puts the boxes below each other, "LR" side by side.
    expand_nested
        Draw the layers of a nested model in a dashed frame, not as one box.
    dpi
        Dots per inch of a PNG.
    units
        Draw the units and edges of a Dense network (``plot_network``); the options for boxes are
        then without effect.

    Returns
    -------
    Figure
        What was written to the file.

    Raises
    ------
    TypeError
        If `model` is not a model or `to_file` not a path, or if `units` is asked for and a layer
        is not Dense.
    ValueError
        If `model` is not built or has no layers, the suffix is unknown, `rankdir` is neither "TB"
        nor "LR", or `dpi` is not positive.  No file is written then.
    FileNotFoundError, IsADirectoryError
        If there is no such folder, or `to_file` is one.

    Notes
    -----
    Keras: ``keras.utils.plot_model`` (3.15).  `units` is ours; `show_layer_names` is True as in
    Keras 2, where Keras 3 has False; Keras returns an IPython image and has a parameter
    `splines`, which would change nothing between boxes in a row.
    """
    file_format(to_file)
    if units:
        ax = plot_network(model)
    else:
        ax = plot_layers(
            model,
            show_shapes=show_shapes,
            show_dtype=show_dtype,
            show_layer_names=show_layer_names,
            rankdir=rankdir,
            expand_nested=expand_nested,
            show_layer_activations=show_layer_activations,
            show_trainable=show_trainable,
        )
    return save_picture(ax, to_file, dpi=dpi)
