# Each target calls what does the work, in a line or two. `make demo` and `make test` need nothing before them.

SHELL := /bin/bash
PYTHON ?= python3
ARGS ?=
BIN := .venv/bin
COMPILE := uv pip compile --generate-hashes --universal --extra server --extra dev --no-header --no-emit-find-links pyproject.toml

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: setup setup-ocr demo test accept check bench lock clean

setup: .venv/.ready .local/.ready

# For scanned reports; about 400 MB.
setup-ocr: setup .venv/.ocr

demo: setup
	@$(BIN)/jixiao demo $(ARGS)

test: setup
	@$(BIN)/pytest -n 2 --dist loadfile $(ARGS)

accept: setup-ocr
	@failed=0; $(BIN)/python -m tests.accept_findings || failed=1; $(BIN)/python -m tests.accept_scans || failed=1; $(BIN)/python tests/accept.py $(ARGS) && exit $$failed

check: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup
	@$(BIN)/python -m tests.bench $(ARGS)

lock:
	$(COMPILE) -o requirements.lock
	$(COMPILE) --extra ocr -c requirements.lock -o requirements-ocr.lock

clean:
	rm -rf .local/run

.venv/.ready: requirements.lock pyproject.toml
	@bash scripts/need python
	@echo "安装 Python 依赖（.venv）……"
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install -q --require-hashes -r requirements.lock
	@$(BIN)/pip install -q --no-deps --no-build-isolation -e .
	@touch $@

.venv/.ocr: requirements-ocr.lock .venv/.ready
	@echo "安装文字识别组件（约400 MB）……"
	@$(BIN)/pip install -q --require-hashes -r requirements-ocr.lock
	@touch $@

.local/.ready: pom.xml
	@bash scripts/need java
	@echo "下载 Kafka、PostgreSQL 和页面文件（.local）……"
	@rm -rf .local/jars .local/postgres .local/static .local/markers
	@mvn -q -B --strict-checksums generate-resources
	@cd .local/postgres && $(PYTHON) -m tarfile -e *.txz . && rm *.txz
	@touch $@
