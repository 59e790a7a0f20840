"""Bookings. Doors: `book`, `search`, `present`, `gate`."""
