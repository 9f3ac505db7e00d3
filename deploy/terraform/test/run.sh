#!/usr/bin/env bash
# The gate of everything here: format, validity, tests on a mocked provider, and, on moto (AWS in a process on the loopback
# address), an apply of examples/complete without its Kafka cluster, which moto never finishes. After that a plan has nothing to
# do, a service can write and read, and nothing that holds data can be destroyed.
#
#   TF_PLUGIN_DIR       folder with a mirror of the providers; without it, Terraform fetches them
#   REQUIRE_SERVICES=1  a missing tool is a failure, not a skip
set -euo pipefail
mirror=${TF_PLUGIN_DIR:+$(cd "$TF_PLUGIN_DIR" && pwd)}
cd "$(dirname "$0")/.."
test=$PWD/test

absent() { # REASON: ends here, as a failure where the tools have to be there
  if [ "${REQUIRE_SERVICES:-}" = 1 ]; then
    echo "terraform: $1" >&2
    exit 1
  fi
  echo "terraform: skipped: $1"
  exit 0
}

# Nothing that is set for Terraform or AWS counts here: the provider comes from the mirror or from its registry, and no request
# may go to an account.
while read -r name; do
  case $name in TF_PLUGIN_DIR) ;; TF_* | AWS_*) unset "$name" ;; esac
done < <(compgen -e)
export TF_IN_AUTOMATION=1 CHECKPOINT_DISABLE=1

command -v terraform > /dev/null || absent "there is no terraform on the PATH: 1.11 or newer is needed"
version=$(terraform version -json | sed -n 's/.*"terraform_version": *"\([^"]*\)".*/\1/p')
if ! [[ $version =~ ^([0-9]+)\.([0-9]+) ]] || ((BASH_REMATCH[1] * 1000 + BASH_REMATCH[2] < 1011)); then
  absent "the tests need Terraform 1.11 or newer, and this is ${version:-unknown}"
fi
python=${PYTHON:-python3}
"$python" -c 'import moto.server, boto3' 2> /dev/null || absent "$python has no moto with its server: pip install 'moto[server,glue,s3]' boto3"

work=$(mktemp -d)
moto=
end() {
  if [ -n "$moto" ]; then
    kill "$moto" 2> /dev/null || true
    wait "$moto" 2> /dev/null || true
  fi
  rm -rf "$work"
}
trap end EXIT

# run MESSAGE COMMAND...: shows what a command said only where it failed.
run() {
  local start=$SECONDS
  if ! "${@:2}" > "$work/said" 2>&1; then
    cat "$work/said" >&2
    echo "terraform: $1: failed" >&2
    exit 1
  fi
  echo "ok  $1 ($((SECONDS - start)) s)"
}

# What is tested is a copy: nobody's working folder has its state or its locks changed.
mkdir -p "$work/deploy/terraform"
cp -r modules examples "$work/deploy/terraform"
cp -r ../../schemas "$work/schemas"
find "$work" \( -name .terraform -o -name .terraform.lock.hcl -o -name '*.tfstate*' \) -prune -exec rm -rf {} +
export TF_PLUGIN_CACHE_DIR="$work/plugins" # fetched once for all folders
mkdir "$TF_PLUGIN_CACHE_DIR"

run "terraform fmt" terraform fmt -check -diff -recursive .
tests=0
cd "$work/deploy/terraform"
for folder in modules/* examples/*; do
  cd "$work/deploy/terraform/$folder"
  run "$folder: init" terraform init -backend=false -input=false -no-color ${mirror:+-plugin-dir="$mirror"}
  run "$folder: validate" terraform validate -no-color
  run "$folder: test" terraform test -no-color
  passed=$(sed -n 's/^Success! \([0-9]*\) passed, 0 failed.*/\1/p' "$work/said")
  tests=$((tests + ${passed:?"$folder: no test ran"}))
done

"$python" -m moto.server -H 127.0.0.1 -p 0 > "$work/moto.log" 2>&1 &
moto=$!
for _ in $(seq 1 150); do
  url=$(sed -n 's|.*Running on \(http://127\.0\.0\.1:[0-9]*\).*|\1|p' "$work/moto.log" | head -n 1)
  [ -z "$url" ] || break
  kill -0 "$moto" 2> /dev/null || break
  sleep 0.2
done
if [ -z "$url" ]; then
  cat "$work/moto.log" >&2
  echo "terraform: moto did not start" >&2
  exit 1
fi

# moto asks for credentials and looks at none.
export AWS_ENDPOINT_URL=$url AWS_ACCESS_KEY_ID=moto AWS_SECRET_ACCESS_KEY=moto AWS_REGION=eu-central-1 AWS_DEFAULT_REGION=eu-central-1 AWS_EC2_METADATA_DISABLED=true
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
export NO_PROXY=127.0.0.1 no_proxy=127.0.0.1

applied() { terraform apply -auto-approve -input=false -no-color; }
unchanged() { terraform plan -input=false -no-color -detailed-exitcode; } # fails where there is something to do

lasting() { # what holds data refuses to go
  if terraform plan -destroy -input=false -no-color > "$work/destroy" 2>&1; then
    echo "everything can be destroyed"
    return 1
  fi
  local resource
  for resource in aws_glue_schema aws_s3_bucket aws_kms_key; do
    tr '\n' ' ' < "$work/destroy" | grep -Eq "Resource module\.[a-z]+\.$resource\.[^ ]+ has lifecycle\.prevent_destroy" || {
      cat "$work/destroy"
      echo "$resource can be destroyed"
      return 1
    }
  done
}

cd "$work/deploy/terraform/examples/complete"
# moto forgets the tags of a registry, and has no cluster that is ever ready: any name does.
export TF_VAR_bucket=orders-log TF_VAR_tags='{}'
export TF_VAR_cluster_arn=arn:aws:kafka:eu-central-1:123456789012:cluster/orders/00000000-0000-0000-0000-000000000000-1
run "moto: apply" applied
run "moto: nothing left to do" unchanged
run "moto: nothing that holds data is destroyed" lasting
terraform output -json > "$work/outputs.json"
run "moto: a service writes and reads" "$python" "$test/service.py" uses "$work/outputs.json" "$work/schemas/order_event.avsc"

cd "$work/deploy/terraform/modules/registry"
export TF_VAR_name=payments TF_VAR_schemas_dir=$work/schemas TF_VAR_registration=producers
run "moto: apply, registration by producers" applied
run "moto: a producer registers a version" "$python" "$test/service.py" registers payments order_event
run "moto: it is left alone" unchanged

echo "$((tests + 7)) passed, 0 failed"
