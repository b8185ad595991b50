PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
BIN := .venv/bin
READY := .venv/.ready
PEERS := .venv/.peers
export UNROLLED_SOLUTIONS := $(SOLUTIONS)
SITE := build/.site-ready$(addprefix -solutions-,$(SOLUTIONS))
SOURCES := $(shell find book exercises unrolled solutions autograder scripts -type f \
	-not -name '*.bundle' -not -path '*/__pycache__/*' -not -path '*/.ipynb_checkpoints/*') \
	_config.yml _toc.yml package.json package-lock.json

# A Python that has CuPy, PyTorch, pytest and hypothesis; by default the course's own, with what was installed into it.
GPU_PYTHON = $(BIN)/python

.PHONY: help serve test lint test-gpu site tools bench bench-gpu mutation lock format clean

help:
	@echo "make serve    set everything up, build the site, serve it with the grader on http://$(HOST):$(PORT)"
	@echo "make test     set everything up and run every check and test"
	@echo "make lint     check style and types only"
	@echo "make site     build the website into _build/html"
	@echo "              SOLUTIONS=hidden with serve or site leaves the solutions out"
	@echo "make bench    print the measured numbers that benchmarks/RESULTS.md records"
	@echo "make test-gpu  run the tests that need an NVIDIA GPU; docs/cuda.md says what they need"
	@echo "make bench-gpu  measure that GPU, for benchmarks/gpu"
	@echo "make mutation put faults into the references and see whether the questions notice"
	@echo "make format   format the code"
	@echo "make clean    remove everything that was built, except submissions and grades in var"

serve: tools $(SITE)
	@$(BIN)/autograder serve --host $(HOST) --port $(PORT)

# The site is built while the types are checked: each keeps one core busy.
test: tools $(PEERS)
	@sh scripts/need.sh chromium:chromium
	@$(MAKE) --no-print-directory --jobs 2 $(SITE) lint
	$(BIN)/pytest -n 2 --dist loadfile

lint: $(PEERS)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

site: tools $(SITE)

# The sandbox, and for kernels without a GPU a compiler. What is installed is compiled by pip, but for the course itself.
tools: $(READY)
	@sh scripts/need.sh bwrap:bubblewrap g++:g++ objdump:binutils
	@$(BIN)/python -m compileall -q autograder solutions unrolled

bench: tools $(SITE) $(PEERS)
	@for script in checks serve grading conv cuda_emulation digits; do OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.$$script || exit 1; done

# What a GPU's driver and other packages warn of is not for these tests to judge. Both end with status 2 without a GPU.
test-gpu: $(if $(filter $(BIN)/%,$(GPU_PYTHON)),$(PEERS))
	@$(GPU_PYTHON) -m benchmarks.gpu --device
	$(GPU_PYTHON) -m pytest -m gpu -W default -rs tests/gpu

bench-gpu: $(if $(filter $(BIN)/%,$(GPU_PYTHON)),$(PEERS))
	$(GPU_PYTHON) -m benchmarks.gpu

mutation: $(READY)
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m scripts.mutate

format: $(READY)
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format .

# Needs uv. The locks name no index, so that every machine uses the one it is set up for.
LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --no-header --quiet
lock:
	$(LOCK) --extra grader --extra site --extra build --extra test --output-file requirements/lock.txt
	$(LOCK) --extra peers --constraint requirements/lock.txt --output-file requirements/peers.txt

clean:
	rm -rf _build build .venv node_modules unrolled/bundles .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(READY): requirements/lock.txt pyproject.toml
	@sh scripts/need.sh $(PYTHON):python3
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one with make PYTHON=...")'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || sh scripts/need.sh ensurepip:python3-venv
	@echo "Setting up the Python environment; this takes a minute or two the first time."
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/lock.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# What is never imported need not be compiled, which would take longer than all the rest.
PIP_PEERS = $(BIN)/pip install --quiet --disable-pip-version-check --no-compile
$(PEERS): $(READY) requirements/peers.txt requirements/torch.txt
	@echo "Installing what the references are compared with: PyTorch, SciPy, ONNX and others."
	$(PIP_PEERS) --require-hashes --requirement requirements/peers.txt
	$(PIP_PEERS) --require-hashes --no-deps --requirement requirements/torch.txt
	@# A build for CUDA needs its libraries even where there is no GPU.
	@$(BIN)/python -c 'import torch' 2>/dev/null || $(PIP_PEERS) torch==2.13.0
	@touch $@

$(SITE): $(READY) $(SOURCES)
	$(BIN)/python -m scripts.build_site
	@mkdir -p build && rm -f build/.site-ready* && touch $@
