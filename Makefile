.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help install run test check check-long bench year mutants audit scan lint types contract screenshots vendor lock release clean

help: ## show this help
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

install: .venv/.ok ## build .venv with the locked dependencies and the `baari` command

.venv/.ok: setup.cfg pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Baari needs Python 3.11 or newer"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@

RAQM := "libfribidi.so=libfribidi0=slips have no Indic text"
CHROMIUM := "chromium=chromium=the browser tests are skipped"
AGE := "age=age=that other programs open a backup is not tried"
STRACE := "strace=strace=the proof of power cuts is skipped"
CHRONY := "chronyd=chrony=the clock's settings are not tried"
GLASS := "Xvfb=xvfb=that a machine becomes a screen is not tried" "xdpyinfo=x11-utils=as before" \
	"/usr/lib/chromium/chrome-sandbox=chromium-sandbox=as before"
NGINX := "nginx=nginx-light=the tests of an installation are skipped"

run: .venv/.ok ## serve a fresh demo centre with simulated citizens
	@.ci/system $(RAQM)
	$(BIN)/baari demo

node_modules/.ok: package.json package-lock.json
	@if command -v npm >/dev/null; then npm ci --no-audit --no-fund --silent && touch $@; \
	else echo "npm is missing: the tests of the screens' JavaScript are skipped"; fi

test: .venv/.ok node_modules/.ok ## install what the tests need, then run all of them
	@.ci/system $(RAQM) $(CHROMIUM) $(STRACE) $(NGINX) $(AGE) $(CHRONY) $(GLASS)
	$(BIN)/pytest -n auto --dist loadfile
	@if command -v node >/dev/null; then npm test --silent; fi

lint: .venv/.ok
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/.ok node_modules/.ok
	$(BIN)/mypy
	@if command -v npm >/dev/null; then npm run --silent types; fi

contract: .venv/.ok ## write the contract of the screens anew: types, lifecycle, permissions
	$(BIN)/python -m server.contract

check: lint types test ## lint, format, types and tests

check-long: check ## the same, then every proof at full length (about an hour)
	$(BIN)/pytest --long -m proof

bench: .venv/.ok ## the benchmarks, each beside a raw limit measured in the same run
	$(BIN)/baari bench

year: .venv/.ok ## simulate a year of 250 days (2.3 million events) and prove its record, in flat memory (hours)
	$(BIN)/baari simulate --days 250 --json

mutants: .venv/.ok ## plant 600 small faults and see whether the tests find them (an hour at most)
	@.ci/system $(RAQM)
	$(BIN)/python -m tests.mutants

audit: .venv/.ok ## ask whether what Baari is made from has known weaknesses; fails where nobody could be asked
	$(BIN)/python -m deploy.audit

scan: .venv/.ok ## let wapiti and sqlmap look for holes, planted ones first (an hour); gets both from an index of packages
	test -x .scanners/bin/sqlmap || $(PYTHON) -m venv .scanners
	.scanners/bin/pip install -q --disable-pip-version-check wapiti3==3.2.3 sqlmap==1.10.10
	$(BIN)/python -m tests.scans .scanners/bin

screenshots: .venv/.ok ## take a picture of every surface in its states
	@.ci/system $(RAQM) $(CHROMIUM)
	$(BIN)/python -m tests.browser.screenshots
	$(BIN)/python -m tests.browser.screenshots_citizen

vendor: node_modules/.ok ## copy the front-end libraries into the tree
	node .ci/vendor.mjs

LOCKED := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" -q

lock: .venv/.ok ## renew both requirements.lock, for development and for releases, from setup.cfg
	$(LOCKED) setup.cfg --all-extras -o requirements.lock
	$(LOCKED) setup.cfg deploy/installer.in --extra pg --extra redis --extra usb -c requirements.lock -o deploy/requirements.lock

release: .venv/.ok ## build the signed archive that a technician installs: make release KEY=private.pem CONTACT=mailto:…
	CONTACT="$(CONTACT)" deploy/build "$(KEY)"

clean: ## remove what was built; the data in var/ stays
	rm -rf .venv node_modules build *.egg-info
