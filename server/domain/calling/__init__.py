"""The calling rule: who is next and why, one module per version of it."""
