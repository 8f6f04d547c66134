"""A pretend carrier and a phone in the browser."""
