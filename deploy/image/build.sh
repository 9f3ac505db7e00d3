#!/usr/bin/env bash
# Builds the image and runs it: as a user without rights, with nothing writable and no network, the whole demonstration goes
# through. Prints the image's name last.
#
#   IMAGE               its name [magicbyte:dev]
#   BINARY              the command; without it, it is built here
#   BASE                what glibc and certificates are taken from [debian:trixie-slim, or what `make testbed` made]
#   REQUIRE_SERVICES=1  a missing Docker is a failure, not a skip
set -euo pipefail
cd "$(dirname "$0")/../.."
image=${IMAGE:-magicbyte:dev}

absent() { # REASON: ends here, as a failure where the tools have to be there
  if [ "${REQUIRE_SERVICES:-}" = 1 ]; then
    echo "image: $1" >&2
    exit 1
  fi
  echo "image: skipped: $1"
  exit 0
}

[ "$(uname -s)" = Linux ] || absent "the binary is built for the system that it runs on, and images hold Linux"
docker info > /dev/null 2>&1 || absent "no Docker engine answers: make testbed starts one where none is installed"

base=${BASE:-debian:trixie-slim}
if [ -z "${BASE:-}" ] && ! docker image inspect "$base" > /dev/null 2>&1 && ! docker pull -q "$base" > /dev/null 2>&1; then
  base=magicbyte/jre:21-trixie # has glibc and certificates; what else it has stays there
  docker image inspect "$base" > /dev/null 2>&1 || absent "debian:trixie-slim cannot be pulled: make testbed builds a base without"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp deploy/image/Dockerfile "$work"
if [ -n "${BINARY:-}" ]; then
  cp "$BINARY" "$work/magicbyte"
else
  ${GO:-go} build -trimpath -ldflags='-s -w' -o "$work/magicbyte" ./cmd/magicbyte
fi
chmod 755 "$work/magicbyte"
docker build -q --build-arg BASE="$base" -t "$image" "$work" > /dev/null

expect() { # WHAT GOT WANT
  if [ "$2" != "$3" ]; then
    echo "image: $1 is $2, want $3" >&2
    exit 1
  fi
}
confined=(docker run --rm --read-only --network none --cap-drop ALL --security-opt no-new-privileges)
expect "the user" "$(docker image inspect -f '{{.Config.User}}' "$image")" 65532:65532
"${confined[@]}" "$image" version
"${confined[@]}" "$image" demo > "$work/demo" || {
  cat "$work/demo" >&2
  echo "image: the demonstration failed" >&2
  exit 1
}
expect "the demonstration's last line" "$(tail -n 1 "$work/demo")" Done.
if "${confined[@]}" --entrypoint /bin/sh "$image" -c true 2> /dev/null; then
  echo "image: it has a shell" >&2
  exit 1
fi
size=$(docker image inspect -f '{{.Size}}' "$image")
if ((size > 100000000)); then
  echo "image: it has $((size / 1000000)) MB, want at most 100" >&2
  exit 1
fi
echo "$image, $((size / 1000000)) MB"
