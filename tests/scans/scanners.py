"""Wapiti and sqlmap as programs of their own, and what they found."""

import json
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

MODULES = (
    "backup,cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,log4shell,methods,permanentxss,redirect,"
    "shellshock,sql,timesql,upload,xss,xxe"
)
ALLOWED = {
    "Secure Flag cookie: ": "the scan speaks plain HTTP; it is set over HTTPS, which a test holds",
    "HTTP Strict Transport Security (HSTS): ": "as before",
    "Clickjacking Protection: ": "frame-ancestors of the policy says it, which replaced X-Frame-Options",
    "Cross Site Request Forgery: POST /login ": "nobody has a token before the first sign-in; Sec-Fetch-Site is asked",
}
"""How lines of wapiti begin that are no finding, and why."""
LEVEL = "3"
TAMPER = Path(__file__).parent / "tamper" / "fresh_key.py"
LONGEST_S = 1800


@dataclass(frozen=True, slots=True)
class Request:
    """What sqlmap sends; a star behind a value marks where it tries to break in."""

    name: str
    method: str
    url: str
    headers: Mapping[str, str]
    body: str | None = None


@dataclass(frozen=True, slots=True)
class Scanners:
    """Where the programs stand."""

    folder: Path

    def wapiti(self, url: str, starts: Iterable[str] = (), cookie: str | None = None) -> list[str]:
        """Return what wapiti finds on the pages that lead from an address, each as `kind: where`."""
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.json"
            words = ["-u", f"{url}/", "-m", MODULES, "-f", "json", "-o", str(report), "-v", "0", "--flush-session"]
            words += ["--scope", "domain", "-x", f"{url}/logout", "--store-session", folder]
            words += [word for start in starts for word in ("-s", url + start)]
            words += ["-H", f"Cookie: {cookie}"] if cookie else []
            self._run("wapiti", words)
            found = json.loads(report.read_text("utf-8"))["vulnerabilities"]
        return [f"{kind}: {hit['method']} {hit['path']} {hit['info']}" for kind, hits in found.items() for hit in hits]

    def sqlmap(self, request: Request, dbms: str) -> bool:
        """Return whether sqlmap breaks in where a request is marked."""
        with tempfile.TemporaryDirectory() as folder:
            words = ["-u", request.url, "--method", request.method, "--batch", "--level", LEVEL, "--dbms", dbms]
            words += ["--flush-session", "--output-dir", folder, "--threads", "4", "--ignore-code", "*"]
            words += ["--tamper", str(TAMPER), "--disable-coloring"]
            words += [word for name, value in request.headers.items() for word in ("-H", f"{name}: {value}")]
            words += ["--data", request.body] if request.body is not None else []
            said = self._run("sqlmap", words)
        if "ending @" not in said:
            raise RuntimeError(f"sqlmap did not come to an end: {said[-800:]}")
        return "is vulnerable" in said or "identified the following injection point" in said

    def _run(self, program: str, words: list[str]) -> str:
        done = subprocess.run([str(self.folder / program), *words], capture_output=True, text=True, timeout=LONGEST_S)
        return done.stdout + done.stderr
