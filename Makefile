# Thin front of CMake. `make demo` and `make check` do all set-up themselves.
.PHONY: help build demo check lint tidy bench format setup clean

help:
	@echo 'make demo     set up, build, and run a small electrolyte: packing to D(K+) in a few minutes'
	@echo 'make check    set up, build, and run every test'
	@echo 'make build    the program: build/kalium'
	@echo 'make bench    speeds on this machine'
	@echo 'make lint     the rules of the source tree; make format: clang-format'
	@echo 'make tidy     clang-tidy and cppcheck, which must be installed; about a minute on two cores'
	@echo 'make clean    removes what was built'

CONFIGURE = cmake -G Ninja -S .

setup:
	@sh tests/setup.sh

build: setup
	@$(CONFIGURE) -B build >build-configure.log 2>&1 || (cat build-configure.log; exit 1)
	@rm -f build-configure.log
	@ninja -C build --quiet

demo: build
	@sh systems/demo.sh build/kalium

# Where double says nothing that mixed has not said: messages, kills, statistics of the same random numbers.
MIXED_ONLY = ^(bad_|killed_|full_disk|installed|bare_machine|determinism_on_device|limits|replicas|run_on_device|brownian_|test_run$$|nve_drift|kinetic_|volume_|collective_|green_kubo|fuzz_|report$$|temperatures)

# The rules of the source tree, unit and physics tests in mixed precision, then in double.
check: build
	@sh tests/lint/lint.sh
	@ctest --test-dir build --output-on-failure -j2
	@$(CONFIGURE) -B build-double -DKM_DOUBLE=ON -DKM_CUDA=OFF >/dev/null
	@ninja -C build-double --quiet
	@ctest --test-dir build-double --output-on-failure -j2 -E '$(MIXED_ONLY)'

bench: build
	@sh bench/run.sh build

lint:
	@sh tests/lint/lint.sh

# Not in check: it needs a few hundred megabytes of packages more.
tidy: build
	@sh tests/lint/analysers.sh build

format:
	clang-format -i $$(git ls-files '*.c' '*.h' '*.cu' '*.cuh')

clean:
	rm -rf build build-double
