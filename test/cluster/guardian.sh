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
# What those processes started stays where they are killed, as an Envoy does without its agent. Whatever works in the folder
# of this cluster is this cluster's.
for cwd in /proc/[0-9]*/cwd; do
  case $(readlink "$cwd" 2>/dev/null) in
    "$dir" | "$dir"/*) pid=${cwd#/proc/} && kill -9 "${pid%/cwd}" 2>/dev/null ;;
  esac
done
# Processes that ended a moment ago may still have written something.
rm -rf "$dir" || { sleep 1; rm -rf "$dir"; }
