"""Who is there: keys, people who sign in, and who sits where.

Doors: `keys`, `sign_in`, `second_step`, `slowing`, `passwords`, `seats`, `presence`, `principal`, `accounts`,
`memberships`, `approvals`, `pins`, `restoring`, `pairing`, `screens`.
"""
