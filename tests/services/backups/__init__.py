"""Tests of `server.services.backups`."""
