"""The agent's screens: the queue, conversations, and what can be done in them."""
