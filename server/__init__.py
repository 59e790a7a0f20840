"""The shared core: rules, storage, services, live events and the web of Baari."""
