#!/usr/bin/env bash
# Builds, without any image registry, the two images that the integration tests start where none can be pulled, on a Debian
# root with a Java 21 runtime, and prints the variables that choose them:
#   magicbyte/kafka     Apache Kafka (KRaft, one node), jars by Maven
#   magicbyte/registry  Apicurio Registry, Confluent API at /apis/ccompat/v7
# Tags hold the version and a hash of what the image is made from, so a stale image is never used; one that exists is
# kept. Needs root, docker, debootstrap and mvn.
set -euo pipefail
cd "$(dirname "$0")"
kafka_version=${KAFKA_VERSION:-4.3.1}
registry_version=${REGISTRY_VERSION:-3.3.3}
base=magicbyte/jre:21-trixie # named in the Dockerfiles
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

exists() { docker image inspect "$1" > /dev/null 2>&1; }
content() { cat "$@" images.sh | sha256sum | cut -c1-8; }
maven() { mvn -q -B -Dstyle.color=never "$@" >&2; }

kafka_image=magicbyte/kafka:$kafka_version-$(content kafka/*)
registry_image=magicbyte/registry:$registry_version-$(content registry/*)

build_base() {
  local lists mirror
  # The mirror that this machine's apt uses, in either of its two formats.
  lists=$(find /etc/apt/sources.list /etc/apt/sources.list.d -name '*.list' -o -name '*.sources' 2> /dev/null || true)
  # shellcheck disable=SC2086
  mirror=$(awk '$1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ /^https?:/) { print $i; exit } } $1 == "URIs:" { print $2; exit }' $lists)
  if ! debootstrap --variant=minbase --include=openjdk-21-jre-headless,ca-certificates trixie "$work/root" "$mirror" > "$work/debootstrap.log" 2>&1; then
    tail -20 "$work/debootstrap.log" >&2
    exit 1
  fi
  rm -rf "$work/root/var/cache/apt/archives" "$work/root/var/lib/apt/lists"
  tar -C "$work/root" -c . | docker import - "$base" > /dev/null
}

build_kafka() {
  cp -r kafka "$work/kafka"
  maven -f "$work/kafka/pom.xml" dependency:copy-dependencies -DincludeScope=runtime \
    -Dkafka.version="$kafka_version" -DoutputDirectory="$work/kafka/libs"
  docker build -q -t "$kafka_image" "$work/kafka" > /dev/null
}

build_registry() {
  cp -r registry "$work/registry"
  mkdir -p "$work/registry/app"
  maven dependency:copy -Dartifact="io.apicurio:apicurio-registry-app:$registry_version:tar.gz:all" -DoutputDirectory="$work"
  tar -xzf "$work/apicurio-registry-app-$registry_version-all.tar.gz" -C "$work/registry/app"
  docker build -q -t "$registry_image" "$work/registry" > /dev/null
}

if ! exists "$kafka_image" || ! exists "$registry_image"; then
  exists "$base" || build_base
  exists "$kafka_image" || build_kafka
  exists "$registry_image" || build_registry
fi

echo "KAFKA_IMAGE=$kafka_image"
echo "REGISTRY_IMAGE=$registry_image"
echo "REGISTRY_PORT=8080"
echo "REGISTRY_BASE_PATH=/apis/ccompat/v7"
