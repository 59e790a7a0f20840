"""A printer that is not there, behind a real socket, for tests and the demo."""
