"""The address of a store names host, bucket and how names begin there."""

import pytest

from server.domain.stores import StorePlace, store_place


def test_an_address_names_the_bucket_and_how_names_begin_there() -> None:
    for address, place in {
        "https://s3.example/backups": StorePlace("s3.example", True, "backups", ""),
        "https://s3.example/backups/": StorePlace("s3.example", True, "backups", ""),
        "http://10.0.0.9:9000/backups/centres/1/": StorePlace("10.0.0.9:9000", False, "backups", "centres/1/"),
    }.items():
        assert store_place(address) == place


@pytest.mark.parametrize(
    "address",
    ["backups", "s3://backups", "https://s3.example", "https://s3.example/", "https:///backups", "ftp://s3.example/b"],
)
def test_what_names_no_bucket_of_a_host_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="must be like https://HOST/BUCKET"):
        store_place(address)


@pytest.mark.parametrize(
    "address", ["https://key:secret@s3.example/b", "https://s3.example/b?versions", "https://s3.example/b#a"]
)
def test_an_address_holds_no_key_and_nothing_more(address: str) -> None:
    with pytest.raises(ValueError, match="no more than host, bucket and prefix"):
        store_place(address)
