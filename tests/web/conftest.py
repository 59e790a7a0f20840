"""The client of the API's tests serves those of the web too."""

from tests.api.test_api import Api, api

__all__ = ["Api", "api"]
