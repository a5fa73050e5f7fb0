"""The small values of the language, and how values shaped like the YAML become models."""
