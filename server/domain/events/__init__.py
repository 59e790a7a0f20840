"""Events: their kinds, what each holds, and what is seen of it."""
