"""What screens and pages see. Doors: `snapshot`, `line`, `phone`, `places`, `signpost`, `directory`."""
