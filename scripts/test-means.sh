#!/bin/sh
# Says before the tests which of them will be skipped here, and the mend.

skipped=
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || skipped="$skipped browser"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || skipped="$skipped PostgreSQL"

for kind in $skipped; do
    echo "SKIPPED here: the $kind tests, since it is not installed (mend on Debian: make test-setup)"
done
