"""A machine to install on: this one's files under a layer of its own, in a network that leads nowhere."""

import shutil
import subprocess
import textwrap
from pathlib import Path

import pytest

BARE = "env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root"
LAYERED = """
set -e
M={work}
mount -t tmpfs tmpfs $M
mkdir $M/upper $M/work $M/root
mount -t overlay overlay -o lowerdir=/,upperdir=$M/upper,workdir=$M/work $M/root
mount -t proc proc $M/root/proc
mount --rbind /dev $M/root/dev
ip link set lo up
rm -rf $M/root/opt/baari $M/root/etc/baari $M/root/var/lib/baari
mkdir $M/root/release
cp {release}/* $M/root/release/
cp {script} $M/root/release/script
cd /
exec chroot $M/root {bare} bash -e /release/script
"""


def require_machine() -> None:
    """Skip where no machine can be made: that takes root and namespaces, and nginx, which no route can bring."""
    if shutil.which("nginx", path="/usr/sbin:/usr/bin") is None:
        pytest.skip("nginx is not installed")
    require_namespaces()


def require_namespaces() -> None:
    """Skip where this process may not make namespaces."""
    if subprocess.run(["unshare", "-m", "-n", "true"], capture_output=True).returncode:
        pytest.skip("namespaces cannot be made here")


def on_machine(release: Path, folder: Path, script: str) -> str:
    """Run a script as root on a new machine, where the release lies in /release, and return what it said.

    Fails, with the last of what was said, when a line of it does.
    """
    (folder / "layer").mkdir()
    (folder / "script").write_text("cd /release\nexec 2>&1\n" + textwrap.dedent(script))
    start = LAYERED.format(work=folder / "layer", release=release, script=folder / "script", bare=BARE)
    apart = ["unshare", "--mount", "--propagation", "private", "--net", "--pid", "--fork", "--kill-child"]
    done = subprocess.run([*apart, "bash", "-c", start], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    return done.stdout
