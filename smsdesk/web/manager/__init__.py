"""The manager's pages: this moment and today's promise, alerts, targets, and texts to nobody."""
