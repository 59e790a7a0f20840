"""Releases: what an archive holds, and how it is installed."""
