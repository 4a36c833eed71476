# Writes an import block for every number of the account. Terraform generates the
# configuration of each from that:
#
#   terraform apply
#   terraform output -raw import_blocks > imports.tf
#   terraform plan -generate-config-out=numbers.tf
#   terraform apply
terraform {
  required_providers {
    telephony = {
      source = "telephony-iac/telephony"
    }
  }
}

provider "telephony" {
  prevent_release = true # nothing can be given up while you find your way in
}

data "telephony_phone_numbers" "all" {}

output "import_blocks" {
  value = join("\n", [for n in data.telephony_phone_numbers.all.phone_numbers : <<-EOT
    import {
      to = telephony_phone_number.n${trimprefix(n.phone_number, "+")}
      id = "${n.import_id}"
    }
  EOT
  ])
}
