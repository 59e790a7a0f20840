"""What fails a test beside its own assertions: an answer of 5xx, a stack trace, an error in a browser, the time."""
