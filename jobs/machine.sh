#!/bin/sh
# How the machine is that does this: relayq submit command script=machine.sh --pin rpi4 --wait
# What it prints is the result, since it writes no files. docs/SCRIPTS.md says what a script may rely on.
set -eu
echo "${RUNNER_NAME:-this machine}: $(uname -srm), $(getconf _NPROCESSORS_ONLN) cores"
df -h .
