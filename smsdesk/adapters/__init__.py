"""Everything that is not ours; each can be pretended."""
