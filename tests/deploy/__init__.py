"""Releases, and what a technician installs from them."""
