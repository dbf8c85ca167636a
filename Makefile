# Works with GNU make 3.81 (macOS) and later.
.DEFAULT_GOAL := help
.SUFFIXES:
MAKEFLAGS += --no-print-directory
# Tests start hundreds of programs: what is compiled is kept, also where the shell says not to.
export PYTHONDONTWRITEBYTECODE :=

VENV := .venv
BIN := $(VENV)/bin
PYTHON := $(BIN)/python
INSTALLED := $(VENV)/.installed
# Which tests run together, and in which order, says tests/spread.py.
SPREAD := -n 4 --dist loadscope --no-loadscope-reorder
MODULES := labextension/node_modules/.yarn-state.yml
LABEXTENSION := labextension/package.json labextension/yarn.lock labextension/tsconfig.json \
	$(shell find labextension/src labextension/style labextension/schema jupyter_colonies/widgets \
		-name '*.ts' -o -name '*.js' -o -name '*.css' -o -name '*.json' 2>/dev/null)

.PHONY: audit help install demo lab test test-long check check-types check-python check-page browser bench \
	docs clean

help: ## Show these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

install: $(INSTALLED) ## Make the environment .venv with the package and its tools in it

$(INSTALLED): pyproject.toml $(LABEXTENSION)
	@if [ ! -x $(PYTHON) ]; then \
		found=; old=; \
		for candidate in python3.13 python3.12 python3.11 python3; do \
			if $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
				if $$candidate -c 'import ensurepip, venv' 2>/dev/null; \
				then found=$$candidate; break; else old=$$candidate; fi; \
			fi; \
		done; \
		if [ -n "$$found" ]; then echo "Making $(VENV) with $$found"; $$found -m venv $(VENV); \
		elif [ -n "$$old" ]; then \
			echo "$$old has no venv module. On Debian and Ubuntu: sudo apt-get install python3-venv" >&2; \
			exit 1; \
		else \
			echo "No Python 3.11 or later was found. Debian and Ubuntu: sudo apt-get install" \
				"python3 python3-venv; macOS: brew install python@3.13" >&2; \
			exit 1; \
		fi; \
	fi
	@echo "Installing the package and its tools into $(VENV): a few minutes the first time"
	@rm -rf jupyter_colonies/labextension
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --editable ".[dev]"
	@touch $(INSTALLED)

demo: $(INSTALLED) ## Run the story of the quickstart; results go to demo-output/
	@$(PYTHON) notebooks/demo.py

lab: $(INSTALLED) ## Open JupyterLab on the quickstart
	@$(BIN)/jupyter lab notebooks/01_quickstart.ipynb

test: check browser ## Run every check and every test but the long ones
	@$(PYTHON) -m pytest -q $(SPREAD)

test-long: check browser ## Run everything, the long fault and fuzz runs too
	@$(PYTHON) -m pytest -q $(SPREAD) -m "long or not long" --timeout 3600

check: $(INSTALLED) ## Run linters, type checkers and the check of the layers
	@$(MAKE) -j 3 check-types check-python check-page

check-types: $(INSTALLED)
	@$(BIN)/mypy --no-error-summary

check-python: $(INSTALLED)
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@log=$$($(BIN)/lint-imports) || { echo "$$log"; exit 1; }

check-page: $(MODULES)
	@cd labextension && PATH="$(CURDIR)/$(BIN):$$PATH" jlpm check

# The build of the package has just installed them, unless they have changed since.
$(MODULES): labextension/package.json labextension/yarn.lock | $(INSTALLED)
	@cd labextension && PATH="$(CURDIR)/$(BIN):$$PATH" && export PATH \
		&& { log=$$(jlpm install --immutable) || { echo "$$log"; exit 1; }; }
	@touch $(MODULES)

audit: $(INSTALLED) ## Ask whether anything installed is known to be vulnerable; needs the network
	@$(PYTHON) -m venv build/audit
	@build/audit/bin/pip install --quiet --disable-pip-version-check pip-audit
	@build/audit/bin/pip-audit --progress-spinner off --path \
		"$$($(PYTHON) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"

browser: $(INSTALLED) ## Find a Chromium for the browser tests, or install one
	@$(PYTHON) -m tests.ui.browser

bench: $(INSTALLED) ## Run every benchmark, beside dask and huey; BENCH=--long for medians of five
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --editable ".[bench]"
	@for each in cycle wakeup growth backlog submit workflows postgres others responsive identity; do \
		echo; echo "== $$each"; $(PYTHON) benchmarks/$$each.py $(BENCH) || exit 1; \
	done

docs: $(INSTALLED) ## Build the documentation into docs/_build/html
	@$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going docs docs/_build/html
	@echo "docs/_build/html/index.html"

clean: ## Remove what was built, except the environment
	rm -rf build dist docs/_build demo-output test-output jupyter_colonies/labextension
	rm -rf labextension/lib labextension/node_modules labextension/tsconfig.tsbuildinfo
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	rm -f labextension/.eslintcache labextension/.stylelintcache $(INSTALLED)
	find . -path ./$(VENV) -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
