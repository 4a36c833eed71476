#!/bin/sh
# Plans, judges the plan and reports it, for a pipeline: writes next.tfplan, plan.json and report.md, and approval.txt with a
# line for each number that is given up or bought, empty where there is none. Fails where planning fails or a policy denies.
#
#	report.sh DIR [ARGUMENTS OF terraform plan]
#
# DIR has the policies. Needs terraform (or TERRAFORM=tofu), conftest and jq.
set -eu
policies=$1
shift
terraform=${TERRAFORM:-terraform}

code=0
"$terraform" plan -input=false -json -out=next.tfplan "$@" > plan.log || code=$?
# What the provider says, prices included, is in the warnings, and nowhere in a saved plan.
jq -rn 'inputs | select(.type == "diagnostic") | "\(.["@message"])\n\(.diagnostic.detail)\n"' plan.log
[ $code -eq 0 ] || exit $code
jq -n '{plan_warnings: [inputs | select(.type == "diagnostic") | .diagnostic]}' plan.log > warnings.json
"$terraform" show -json next.tfplan > plan.json

conftest test --policy "$policies" --namespace report --data warnings.json --output json plan.json > report.json || true
jq -r '.[].warnings[]?.msg' report.json > report.md
jq -r '.[].failures[]?.msg' report.json > approval.txt
cat report.md

conftest test --policy "$policies" --data "$policies/data.yaml" plan.json
