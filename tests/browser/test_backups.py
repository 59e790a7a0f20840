"""The manager's page says that there is no fresh backup."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import signed_in, violations
from tests.processes import DemoProcess


def test_the_manager_is_told_that_the_folder_of_backups_is_gone(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAARI_BACKUP_DIR", str(tmp_path / "gone"))
    monkeypatch.setenv("BAARI_BACKUP_PASSPHRASE", "correct horse")
    with DemoProcess(tmp_path) as demo:
        page = signed_in(browser, demo, "manager")
        told = page.get_by_role("region", name="There is no fresh backup")
        expect(told).to_contain_text("Their folder cannot be read. Ask the technician.")
        assert violations(page) == []
        page.context.close()
