"""One citizen, many counters, foreign clients: the running server from outside."""
