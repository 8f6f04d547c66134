"""Pure decisions: facts in, answer out; the caller brings the time."""
