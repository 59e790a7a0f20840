"""Who is there: keys, people who sign in, and who sits where.

Doors: `keys`, `sign_in`, `passwords`, `seats`, `presence`, `principal`.
"""
