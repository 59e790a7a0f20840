"""Tests of what the routes do over HTTP."""
