"""Tests of server.workers."""
