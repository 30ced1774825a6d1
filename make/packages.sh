#!/bin/sh
# Install the Debian packages named, those that are missing, as root or through sudo; else say what to type.
set -eu
missing=
for package in "$@"; do
    state=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
    if [ "$state" != "install ok installed" ]; then
        # A virtual package (libjpeg-dev, pkg-config) is there when something provides it.
        if ! dpkg-query -W -f '${Status} ${Provides}\n' 2>/dev/null | grep '^install ok installed' |
            grep -Eq "[ ,]$package( |,|\$)"; then
            missing="$missing $package"
        fi
    fi
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ]; then
    as_root=
elif sudo -n true 2>/dev/null; then
    as_root=sudo
else
    echo "Missing packages. Install them with:" >&2
    echo "    sudo apt-get install -y$missing" >&2
    exit 1
fi
echo "installing$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086
if ! $as_root apt-get install -y --no-install-recommends $missing >"$log" 2>&1; then
    $as_root apt-get update >"$log" 2>&1 || true
    $as_root apt-get install -y --no-install-recommends $missing >"$log" 2>&1 || { tail -20 "$log" >&2; exit 1; }
fi
