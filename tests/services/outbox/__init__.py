"""Tests of server.services.outbox."""
