"""The set-up of a centre: as a file, as rows, as rules from a day on, as versions, and as the plan that commands ask.

Doors: `plans` (the plan in force), `presets`, `shapes` (a centre as a file), `policies` (a rule from a day on),
`rules` (what each kind of rule may say), `versions`, `secret` (which secret the database was made with, and the
keys derived from it).
"""
