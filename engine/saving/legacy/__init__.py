"""Keras's older format, m.h5: a whole model in one HDF5 file.

    config     its words for a model, turned into those of config.json and back
    weights    which array stands under which name
    files      saving and loading

A file of Keras 2 is read as far as Keras 3.15.1 reads it.
"""
