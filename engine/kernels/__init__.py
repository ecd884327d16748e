"""The compiled part: a vector type, the products of a Dense layer, the training loop."""
