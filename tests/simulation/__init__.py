"""Tests of server.simulation."""
