"""A reader of the HDF5 files that Keras writes, in Python alone.

    source      numbers and pieces of a file, each held against the end of the file
    header      an object's messages
    links       a group's names and where they lead
    datatype    the type of a number or a string
    content     shapes, places of arrays, attributes
    tree        groups, arrays and their attributes, read when they are asked for

The C library for HDF5 crashes, or does not come back, on one in a hundred damaged files.  This
reader knows groups, contiguous arrays and attributes of strings, and refuses all else: there is no
code in it for links to elsewhere, external or virtual data, filters, chunks or references.

Source: "HDF5 File Format Specification Version 3.0", The HDF Group.
"""

from __future__ import annotations

from engine.saving.hdf5.tree import Array, Group, Other, open_tree

__all__ = ["Array", "Group", "Other", "open_tree"]
