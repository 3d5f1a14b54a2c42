"""明暗 Mingan: how good a model is, said with an interval and in words."""

__version__ = "0.1.0"
