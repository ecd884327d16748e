"""How fast the engine trains: ``python -m benchmarks``."""
