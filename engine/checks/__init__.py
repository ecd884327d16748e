"""What public arguments go through: arrays, configs, and how errors show a value."""
