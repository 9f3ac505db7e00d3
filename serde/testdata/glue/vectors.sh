#!/usr/bin/env bash
# Writes java.tsv with AWS's serializer, and has AWS's deserializer read go.tsv, which `go test -run Java ./serde -update` writes.
# Needs a JDK of 17 or newer, and Maven to fetch AWS's library.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mvn -q -B -f "$here/pom.xml" dependency:build-classpath -Dmdep.outputFile="$work/classpath"
java -Dfile.encoding=UTF-8 -Dstdout.encoding=UTF-8 -cp "$(cat "$work/classpath")" "$here/Vectors.java" "$here"
