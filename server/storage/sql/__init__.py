"""Every statement, by capability."""
