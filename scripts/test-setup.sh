#!/bin/sh
# Installs what the tests need beyond Python, from Debian's packages. Only `make test-setup` calls this.
set -eu

packages='chromium fonts-noto-cjk postgresql python3-venv'

if ! command -v apt-get >/dev/null; then
    echo "This is not Debian or Ubuntu: install Chromium, a Chinese font and PostgreSQL in your system's way." >&2
    exit 1
fi

missing=
for package in $packages; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' || missing="$missing $package"
done
if [ -z "$missing" ]; then
    echo "Already installed: $packages"
    exit 0
fi

as_root=
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "Run as root: make test-setup (installs$missing)" >&2; exit 1; }
    as_root=sudo
fi

echo "Installing:$missing"
$as_root apt-get update -q
# shellcheck disable=SC2086  # a list of words
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
