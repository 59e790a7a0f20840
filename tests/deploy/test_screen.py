"""A Debian machine becomes a screen: it starts into its page, trusts the centre's own authority, opens nothing else."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import skip_or_fail
from tests.deploy.machine import require_namespaces

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
SCREEN = Path(__file__).parents[2] / "deploy" / "screen"
# This machine under layers of its own; a page of one colour over TLS, by an authority nobody knows; for the display
# server and the greeter, which need a screen of glass, Xvfb stands in.
MACHINE = """
for folder in /etc /usr/local /var/lib; do
    layer=@LAYER@$folder; mkdir -p $layer/upper $layer/work
    mount -t overlay overlay -o lowerdir=$folder,upperdir=$layer/upper,workdir=$layer/work $folder
done
cd /usr/local/bin; for program in greetd xinit Xorg; do printf '#!/bin/sh\\n' > $program; chmod 755 $program; done
echo '127.0.0.1 psk1.test other.test' >> /etc/hosts
cd @LAYER@
curve='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'
openssl req -x509 $curve -keyout root.key -out root.pem -days 30 -subj /CN=Root \\
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
openssl req $curve -keyout site.key -out site.csr -subj /CN=psk1.test
openssl x509 -req -in site.csr -CA root.pem -CAkey root.key -CAcreateserial -days 20 -out site.pem -extfile <(
    printf 'subjectAltName=DNS:psk1.test,DNS:other.test\\nextendedKeyUsage=serverAuth\\n')
cat > serve.py <<'PAGE'
import http.server, ssl
class Green(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.send_header("Content-Type", "text/html"); self.end_headers()
        self.wfile.write(b"<body bgcolor=#008000>")
server = http.server.ThreadingHTTPServer(("127.0.0.1", 443), Green)
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); tls.load_cert_chain("site.pem", "site.key")
server.socket = tls.wrap_socket(server.socket, server_side=True); server.serve_forever()
PAGE
ip link set lo up
python3 serve.py & served=$!
cat > look.py <<'LOOK'
import sys, time
from PIL import ImageGrab
for _ in range(60):  # until the browser shows something
    time.sleep(1)
    try:
        picture = ImageGrab.grab(xdisplay=":@DISPLAY@").convert("RGB")
    except OSError:  # no glass yet
        continue
    if max(picture.getcolors(1 << 24))[1] != (0, 0, 0):
        break
time.sleep(2)
picture = ImageGrab.grab(xdisplay=":@DISPLAY@").convert("RGB")
green = sum(count for count, colour in picture.getcolors(1 << 24) if colour == (0, 128, 0))
print(f"{sys.argv[1]} {green / (picture.width * picture.height):.0%}")
LOOK
Xvfb :@DISPLAY@ -screen 0 1280x720x24 -nolisten tcp & glass=$!
show() {
    user=$(sed -n 's/^user = "\\(.*\\)"/\\1/p' /etc/greetd/config.toml)
    program=$(sed -n 's/^command = "xinit \\([^ ]*\\) .*/\\1/p' /etc/greetd/config.toml)
    setsid env -i PATH=/usr/bin:/bin HOME=/var/lib/baari-screen DISPLAY=:@DISPLAY@ \\
        setpriv --reuid=$user --regid=$user --init-groups $program & shown=$!
    @PYTHON@ look.py "$1"
    kill -- -$shown; sleep 1; rm -rf /var/lib/baari-screen/profile
}
"""


def told(folder: Path, script: str) -> list[str]:
    """Return the lines that a script printed with `say:` before them, as root of a machine of its own."""
    require_namespaces()
    for program in ("Xvfb", "xdpyinfo", "chromium"):
        if shutil.which(program) is None:
            skip_or_fail(f"{program} is not installed")
    (folder / "layer").mkdir()
    mount = f"mount -t tmpfs tmpfs {folder}/layer\n"
    (folder / "script").write_text(
        mount
        + MACHINE.replace("@LAYER@", str(folder / "layer"))
        .replace("@PYTHON@", sys.executable)
        .replace("@DISPLAY@", str(os.getpid()))
        + script
    )
    apart = [
        "unshare",
        "--mount",
        "--propagation",
        "private",
        "--net",
        "--pid",
        "--mount-proc",
        "--fork",
        "--kill-child",
    ]
    done = subprocess.run([*apart, "bash", "-e", folder / "script"], capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout.splitlines()


def test_a_machine_becomes_a_board_that_shows_its_page_on_the_whole_screen_and_opens_no_other(tmp_path: Path) -> None:
    lines = told(
        tmp_path,
        f"""
        {SCREEN}/install --page https://psk1.test/display/PSK-1/board-g
        show "a stranger's certificate"
        {SCREEN}/install --page https://psk1.test/display/PSK-1/board-g --root root.pem
        show "the page"
        echo https://other.test/ > /etc/baari-screen
        show "elsewhere"
        stat -c 'browser of %U' /var/lib/baari-screen
        kill $glass $served
        """,
    )
    shown = [line for line in lines if line.endswith("%") or line.startswith("browser")]
    assert shown == ["a stranger's certificate 0%", "the page 100%", "elsewhere 0%", "browser of baari-screen"]


@pytest.mark.parametrize(
    "page", ["https://psk1.test/login", "psk1.test/kiosk/PSK-1/K1", "https://a b/kiosk", "file:///kiosk"]
)
def test_only_the_page_of_a_screen_is_shown(page: str) -> None:
    done = subprocess.run([SCREEN / "install", "--page", page], capture_output=True, text=True)
    assert (done.returncode, "--page is the address of a kiosk" in done.stderr) == (1, True)
