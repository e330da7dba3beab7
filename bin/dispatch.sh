#!/bin/sh
# bin/dispatch.sh WORKFLOW name=value ...
# Starts a workflow and prints its run's address, from any working directory: the checkout is the one this script lies in.
set -eu

self=$0
while [ -L "$self" ]; do
  link=$(readlink "$self")
  case $link in
    /*) self=$link ;;
    *) self=${self%/*}/$link ;;
  esac
done
case $self in
  */*) folder=${self%/*} ;;
  *) folder=. ;;
esac

RELAYQ_CHECKOUT=$(cd "$folder/.." && pwd -P)
export RELAYQ_CHECKOUT
exec "$RELAYQ_CHECKOUT/relayq" dispatch "$@"
