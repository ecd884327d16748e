"""Write a picture to a file: the same picture gives the same bytes."""

from __future__ import annotations

import os
from pathlib import Path

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from engine.checks.shown import shown

# What matplotlib would otherwise write of the clock.
_NO_DATE: dict[str, dict[str, str | None]] = {
    "png": {},
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
}


def file_format(to_file: str | Path) -> str:
    """Return "png", "svg" or "pdf" for a file that may be written; no suffix is PNG, as in Keras.

    Raises
    ------
    TypeError
        If `to_file` is not a path.
    ValueError
        If the suffix is another one.
    FileNotFoundError, IsADirectoryError
        If there is no such folder, or `to_file` is one.
    """
    if not isinstance(to_file, str | os.PathLike):
        raise TypeError(f"Expected to_file to be a path. Received: to_file={shown(to_file)}")
    suffix = Path(to_file).suffix
    found = suffix.removeprefix(".").lower() or "png"
    if found not in _NO_DATE:
        raise ValueError(
            f"Expected a file name that ends in .png, .svg or .pdf. Received: to_file={to_file!r}"
        )
    if not Path(to_file).absolute().parent.is_dir():
        raise FileNotFoundError(
            f"Expected a file in a folder that exists. Received: {str(to_file)!r}"
        )
    if Path(to_file).is_dir():
        raise IsADirectoryError(f"Expected a file. Received: the folder {str(to_file)!r}")
    return found


def save_picture(picture: Axes | Figure, to_file: str | Path, dpi: float = 200) -> Figure:
    """Write `picture` to `to_file` as PNG, SVG or PDF by its suffix, and return its figure.

    SVG keeps text as text, so that it can be searched, and holds neither a date nor random
    identifiers.  `dpi` is dots per inch; SVG and PDF are drawn in points and ignore it.

    Raises
    ------
    TypeError
        If `picture` is neither an Axes nor a Figure, or `to_file` not a path.
    ValueError
        If the suffix is none of .png, .svg, .pdf, or `dpi` is not positive.
    FileNotFoundError, IsADirectoryError
        If there is no such folder, or `to_file` is one.
    """
    if not isinstance(picture, Axes | Figure):
        raise TypeError(
            f"Expected one picture, an Axes or a Figure. Received: picture={shown(picture)}"
        )
    found = file_format(to_file)
    if not dpi > 0:
        raise ValueError(f"Expected dpi to be positive. Received: dpi={dpi}")
    figure = picture if isinstance(picture, Figure) else picture.get_figure(root=True)
    if figure is None:
        raise ValueError("Expected axes that belong to a figure. Received: axes without one")
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "glassnet", "pdf.fonttype": 42}):
        figure.savefig(to_file, format=found, dpi=dpi, metadata=_NO_DATE[found])
    return figure
