"""Where a citizen takes a token."""
