"""Bookings. Doors: `book`, `find`, `search`, `present`, `gate`, `claims`, `move`."""
