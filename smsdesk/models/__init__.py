"""What is remembered: one singular thing a file."""
