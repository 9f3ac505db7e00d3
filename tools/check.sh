#!/usr/bin/env bash
# Checks what a build of this project needs and says in one sentence what is missing. Without a C compiler, or with
# CGO_ENABLED=0, the compiler's own message would be "undefined: kafka.LibraryVersion".
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
  echo "magicbyte: $*" >&2
  exit 1
}

go=${GO:-go}
command -v "$go" > /dev/null || fail "Go 1.26 or newer is needed, and there is no '$go' on the PATH: see https://go.dev/doc/install."
# An older Go fetches the release that go.mod asks for, where it may; where it may not, this is what it says.
version=$("$go" env GOVERSION 2>&1) || fail "Go 1.26 or newer is needed: $version."
if [[ $version =~ go1\.([0-9]+) ]] && ((BASH_REMATCH[1] < 26)); then
  fail "Go 1.26 or newer is needed, and this is $version: see https://go.dev/doc/install."
fi

cc=$("$go" env CC)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '#include <stdlib.h>\nint main(void) { return EXIT_SUCCESS; }\n' > "$work/main.c"
# CC may hold a command and its arguments, so it is split into words.
# shellcheck disable=SC2086
if ! said=$($cc -o "$work/main" "$work/main.c" 2>&1); then
  said=$(head -n 1 <<< "${said:-it says nothing}")
  fail "a C compiler is needed for the Kafka client, and '$cc' cannot build an empty program (${said##*: }): install one (Debian: apt-get install gcc libc6-dev; macOS: xcode-select --install) or name it in CC."
fi
[[ $("$go" env CGO_ENABLED) == 1 ]] || fail "CGO_ENABLED is 0, and the Kafka client is a C library: set CGO_ENABLED=1."

if [[ $("$go" env GOOS) == linux && " $("$go" env GOFLAGS) " != *musl* ]] && (ldd --version 2>&1 || true) | grep -qi musl; then
  fail "this system has musl instead of glibc, for which the Kafka client is linked with a tag: set GOFLAGS=-tags=musl."
fi
