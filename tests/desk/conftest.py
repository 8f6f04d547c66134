"""Every test of the desk has the cast at hand."""

from tests.people import *  # noqa: F403
