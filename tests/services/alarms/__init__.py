"""Tests of server.services.alarms."""
