"""The REST contract, one module per resource."""
