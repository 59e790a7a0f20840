"""The process of gunicorn leaves nothing behind when it ends."""

import os
from types import SimpleNamespace

from gunicorn.config import Config
from gunicorn.workers.workertmp import WorkerTmp

from server.config import load_settings
from server.process import Process


def test_the_sign_of_life_of_a_worker_that_was_not_waited_for_is_closed() -> None:
    """As when its last screens held it until it was killed."""
    process = Process.__new__(Process)
    process.settings, process.cfg = load_settings({}), Config()
    process.load_config()
    sign = WorkerTmp(process.cfg)
    process.cfg.on_exit(SimpleNamespace(WORKERS={os.getpid(): SimpleNamespace(tmp=sign)}))
    assert sign._tmp.closed
