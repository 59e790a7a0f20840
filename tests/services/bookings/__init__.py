"""Tests of `services/bookings`."""
