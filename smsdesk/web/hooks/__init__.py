"""The carrier's posts."""
