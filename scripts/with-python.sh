#!/bin/sh
# Runs a script of this folder with the first Python that the service works on.
set -u

fits='import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))'
wanted='python3.13 python3.12 python3.11 python3'

# Wheels packed for a machine without a network fit one version of Python only.
packed=$(dirname "$0")/../wheels/python-version
if [ -f "$packed" ]; then
    version=$(cat "$packed")
    fits="import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$version')"
    wanted="python$version python3"
fi

for candidate in ${PYTHON:-$wanted}; do
    # A name alone proves nothing: version managers leave names behind that only print an error.
    if "$candidate" -c "$fits" >/dev/null 2>&1; then
        exec "$candidate" "$@"
    fi
done

echo "No Python found that fits: needed is ${version:-3.11, 3.12 or 3.13} (looked for: ${PYTHON:-$wanted})." >&2
echo "Install it, for example on Debian or Ubuntu: apt-get install python${version:-3} python${version:-3}-venv" >&2
echo "or name one: make PYTHON=/path/to/python3.12 ..." >&2
exit 1
