import {
  to = telephony_phone_number.nixflex
  identity = {
    platform     = "nixflex"
    phone_number = "+14155550150"
  }
}
