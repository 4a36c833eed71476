# A policy set for HCP Terraform.
policy "telephony" {
  source            = "./telephony.sentinel"
  enforcement_level = "hard-mandatory"

  params = {
    allowed_releases = []
    max_releases     = 1
    max_purchases    = 10
  }
}
