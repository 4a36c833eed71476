#!/bin/sh
# Finds the Terraform or OpenTofu that tests, demo and formatting use, and prints its path.
#
#	cli.sh                 print the path
#	cli.sh terraform ...   run it with these arguments, whichever of the two it is
#	cli.sh COMMAND ...     run COMMAND with the environment that the acceptance tests and the demo need
#
# The first of these is used: the pinned OpenTofu if CLI=tofu, $TF_ACC_TERRAFORM_PATH, terraform or tofu on PATH, and
# the pinned OpenTofu again, which is built once from its Go module, so that a machine with Go needs nothing else.
set -eu

tofu_module=github.com/opentofu/opentofu

# OpenTofu builds only as a main module, since its replace directives count; hence no `go install` and no tool
# directive, but a build in the module's own directory. Version and checksum are pinned by tofu/go.mod and tofu/go.sum.
pinned_tofu() {
	pin=$(dirname "$0")/tofu
	version=$(sed -n "s|^require $tofu_module ||p" "$pin/go.mod")
	dir=${XDG_CACHE_HOME:-$HOME/.cache}/terraform-provider-telephony/opentofu-$version
	if [ ! -x "$dir/tofu" ]; then
		echo "building OpenTofu $version into $dir; this takes minutes, once" >&2
		go -C "$pin" mod download "$tofu_module"
		src=$(go -C "$pin" list -m -f '{{.Dir}}' "$tofu_module")
		mkdir -p "$dir"
		CGO_ENABLED=0 GOFLAGS=-mod=readonly GOWORK=off go -C "$src" build -trimpath \
			-ldflags "-s -w -X $tofu_module/version.dev=no" -o "$dir/tofu.$$" ./cmd/tofu
		mv "$dir/tofu.$$" "$dir/tofu" # at once, so that an interrupted build is never taken for a finished one
	fi
	echo "$dir/tofu"
}

if [ "${CLI:-}" = tofu ]; then
	cli=$(pinned_tofu)
elif [ -n "${TF_ACC_TERRAFORM_PATH:-}" ]; then
	cli=$TF_ACC_TERRAFORM_PATH
else
	cli=$(command -v terraform || command -v tofu || pinned_tofu)
fi

if [ $# -eq 0 ]; then
	echo "$cli"
	exit
fi

# No configuration of the developer's own (dev_overrides, mirrors) changes what is tested. Nor may the CLI warn about it:
# OpenTofu does so on standard output, in the midst of the JSON that the tests read.
export TF_CLI_CONFIG_FILE=/dev/null

if [ "$1" = terraform ]; then
	shift
	exec "$cli" "$@"
fi

export TF_ACC_TERRAFORM_PATH="$cli" TELEPHONY_DEMO_CLI="$cli"
# A provider without a source address belongs to the CLI's own registry, and the test framework assumes Terraform's.
case $("$cli" version) in
*OpenTofu*) export TF_ACC_PROVIDER_HOST=registry.opentofu.org ;;
esac
exec "$@"
