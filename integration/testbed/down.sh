#!/usr/bin/env bash
# Stops the Docker daemon that up.sh started, and waits for its end. One that ran before is left alone.
set -euo pipefail
pidfile=$(dirname "$0")/../../.cache/dockerd.pid
[ -f "$pidfile" ] || exit 0
pid=$(< "$pidfile")
rm -f "$pidfile"
[ "$(cat "/proc/$pid/comm" 2> /dev/null)" = dockerd ] || exit 0
kill "$pid"
for _ in $(seq 1 60); do
  kill -0 "$pid" 2> /dev/null || exit 0
  sleep 0.5
done
echo "dockerd ($pid) did not stop within 30 s" >&2
exit 1
