"""Balai Gateway: the software of a village hall."""

__version__ = "0.1.0"
