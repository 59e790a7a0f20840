"""The tables, by capability."""
