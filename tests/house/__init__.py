"""The laws of this house: what would be said twice in review is said here once."""
