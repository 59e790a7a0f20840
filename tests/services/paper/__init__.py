"""Tests of server.services.paper."""
