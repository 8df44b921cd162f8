#!/bin/sh
# Installs the Debian packages that tests use as real parts (broker, browser, RTSP server). Without apt or root it says
# which are missing and goes on: the tests that need them skip with the reason.
set -eu
missing=""
for package in $(cat "$1"); do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
    echo "airbeat: not installed:$missing. Some tests will skip; install them with: sudo apt-get install$missing"
    exit 0
fi
echo "airbeat: installing Debian packages:$missing"
log=$(mktemp)
{ apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing; } >"$log" 2>&1 ||
    { tail -5 "$log"; echo "airbeat: apt-get failed; the whole output is in $log"; exit 2; }
rm -f "$log"
