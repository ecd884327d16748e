"""The sound files that hostile ones are made of, and the list of makers.

A maker takes a :class:`Sound` and returns the bytes of a file.  Its docstring says, in a sentence,
what the flaw in Keras was, with the number under which it was published, or what is wrong.
"""

import io
import json
import os
import tempfile
import zipfile

MAKERS = {}
"""The name of a maker → (suffix, maker)."""

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"


def hostile(suffix):
    """Put a maker of files of this suffix on the list."""

    def add(maker):
        assert maker.__name__ not in MAKERS and maker.__doc__
        MAKERS[maker.__name__] = (suffix, maker)
        return maker

    return add


class Sound:
    """A small trained model as a file of each kind; `outside` is a path that nothing may open."""

    def __init__(self, outside):
        from engine import layers, models, naming

        naming.forget_names()
        inputs = layers.Input((4,))
        hidden = layers.Dense(10, "relu", name="hidden")(inputs)
        model = models.Model(inputs, layers.Dense(3, "softmax", name="out")(hidden), name="sound")
        model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
        self.outside = str(outside)
        with tempfile.TemporaryDirectory() as folder:
            for suffix, save in (
                (".keras", model.save),
                (".h5", model.save),
                (".weights.h5", model.save_weights),
            ):
                path = os.path.join(folder, f"m{suffix}")
                save(path)
                with open(path, "rb") as file:
                    setattr(self, suffix[1:].replace(".", "_"), file.read())
        with zipfile.ZipFile(io.BytesIO(self.keras)) as archive:
            self.members = {name: archive.read(name) for name in archive.namelist()}

    def archive(self, **members):
        """The .keras file with other contents: config, metadata or weights."""
        names = {"config": CONFIG, "metadata": METADATA, "weights": WEIGHTS}
        return zipped({**self.members, **{names[key]: data for key, data in members.items()}})

    def with_config(self, change):
        """The .keras file after a change to its config."""
        config = json.loads(self.members[CONFIG])
        made = change(config)
        return self.archive(config=json.dumps(config if made is None else made).encode())

    def with_layer(self, module, name, config, **further):
        """The .keras file with one more layer, in place of the middle one."""

        def change(whole):
            entry = whole["config"]["layers"][1]
            entry.update(module=module, class_name=name, registered_name=None)
            entry["config"] = {"name": "hidden", **config}
            entry.update(further)

        return self.with_config(change)

    def with_hdf5(self, change, suffix=".weights.h5"):
        """The file of that suffix after a change by h5py to its HDF5 file."""
        import h5py

        inside = {".keras": self.members[WEIGHTS], ".h5": self.h5}.get(suffix, self.weights_h5)
        buffer = io.BytesIO(inside)
        with h5py.File(buffer, "r+") as file:
            change(file)
        data = buffer.getvalue()
        return self.archive(weights=data) if suffix == ".keras" else data

    def with_texts(self, change):
        """The .h5 file after a change to its model_config and training_config."""

        def edit(file):
            model, training = (
                json.loads(file.attrs[n]) for n in ("model_config", "training_config")
            )
            change(model, training)
            file.attrs["model_config"] = json.dumps(model).encode()
            file.attrs["training_config"] = json.dumps(training).encode()

        return self.with_hdf5(edit, ".h5")


def zipped(members, **options):
    """The bytes of an archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", **options) as archive:
        for name, data in members.items() if isinstance(members, dict) else members:
            archive.writestr(name, data)
    return buffer.getvalue()
