#!/usr/bin/env bash
# Whether VERSION (v1.2.3) can be released from this commit: CHANGELOG.md has a section for it, and a patch release takes nothing
# from the exported surface of the tag before. Writes dist/notes.md: that section, and what changed in the surface.
set -euo pipefail
cd "$(dirname "$0")/../.."
version=${VERSION:?usage: make release-check VERSION=v1.2.3}

fail() {
  echo "release: $*" >&2
  exit 1
}

[[ $version =~ ^v[0-9]+\.[0-9]+\.([0-9]+)(-[0-9A-Za-z.-]+)?$ ]] || fail "$version is no version: want v1.2.3 or v1.2.3-rc.1"
patch=${BASH_REMATCH[1]}

mkdir -p dist
# The section goes from its heading, with or without a date, to the next one.
awk -v heading="## ${version#v}" -v tagged="## $version" '
  /^## / { inside = ($0 == heading || $0 == tagged || index($0, heading " ") == 1 || index($0, tagged " ") == 1) ; next }
  inside' CHANGELOG.md > dist/notes.md
grep -q '[^[:space:]]' dist/notes.md || fail "CHANGELOG.md has no section \"## $version\", or nothing in it"

previous=$(git tag --list 'v[0-9]*' --sort=-version:refname --merged HEAD | grep -vx -- "$version" | head -n 1 || true)
if [ -z "$previous" ]; then
  echo "release: $version has a section; there is no earlier tag to compare the exported surface with"
  exit 0
fi
diff=$(AGAINST=$previous LABEL=$version deploy/release/api.sh) || [ $? = 1 ] || fail "the exported surface of $previous cannot be compared"
if [ -z "$diff" ]; then
  printf '\n### Exported surface\nAs in %s.\n' "$previous" >> dist/notes.md
else
  # shellcheck disable=SC2016 # the backticks are Markdown's
  printf '\n### Exported surface\n```diff\n%s\n```\n' "$diff" >> dist/notes.md
  if ((patch > 0)) && grep -q '^-[^-]' <<< "$diff"; then
    echo "$diff" >&2
    fail "$version is a patch release and takes from the exported surface of $previous: the next minor version may"
  fi
fi
echo "release: $version has a section; compared with $previous"
