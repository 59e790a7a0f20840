"""A technician installs a release on a machine without a route, brings it to a later one, and goes back."""

import json
import tarfile
from pathlib import Path

import pytest

from tests.deploy.machine import on_machine

pytestmark = pytest.mark.slow

INSTALL = "./install baari-*.tar.gz --answers answers"
# The service as its unit starts it: the same command, user, settings and folder.
SERVE = """
serve() {
    unit=/etc/systemd/system/baari.service
    run=$(sed -n 's/^ExecStart=//p' $unit) user=$(sed -n 's/^User=//p' $unit)
    folder=$(sed -n 's/^WorkingDirectory=//p' $unit) settings=$(sed -n 's/^EnvironmentFile=//p' $unit)
    (set -a; . $settings; set +a; cd $folder; umask 077
     exec setpriv --reuid=$user --regid=$user --init-groups --no-new-privs $run) > /tmp/serve.log & server=$!
    for _ in $(seq 100); do curl -sf -o /dev/null http://127.0.0.1:8080/healthz && return; sleep .3; done
    cat /tmp/serve.log; exit 1
}
ask() { curl -s --cacert /etc/baari/root.pem --resolve psk1.test:443:127.0.0.1 --resolve psk1.test:80:127.0.0.1 "$@"; }
"""


def test_a_machine_without_a_route_is_installed_served_brought_to_a_later_release_and_back(
    release: Path, tmp_path: Path
) -> None:
    said = on_machine(
        release,
        tmp_path,
        SERVE
        + f"""
        ip route
        {INSTALL}
        systemd-analyze verify /etc/systemd/system/baari.service
        nginx -t -q
        serve; nginx
        echo "ready $(ask https://psk1.test/readyz)"
        echo "page $(ask -o /dev/null -w '%{{http_code}}' https://psk1.test/login)"
        echo "address $(ask -o /dev/null -w '%{{http_code}}' --resolve 10.1.2.3:443:127.0.0.1 https://10.1.2.3/login)"
        echo "plain $(ask -o /dev/null -w '%{{http_code}} %{{redirect_url}}' http://psk1.test/login)"
        ask -o /dev/null https://psk1.test/t/a-citizens-secret
        ask -o /dev/null 'https://psk1.test/pair?key=a-key'
        cd /var/log/nginx; echo "logged $(grep -c . baari.log) $(grep -c -E 'citizens-secret|a-key' baari.log)"; cd -
        stat -c 'mode %a %U %n' /var/lib/baari /var/lib/baari/secret_key /etc/baari/baari.env /etc/baari/tls/key.pem
        kill $server; wait $server || true
        sha256sum /var/lib/baari/secret_key /etc/baari/tls/certificate.pem > /tmp/before
        {INSTALL} | tail -n 2
        sha256sum -c --quiet /tmp/before
        # The next release is this one under another number.
        mkdir next; tar -xzf baari-*.tar.gz -C next; mv next/baari-* next/baari-9.9.9
        tar -C next -czf baari-next.tar.gz baari-9.9.9
        openssl genpkey -algorithm ed25519 -out other.pem
        openssl pkeyutl -sign -rawin -inkey other.pem -in baari-next.tar.gz -out baari-next.tar.gz.sig
        ./install baari-next.tar.gz && exit 1
        openssl pkeyutl -sign -rawin -inkey key.pem -in baari-next.tar.gz -out baari-next.tar.gz.sig
        ./install baari-next.tar.gz
        echo "now $(readlink /opt/baari/current)"
        serve; kill $server; wait $server || true
        ./install --back
        echo "then $(readlink /opt/baari/current)"
        baari verify
        """,
    )
    assert "default" not in said
    assert 'ready {"status":"ready"' in said
    assert "page 200" in said
    assert "address 200" in said
    assert "plain 301 https://psk1.test/login" in said
    assert "logged 5 0" in said
    for place in ("700 baari /var/lib/baari", "600 baari /var/lib/baari/secret_key", "640 root /etc/baari/baari.env"):
        assert f"mode {place}\n" in said
    assert "mode 600 root /etc/baari/tls/key.pem" in said
    assert "the signature of baari-next.tar.gz is not good: nothing was installed" in said
    assert "now /opt/baari/releases/9.9.9" in said
    assert "then /opt/baari/releases/0" in said
    assert "every promise kept" in said


def test_a_centre_on_postgresql_is_installed_and_served(release: Path, tmp_path: Path) -> None:
    said = on_machine(
        release,
        tmp_path,
        SERVE
        + f"""
        programs=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
        rm -rf /var/run/postgresql/* /tmp/cluster; install -d -o postgres /var/run/postgresql /tmp/cluster
        as_postgres() {{ (cd /; setpriv --reuid=postgres --regid=postgres --init-groups "$@"); }}
        as_postgres $programs/initdb -A peer -D /tmp/cluster > /dev/null
        as_postgres $programs/pg_ctl -D /tmp/cluster -w -l /tmp/cluster.log \\
          -o "-c listen_addresses= -c fsync=off -k /var/run/postgresql" start > /dev/null
        echo DATABASE=postgresql >> answers
        {INSTALL}
        serve
        echo "ready $(curl -s http://127.0.0.1:8080/readyz)"
        kill $server; wait $server || true
        baari verify
        as_postgres $programs/pg_ctl -D /tmp/cluster -m fast stop > /dev/null
        """,
    )
    assert 'ready {"status":"ready"' in said
    assert "every promise kept" in said


def test_nothing_is_installed_of_a_release_that_is_not_believed(release: Path, tmp_path: Path) -> None:
    said = on_machine(
        release,
        tmp_path,
        f"""
        refused() {{ echo "$1:"; shift; if "$@"; then exit 1; fi; [ ! -e /opt/baari ]; }}
        cp answers good
        sed -i /RELEASE_KEY/d answers;                      refused untold {INSTALL} < /dev/null
        echo RELEASE_KEY_SHA256=00 >> answers;              refused otherkey {INSTALL}
        cp good answers; echo COLOUR=red >> answers;        refused unknown {INSTALL}
        cp good answers; printf x | dd of=$(ls baari-*.gz) bs=1 seek=4000 conv=notrunc status=none
                                                            refused changed {INSTALL}
        rm baari-*.sig;                                     refused unsigned {INSTALL}
        """,
    )
    for sentence in (
        "answer RELEASE_KEY_SHA256",
        "not the one you were told: nothing was installed",
        "there is no answer COLOUR",
        "is not good: nothing was installed",
        "is missing: nothing was installed",
    ):
        assert sentence in said


def test_an_archive_tells_what_it_is_made_of(release: Path) -> None:
    [path] = release.glob("baari-*.tar.gz")
    with tarfile.open(path) as archive:
        inside = {name.partition("/")[2]: name for name in archive.getnames()}

        def text(name: str) -> str:
            file = archive.extractfile(inside[name])
            assert file is not None
            return file.read().decode()

        wheels = [name for name in inside if name.endswith(".whl")]
        bill, notices = json.loads(text("sbom.json")), text("NOTICES.txt")
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert len(bill["components"]) == len(wheels) - 1 > 40
    assert all(part["hashes"] and part["licenses"][0]["license"]["name"] != "not told" for part in bill["components"])
    assert all(f"{part['name']} {part['version']}\n" in notices for part in bill["components"])
