"""The state machine over the services: a model of what a floor promises in plain dicts, and random days beside it."""
