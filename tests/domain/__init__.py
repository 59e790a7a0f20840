"""Tests of server.domain."""
