#!/usr/bin/env bash
# Makes a Docker engine answer where it runs: installs Debian's packages where they are missing and starts the daemon
# where none runs. Needs root and apt. Where an engine already answers, nothing is started; else the daemon's process id
# is kept in the given file, for down.sh.
#   usage: dockerd.sh PIDFILE
set -euo pipefail
pidfile=${1:?usage: dockerd.sh PIDFILE}

install() { # COMMAND PACKAGE...: installs the packages if the command is missing
  command -v "$1" > /dev/null && return
  [ -n "${updated:-}" ] || apt-get update -qq
  updated=1
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${@:2}" > /dev/null
}

install debootstrap debootstrap
install mvn maven
if docker info > /dev/null 2>&1; then exit 0; fi
install dockerd docker.io iptables

log=$(dirname "$pidfile")/dockerd.log
nohup dockerd > "$log" 2>&1 < /dev/null &
echo $! > "$pidfile"
for _ in $(seq 1 60); do
  if docker info > /dev/null 2>&1; then exit 0; fi
  sleep 0.5
done
tail -20 "$log" >&2
echo "dockerd did not answer within 30 s" >&2
exit 1
