"""`baari doctor`: small looks at an installation, each with what it found and what to do about it.

A look is a function of `Patient` in one of the modules `machine`, `records` and `outside`, named in the list of
`command`; what it may find wrong stands with its cure in the table of `finding`.
"""
