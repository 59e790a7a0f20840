"""What screens and pages see. Doors: `snapshot`, `line`, `phone`, `places`, `signpost`, `day_report`."""
