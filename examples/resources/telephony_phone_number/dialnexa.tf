# DialNexa sells numbers and carries them. This one is owned already. A destroy takes the agent off and keeps the number.
resource "telephony_phone_number" "bookings" {
  phone_number = "+16285550180"

  dialnexa {
    agent_id = "agt_f7w2kx5mb9qz"
    nickname = "Bookings"
  }
}

# This one is bought there if the workspace does not own it yet. A destroy gives it up for good.
resource "telephony_phone_number" "season" {
  phone_number       = "+16285550181"
  release_on_destroy = "release"

  dialnexa {
    agent_id = "agt_f7w2kx5mb9qz"
  }

  purchase {}
}
