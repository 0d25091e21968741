# The front door. Meson does the work; B is the build folder.
B ?= build
MESON_FLAGS ?=
.PHONY: all demo quick check check-all asan fuzz bench lint ct enclave-check install deb clean packages packages-check

all: packages $(B)/build.ninja
	@ninja -C $(B)

packages:
	@tools/install-packages build
packages-check:
	@tools/install-packages check

$(B)/build.ninja:
	@meson setup $(B) -Dwerror=true $(MESON_FLAGS) >/dev/null

demo: all
	@$(B)/jurat demo

quick: packages-check $(B)/build.ninja
	@ninja -C $(B) --quiet
	@tools/run-tests $(B) --suite unit

check: packages-check $(B)/build.ninja
	@ninja -C $(B) --quiet
	@tools/lint
	@tools/run-tests $(B)

asan: packages-check
	@test -d build-asan || meson setup build-asan -Dwerror=true -Db_sanitize=address,undefined -Db_lundef=false >/dev/null
	@ninja -C build-asan --quiet
	@tools/run-tests build-asan --suite unit --suite fuzz

check-all: check asan enclave-check
	@tools/run-valgrind $(B)

T ?= quote
S ?= 60
fuzz: packages-check
	@test -d build-fuzz || CC=clang meson setup build-fuzz -Dfuzzer=true -Db_sanitize=address,undefined -Db_lundef=false >/dev/null
	@ninja -C build-fuzz --quiet
	@mkdir -p build-fuzz/corpus/$(T)
	@build-fuzz/fuzz/fuzz_$(T) -max_total_time=$(S) build-fuzz/corpus/$(T) fuzz/seeds/$(T)

bench: all
	@bench/run $(B)

lint: packages-check
	@tools/lint

ct: packages-check $(B)/build.ninja
	@ninja -C $(B) --quiet
	@tools/ct $(B)

enclave-check: all
	@tools/enclave-check $(B)/enclaves/*.so

install: all
	@meson install -C $(B)

clean:
	@rm -rf build build-*
