#!/bin/sh
# Installs ddd-forge for this user: the released binary for this platform, its SHA-256 checked, or,
# inside a checkout, one built with cargo. Needs no root and changes no PATH.
#
#   DDD_FORGE_REPOSITORY  where releases are       (default: ddd-forge/ddd-forge)
#   DDD_FORGE_VERSION     which release            (default: the newest)
#   DDD_FORGE_BIN         where the binary goes    (default: $HOME/.local/bin)
#   DDD_FORGE_BASE_URL    where releases are found (default: https://github.com/…/releases)

set -eu

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "error: $1"
    say ""
    say "hint: $2"
    exit 1
}

target() {
    case "$(uname -s) $(uname -m)" in
    "Linux x86_64") echo x86_64-unknown-linux-musl ;;
    "Linux aarch64" | "Linux arm64") echo aarch64-unknown-linux-musl ;;
    "Darwin x86_64") echo x86_64-apple-darwin ;;
    "Darwin arm64") echo aarch64-apple-darwin ;;
    *) fail "there is no binary for $(uname -s) $(uname -m)" "cargo install ddd-forge" ;;
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

fetch() {
    case "$1" in
    https://*) curl --proto '=https' --tlsv1.2 --location --silent --show-error --fail --output "$2" "$1" ;;
    file://*) curl --proto '=file' --silent --show-error --fail --output "$2" "$1" ;;
    *) fail "\`$1\` is neither https nor a file" "set DDD_FORGE_BASE_URL to an https:// address" ;;
    esac
}

build() {
    say "building from this checkout"
    cargo build --release --locked --manifest-path "$1/Cargo.toml"
    cp "${CARGO_TARGET_DIR:-$1/target}/release/ddd-forge" "$2/ddd-forge"
}

download() {
    repository=${DDD_FORGE_REPOSITORY:-ddd-forge/ddd-forge}
    base=${DDD_FORGE_BASE_URL:-https://github.com/$repository/releases}
    if [ -n "${DDD_FORGE_VERSION:-}" ]; then
        base=$base/download/v$DDD_FORGE_VERSION
    else
        base=$base/latest/download
    fi
    archive=ddd-forge-$(target).tar.gz
    say "downloading $base/$archive"
    fetch "$base/$archive" "$1/$archive"
    fetch "$base/$archive.sha256" "$1/$archive.sha256"
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

    here=$(cd "$(dirname "$0")" && pwd)
    if [ -f "$here/Cargo.toml" ] && [ -d "$here/templates" ]; then
        build "$here" "$staging"
    else
        download "$staging"
    fi
    "$staging/ddd-forge" --version >/dev/null || fail "the binary does not run here" "cargo install ddd-forge"

    mkdir -p "$bin"
    # A rename replaces a running binary safely; a copy would not.
    cp "$staging/ddd-forge" "$bin/.ddd-forge.new"
    chmod 755 "$bin/.ddd-forge.new"
    mv -f "$bin/.ddd-forge.new" "$bin/ddd-forge"
    say "installed $bin/ddd-forge"
    say "to undo: rm '$bin/ddd-forge'"
    case ":$PATH:" in
    *":$bin:"*) ;;
    *) say "not on your PATH yet: export PATH=\"$bin:\$PATH\"" ;;
    esac
}

main "$@"
