# The numbers on Nixflex that need a repair.
list "telephony_phone_number" "corrupted" {
  provider = telephony

  config {
    platform = "nixflex"
    status   = "corrupted"
  }
}

# The first numbers of all services, with all that an import would tell of them.
list "telephony_phone_number" "all" {
  provider = telephony

  limit            = 100
  include_resource = true
}
