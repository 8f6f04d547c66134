"""The laws look at the same small shop as the tests of the frame."""

from tests.web.frame.conftest import shop

__all__ = ["shop"]
