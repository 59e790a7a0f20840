"""What screens and pages see, made once per event.

Doors: `projections`, `ready`, `snapshot`, `phone`, `places`, `signpost`, `stream`.
"""
