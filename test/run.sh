#!/bin/sh
# `npm test`: from a bare checkout, installs what is missing and runs everything.
set -eu
relayq_home=$(cd "$(dirname "$0")/.." && pwd)
. "$relayq_home/bin/bootstrap.sh"
cd "$relayq_home"
exec "$relayq_node" test/run.ts "$@"
