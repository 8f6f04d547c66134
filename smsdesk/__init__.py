"""A published number that a person answers."""
