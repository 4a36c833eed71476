// The pinned OpenTofu. It has a module of its own because OpenTofu builds only with its own replace directives;
// ../cli.sh builds it inside its own module, with exactly the versions that OpenTofu was released with.
module github.com/telephony-iac/terraform-provider-telephony/internal/tools/tofu

go 1.26.8

require github.com/opentofu/opentofu v1.12.6
