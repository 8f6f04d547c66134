# What one does with SMSDesk. Each target sets up what it needs; `make run` is all that a newcomer has to know.

PYTHON := .venv/bin/python
PYTEST := $(PYTHON) -m pytest --dist worksteal
AT_ONCE ?= 2

.PHONY: run test test-fast check bench faults mutants screenshots lock environment test-environment

run: environment
	@exec $(PYTHON) -m smsdesk.up --leashed

test: test-environment
	@bin/chromium >/dev/null
	$(PYTEST) -n $(AT_ONCE) $(ARGS)

test-fast: test-environment
	$(PYTEST) -n $(AT_ONCE) -m "not browser and not faults and not postgresql and not contract" $(ARGS)

check: test-environment
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	@bin/audit

bench: test-environment
	$(PYTHON) -m bench $(ARGS)

faults: test-environment
	SMSDESK_FAULTS=long $(PYTEST) tests/faults tests/web/api/test_fuzzing.py -v $(ARGS)

mutants: test-environment
	AT_ONCE=$(AT_ONCE) $(PYTHON) -m tests.mutants $(ARGS)

screenshots: test-environment
	@bin/chromium >/dev/null
	$(PYTHON) -m tests.screenshots $(ARGS)

# The only place where versions change; the diff is read before it is committed
lock:
	uv pip compile -q $(ARGS) --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
		requirements/app.in -o requirements.txt
	uv pip compile -q $(ARGS) --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
		requirements/dev.in -o requirements/dev.txt

environment:
	@bin/environment

test-environment:
	@bin/environment dev
