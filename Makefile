# The front door. Meson does the work; B is the build folder.
B ?= build
MESON_FLAGS ?=
# quiet when it works, everything when it does not
SETUP = setup() { said=$$(meson setup "$$@" 2>&1) || { echo "$$said"; exit 1; }; }; setup
.PHONY: all demo quick check check-all asan clang fuzz bench lint ct enclave-check install clean packages packages-check packages-fuzz
.NOTPARALLEL: # packages come first; ninja is the one that works in parallel

all: packages $(B)/build.ninja
	@ninja -C $(B)

packages:
	@tools/install-packages build
packages-check:
	@tools/install-packages check
packages-fuzz:
	@tools/install-packages fuzz

$(B)/build.ninja:
	@$(SETUP) $(B) -Dwerror=true $(MESON_FLAGS)
build-asan/build.ninja:
	@$(SETUP) build-asan -Dwerror=true -Db_sanitize=address,undefined -Db_lundef=false
build-clang/build.ninja:
	@export CC=clang; $(SETUP) build-clang -Dwerror=true
build-fuzz/build.ninja:
	@export CC=clang; $(SETUP) build-fuzz -Dfuzzer=true -Db_sanitize=address,undefined -Db_lundef=false

demo: all
	@$(B)/jurat demo

quick: packages-check $(B)/build.ninja
	@ninja -C $(B) --quiet
	@tools/run-tests $(B) --suite unit

check: packages-check $(B)/build.ninja
	@ninja -C $(B) --quiet
	@tools/lint; style=$$?; tools/run-tests $(B) && exit $$style

asan: packages-check build-asan/build.ninja
	@ninja -C build-asan --quiet
	@tools/run-tests build-asan --suite unit --suite fuzz

clang: packages-fuzz build-clang/build.ninja
	@ninja -C build-clang --quiet

check-all: check asan clang enclave-check
	@tools/run-valgrind $(B)

T ?= quote
S ?= 60
fuzz: packages-fuzz build-fuzz/build.ninja
	@ninja -C build-fuzz --quiet
	@tools/fuzz-all --again --seconds $(S) $(T)

# make bench, or only some of it: make bench epid
bench: all
	@bench/run $(B) $(filter epid,$(MAKECMDGOALS))
ifneq ($(filter bench,$(MAKECMDGOALS)),)
.PHONY: epid
epid:
	@:
endif

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
