#!/bin/sh
# Installs ddd-forge for this user: the released binary for this platform, its SHA-256 checked, or,
# run from a checkout, one built with cargo. Needs no root and changes no PATH.
#
#   DDD_FORGE_BIN         where the binary goes     (default: $HOME/.local/bin)
#   DDD_FORGE_VERSION     which release             (default: the newest)
#   DDD_FORGE_REPOSITORY  whose releases            (default: ddd-forge/ddd-forge)
#   DDD_FORGE_BASE_URL    where its releases are    (default: https://github.com/…/releases)
#
# A checkout downloads, too, when one of the last three is set.

set -eu

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "error: $1"
    say ""
    say "hint: $2"
    exit 1
}

# Prints the platform as the names of the archives have it.
target() {
    case "$(uname -s) $(uname -m)" in
    "Linux x86_64") echo x86_64-unknown-linux-musl ;;
    "Linux aarch64" | "Linux arm64") echo aarch64-unknown-linux-musl ;;
    "Darwin x86_64") echo x86_64-apple-darwin ;;
    "Darwin arm64") echo aarch64-apple-darwin ;;
    MINGW* | MSYS* | CYGWIN*)
        fail "this installer is not for Windows" "unpack $1/latest/download/ddd-forge-x86_64-pc-windows-msvc.zip"
        ;;
    *) fail "there is no binary for $(uname -s) $(uname -m)" "run \`./install.sh\` in a checkout, with Rust from https://rustup.rs" ;;
    esac
}

sha256() {
    if command -v sha256sum >/dev/null; then
        sha256sum "$1" | cut -d ' ' -f 1
    elif command -v shasum >/dev/null; then
        shasum -a 256 "$1" | cut -d ' ' -f 1
    else
        fail "there is no sha256sum or shasum to check the download with" "install one of them"
    fi
}

# Downloads $1 into $2. A redirect may not leave https either.
fetch() {
    command -v curl >/dev/null || fail "there is no curl to download with" "install curl"
    case "$1" in
    https://*) set -- "$1" "$2" '=https' ;;
    file://*) set -- "$1" "$2" '=file' ;;
    *) fail "\`$1\` is neither https nor a file" "set DDD_FORGE_BASE_URL to an https:// address" ;;
    esac
    curl --proto "$3" --tlsv1.2 --location --silent --show-error --fail --output "$2" "$1" ||
        fail "\`$1\` cannot be downloaded" "see ${1%%/releases/*}/releases for what there is"
}

# Tells whether this script lies in a checkout; piped into a shell, it lies nowhere.
in_checkout() {
    [ "${0##*/}" = install.sh ] && [ -f "$0" ] && [ -d "$1/templates" ] &&
        grep -qsx 'name = "ddd-forge"' "$1/Cargo.toml"
}

build() {
    command -v cargo >/dev/null ||
        fail "there is no cargo to build this checkout with" "install Rust from https://rustup.rs"
    built=${CARGO_TARGET_DIR:-$1/target}
    say "building this checkout"
    cargo build --release --locked --manifest-path "$1/Cargo.toml" --target-dir "$built"
    cp "$built/release/ddd-forge" "$2/ddd-forge"
}

download() {
    releases=${DDD_FORGE_BASE_URL:-https://github.com/${DDD_FORGE_REPOSITORY:-ddd-forge/ddd-forge}/releases}
    archive=ddd-forge-$(target "$releases").tar.gz
    if [ -n "${DDD_FORGE_VERSION:-}" ]; then
        address=$releases/download/v$DDD_FORGE_VERSION/$archive
    else
        address=$releases/latest/download/$archive
    fi
    say "downloading $address"
    fetch "$address" "$1/$archive"
    fetch "$address.sha256" "$1/$archive.sha256"
    expected=$(cut -d ' ' -f 1 "$1/$archive.sha256")
    actual=$(sha256 "$1/$archive")
    if [ -z "$expected" ] || [ "$expected" != "$actual" ]; then
        fail "the download is not what was released: SHA-256 $actual" "run the installer again"
    fi
    tar -xzf "$1/$archive" -C "$1" ddd-forge
}

main() {
    bin=${DDD_FORGE_BIN:-$HOME/.local/bin}
    staging=$(mktemp -d)
    trap 'rm -rf "$staging"' EXIT
    trap 'exit 130' HUP INT TERM

    here=$(CDPATH='' cd "$(dirname -- "$0")" && pwd)
    if [ -z "${DDD_FORGE_VERSION:-}${DDD_FORGE_REPOSITORY:-}${DDD_FORGE_BASE_URL:-}" ] && in_checkout "$here"; then
        build "$here" "$staging"
    else
        download "$staging"
    fi
    version=$("$staging/ddd-forge" --version) ||
        fail "the binary does not run here" "run \`./install.sh\` in a checkout, with Rust from https://rustup.rs"

    mkdir -p "$bin"
    # A rename replaces a running binary safely; a copy would not.
    cp "$staging/ddd-forge" "$bin/.ddd-forge.new"
    chmod 755 "$bin/.ddd-forge.new"
    mv -f "$bin/.ddd-forge.new" "$bin/ddd-forge"
    say "installed $version: $bin/ddd-forge"
    say "to undo: rm '$bin/ddd-forge'"
    case ":$PATH:" in
    *":$bin:"*) ;;
    *) say "not on your PATH yet: export PATH=\"$bin:\$PATH\"" ;;
    esac
}

main "$@"
