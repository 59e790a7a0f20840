"""The one way out: committed events, in order, to every screen."""
