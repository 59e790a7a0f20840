"""What screens and pages see.

Doors: `snapshot`, `stream`, `line`, `phone`, `places`, `signpost`, `console`, `health`.
"""
