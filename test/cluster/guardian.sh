#!/usr/bin/env bash
# Starts a cluster and ends it, whatever becomes of the test that wanted it: when standard input closes, which it does too
# when the test process is killed, the cluster's processes are ended and its folder is removed.
#   guardian.sh SCRIPTS DIR [options of "up" …]
set -u
scripts=$1 dir=$2
shift 2
if "$scripts/up" "$dir" "$@" >/dev/null; then echo ready; else echo failed; fi
cat >/dev/null
"$scripts/down" "$dir"
# Processes that ended a moment ago may still have written something.
rm -rf "$dir" || { sleep 1; rm -rf "$dir"; }
