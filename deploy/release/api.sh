#!/usr/bin/env bash
# The exported surface against that of a commit, AGAINST (default: origin/main), as a unified diff. Ends with 0 where they are equal, with 1 where
# they differ, and with 2 where that cannot be told.
set -euo pipefail
cd "$(dirname "$0")/../.."
against=${AGAINST:-origin/main}
surface=$PWD/.cache/bin/apisurface

git rev-parse --quiet --verify "$against^{commit}" > /dev/null || {
  echo "api: there is no commit $against here to compare with: fetch it, or name another by AGAINST" >&2
  exit 2
}
work=$(mktemp -d)
trap 'git worktree remove --force "$work/before" 2> /dev/null || true; rm -rf "$work"' EXIT
git worktree add --quiet --detach "$work/before" "$against" || exit 2
"$surface" ./... > "$work/after.txt" || exit 2
(cd "$work/before" && "$surface" ./... > "$work/before.txt") || exit 2
diff -u --label "$against" --label "${LABEL:-now}" "$work/before.txt" "$work/after.txt"
