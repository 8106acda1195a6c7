#!/bin/sh
# autogen.sh - make configure and the Makefile templates from a checkout.
set -e
cd "$(dirname "$0")"
mkdir -p m4 build-aux
exec autoreconf --install --force --warnings=all,no-obsolete
