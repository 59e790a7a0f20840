"""Bookings. Doors: `book`, `present`, `gate`."""
