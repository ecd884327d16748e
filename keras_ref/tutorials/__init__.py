"""The five tutorials, each one source for both engines.

A tutorial is a module with

    KEY         the name to ask for it
    TITLE       one line
    PARAMETERS  the parameter count of each of its networks
    PUBLISHED   what the published tutorial printed for the accuracy, "–" if nothing
    network(keras, …)                              the model, not compiled
    run(keras, seed, *, full, verbose, tell)       the whole tutorial; returns a `Run`

where `keras` is Keras or the engine. To add a tutorial: write such a file, add it here.
"""

from types import ModuleType

from keras_ref.tutorials import penguins, pima_adam, pima_sgd, sherlock_neuron, sonar_cv

TUTORIALS: dict[str, ModuleType] = {
    module.KEY: module for module in (pima_sgd, sherlock_neuron, pima_adam, penguins, sonar_cv)
}

__all__ = ["TUTORIALS"]
