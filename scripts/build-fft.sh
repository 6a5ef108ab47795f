#!/bin/sh
# Builds imaging/fft/pkg from the Rust sources beside it. The result is committed, so only who changes the sources needs this.
#
# With rustup:   rustup target add wasm32-unknown-unknown; cargo install wasm-pack wasm-bindgen-cli
#                npm run build:fft
# With Debian:   debootstrap --variant=minbase sid TREE
#                chroot TREE apt-get install --no-install-recommends wasm-pack wasm-bindgen rustc cargo lld \
#                    libstd-rust-dev-wasm32 librust-wasm-bindgen-dev librust-rustfft-dev
#                FFT_TOOLCHAIN_ROOT=TREE npm run build:fft      (as root: the build runs inside TREE and needs no network)
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
crate="$here/imaging/fft"
# the memory is imported so that a second thread can be given the same one
flags='-C target-feature=+simd128 -C link-arg=--import-memory -C link-arg=--max-memory=4294967296 -C link-arg=--export=__stack_pointer'

if [ -n "${FFT_TOOLCHAIN_ROOT:-}" ]; then
  inside=/root/eucentric-fft
  mkdir -p "$FFT_TOOLCHAIN_ROOT$inside/.cargo"
  cp -r "$crate/Cargo.toml" "$crate/src" "$FFT_TOOLCHAIN_ROOT$inside/"
  cat > "$FFT_TOOLCHAIN_ROOT$inside/.cargo/config.toml" <<'CONFIG'
[source.crates-io]
replace-with = "debian"
[source.debian]
directory = "/usr/share/cargo/registry"
[target.wasm32-unknown-unknown]
linker = "wasm-ld"
CONFIG
  chroot "$FFT_TOOLCHAIN_ROOT" /bin/sh -c \
    "cd $inside && HOME=/root RUSTFLAGS='$flags' wasm-pack build --release --target nodejs --mode no-install"
  mkdir -p "$crate/pkg"
  cp "$FFT_TOOLCHAIN_ROOT$inside"/pkg/*.js "$FFT_TOOLCHAIN_ROOT$inside"/pkg/*.ts "$FFT_TOOLCHAIN_ROOT$inside"/pkg/*.wasm "$crate/pkg/"
else
  (cd "$crate" && RUSTFLAGS="$flags" wasm-pack build --release --target nodejs --mode no-install)
  rm -f "$crate/pkg/.gitignore" "$crate/pkg/package.json"
fi

# what the package was made from; a test compares it with the sources as they are
(cd "$crate" && LC_ALL=C sh -c 'cat Cargo.toml src/*.rs' | sha256sum | cut -d ' ' -f 1 > pkg/sources.sha256)
