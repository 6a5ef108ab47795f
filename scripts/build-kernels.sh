#!/bin/sh
# Builds kernels.wasm in a folder from the Rust sources beside it. The result is committed, so only who changes the sources needs this.
#
# With rustup:   rustup target add wasm32-unknown-unknown; npm run build:kernels (or build:ctf)
# With Debian:   apt-get install rustc lld libstd-rust-dev-wasm32; npm run build:kernels (or build:ctf)
# RUSTC names another compiler. The crate has no dependencies.
set -eu
cd "$(dirname "$0")/../$1"
"${RUSTC:-rustc}" --edition 2021 --target wasm32-unknown-unknown --crate-type cdylib \
  -C opt-level=3 -C lto=fat -C codegen-units=1 -C panic=abort -C strip=symbols -C target-feature=+simd128 \
  ${KERNELS_FLAGS:-} src/lib.rs -o kernels.wasm
# what the file was made from; a test compares it with the sources as they are
LC_ALL=C sh -c 'cat src/*.rs' | sha256sum | cut -d ' ' -f 1 > sources.txt
