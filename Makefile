# Thin front of CMake: `make demo`, `make check`, `make bench`, `make format`.
.PHONY: build check format

build:
	cmake -S . -B build -G Ninja
	ninja -C build

check:
	cmake -S . -B build -G Ninja
	ninja -C build
	ctest --test-dir build --output-on-failure

format:
	clang-format -i $$(git ls-files '*.c' '*.h' '*.cu' '*.cuh')
