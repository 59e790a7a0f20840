"""Tests of server.services."""
