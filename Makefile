# Two commands do everything on a fresh Debian 12 with Swift: `make demo` and `make test`.

PREFIX ?= /usr/local
CACHE := cache
SWIFT ?= swift
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
PACKAGES := libgit2-dev libcurl4-openssl-dev libsqlite3-dev libdeflate-dev zlib1g-dev pkg-config git openssl
SOURCES := Sources Tests Package.swift

.PHONY: help setup build demo test test-browser lint format bench install clean

help:
	@echo "make demo     set up, build and show the main job on a stand-in GitLab"
	@echo "make test     set up and run all tests"
	@echo "make test-browser  install Chromium where it is missing, and drive the dashboard in it"
	@echo "make build    build the release"
	@echo "make install  install sigsentry below PREFIX=$(PREFIX)"
	@echo "make lint     check the formatting"
	@echo "make bench    measure against git; REPOSITORIES='/path/a.git /path/b.git' for real ones"

# Installs the system packages that are missing; does nothing, and needs no network, where all are there.
setup:
	@missing=""; \
	for package in $(PACKAGES); do \
	  dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q "ok installed" || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
	  echo "installing$$missing"; \
	  $(SUDO) apt-get update -qq && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing; \
	fi

build: setup
	$(SWIFT) build -c release --product sigsentry

demo: setup
	$(SWIFT) build -c release --product sigsentry
	$(SWIFT) build -c release --product gitlab-double
	.build/release/gitlab-double demo --sigsentry .build/release/sigsentry --cache $(CACHE)

# Servers and clients of the tests share one process: more tests at once than this starve each other on 2 cores.
test: setup
	SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=4 $(SWIFT) test

# `make test` runs these, too, where Chromium is installed.
test-browser: setup
	@command -v chromium >/dev/null || { $(SUDO) apt-get update -qq && \
	  $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium; }
	$(SWIFT) test --filter BrowserTests

lint: setup
	$(SWIFT) format lint --strict --recursive $(SOURCES)

format:
	$(SWIFT) format --in-place --recursive $(SOURCES)

bench: setup
	$(SWIFT) build -c release --product sigsentry-bench
	.build/release/sigsentry-bench $(REPOSITORIES)

install: build
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 0755 .build/release/sigsentry $(DESTDIR)$(PREFIX)/bin/sigsentry

clean:
	rm -rf .build
