"""A real nginx before a server, with the site of a release, or as others have set one up."""

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import skip_or_fail
from tests.processes import free_port

SITES = Path(__file__).parents[1] / "deploy" / "nginx"
READY_S = 10.0
FRAME = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log stderr warn;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  {site}
}}
"""


@dataclass(frozen=True, slots=True)
class Nginx:
    """Where a proxy listens."""

    port: int


def released(port: int, to: int, folder: Path) -> str:
    """Return the site of a release, on other ports, with a certificate and a log of this folder."""
    names, site = ((SITES / name).read_text("utf-8") for name in ("baari-log.conf", "baari.conf"))
    for there, here in {
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "listen [::]:80;": "",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{port} ssl http2;",
        "listen [::]:443 ssl http2;": "",
        "127.0.0.1:8080": f"127.0.0.1:{to}",
        "@NAMES@": "_",
        "/etc/baari/tls/certificate.pem": str(folder / "site.pem"),
        "/etc/baari/tls/key.pem": str(folder / "site.key"),
        "/var/log/nginx/baari.log": str(folder / "access.log"),
    }.items():
        assert there in site
        site = site.replace(there, here)
    return names + site


def plain(port: int, to: int, *more: str) -> str:
    """Return a site over HTTP that passes requests on, and has some lines `more`."""
    lines = "".join(f"{line};\n" for line in (f"proxy_pass http://127.0.0.1:{to}", "proxy_http_version 1.1", *more))
    return f"server {{ listen 127.0.0.1:{port}; location / {{\n{lines}}} }}"


UPGRADE = ("proxy_set_header Upgrade $http_upgrade", "proxy_set_header Connection upgrade")
NO_UPGRADE = "if ($http_upgrade) { return 502; } proxy_set_header Host $http_host"


@contextlib.contextmanager
def nginx(site: str, port: int, folder: Path) -> Iterator[Nginx]:
    """Run nginx with a site until the block ends."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    if program is None:
        skip_or_fail("nginx is not installed: apt-get install nginx-light")
    _make_certificate(folder)
    file = folder / "nginx.conf"
    file.write_text(FRAME.format(folder=folder, site=site))
    process = subprocess.Popen([str(program), "-p", str(folder), "-c", str(file)])
    try:
        _wait_for(port)
        yield Nginx(port)
    finally:
        process.terminate()
        process.wait(10)


def _make_certificate(folder: Path) -> None:
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    words += ["-days", "30", "-subj", "/CN=psk1.example", "-addext", "subjectAltName=DNS:localhost,DNS:*.example"]
    files = ["-out", str(folder / "site.pem"), "-keyout", str(folder / "site.key")]
    subprocess.run([*words, *files], check=True, capture_output=True)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise TimeoutError(f"nginx did not listen after {READY_S:.0f} s")
