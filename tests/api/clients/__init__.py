"""Programs that serve one citizen with a client which was generated from the contract."""
