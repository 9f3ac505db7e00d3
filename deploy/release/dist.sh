#!/usr/bin/env bash
# Builds what a release has for this machine: an archive of the command with licence and changelog, its list of parts (CycloneDX)
# and its checksum, in dist/. The Kafka client is C, so each system builds for itself.
set -euo pipefail
cd "$(dirname "$0")/../.."
go=${GO:-go}
version=${VERSION:-$(git describe --tags --always --dirty)}
name=magicbyte_${version#v}_$("$go" env GOOS)_$("$go" env GOARCH)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/$name" dist
"$go" build -buildvcs=true -trimpath -ldflags='-s -w' -o "$work/$name/magicbyte" ./cmd/magicbyte
"$work/$name/magicbyte" version
cp LICENSE README.md CHANGELOG.md "$work/$name"
.cache/bin/cyclonedx-gomod bin -json -output "dist/$name.cdx.json" "$work/$name/magicbyte" 2> "$work/said" || {
  cat "$work/said" >&2
  exit 1
}
tar -C "$work" -czf "dist/$name.tar.gz" "$name"
sum=sha256sum
command -v "$sum" > /dev/null || sum="shasum -a 256" # macOS
(cd dist && $sum "$name.tar.gz" "$name.cdx.json" > "$name.sha256")
ls -l dist/"$name"*
