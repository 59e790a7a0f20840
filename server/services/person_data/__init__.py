"""What is known of citizens: on the floor, then sealed, then gone; and what a citizen may ask of it.

Doors: `leaving` (the round that time brings), `holds` (what must stay), `asking` (access, correction, erasure),
`told` (what of it people are shown), `affected` (whom an incident concerns), `erasures` (what a restore
applies), `sealing` (who opens what is sealed).
"""
