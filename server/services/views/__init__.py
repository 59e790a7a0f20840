"""What screens and pages see, made once per event.

Doors: `projections`, `ready`, `snapshot`, `stream`, `line`, `phone`, `places`, `signpost`,
`console`, `health`, `day_report`, `days`, `directory`, `seats`, `booked`, `sheet`.
"""
