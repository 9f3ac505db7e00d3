#!/usr/bin/env bash
# Runs `magicbyte check` with arguments from the environment, as a workflow gives them: none of them is ever a part of a script.
#
#   SCHEMAS           files or patterns, one a line or separated by spaces; ** is any folder [schemas/*.avsc]
#   SCHEMAS_ROOT      folder that they are in [this repository]
#   AGAINST, REGISTRY, LEVEL, SUBJECT   the flags of the command, where they are not empty
#   REPORT            file that gets what the command prints, too
set -euo pipefail
cd "$(dirname "$0")/../.."
mkdir -p .cache/bin
command=$PWD/.cache/bin/magicbyte
${GO:-go} build -o "$command" ./cmd/magicbyte
report=${REPORT:-/dev/null}
[[ $report == /* ]] || report=$PWD/$report
cd "${SCHEMAS_ROOT:-.}"

args=(check)
[ -z "${AGAINST:-}" ] || args+=("--against=$AGAINST")
[ -z "${REGISTRY:-}" ] || args+=("--registry=$REGISTRY")
[ -z "${LEVEL:-}" ] || args+=("--level=$LEVEL")
[ -z "${SUBJECT:-}" ] || args+=("--subject=$SUBJECT")
shopt -s nullglob
shopt -s globstar 2> /dev/null || true # the bash of macOS knows no **
# Patterns are to be split and expanded.
# shellcheck disable=SC2206
files=(${SCHEMAS:-schemas/*.avsc})
if ((${#files[@]} == 0)); then
  echo "check: no file is named by ${SCHEMAS:-schemas/*.avsc}" | tee "$report" >&2
  exit 2
fi
"$command" "${args[@]}" -- "${files[@]}" 2>&1 | tee "$report"
