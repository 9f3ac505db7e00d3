#!/usr/bin/env bash
# Makes ready what `make integration` needs where no image can be pulled: a Docker engine and locally built images. Prints the
# environment that chooses them and keeps it in .cache/testbed.env, where what is set already wins.
set -euo pipefail
cd "$(dirname "$0")"
cache=../../.cache
mkdir -p "$cache"
./dockerd.sh "$cache/dockerd.pid"
images=$(./images.sh)
image() { sed -n "s/^$1=//p" <<< "$images"; }
cat > "$cache/testbed.env" << END
export TESTCONTAINERS_RYUK_DISABLED=\${TESTCONTAINERS_RYUK_DISABLED-true}
export TESTCONTAINERS_HOST_OVERRIDE=\${TESTCONTAINERS_HOST_OVERRIDE-127.0.0.1}
export KAFKA_IMAGE=\${KAFKA_IMAGE-$(image KAFKA_IMAGE)}
if [ -z "\${REGISTRY_IMAGE-}" ]; then
  export REGISTRY_IMAGE=$(image REGISTRY_IMAGE) REGISTRY_PORT=$(image REGISTRY_PORT) REGISTRY_BASE_PATH=$(image REGISTRY_BASE_PATH)
fi
END
cat "$cache/testbed.env"
