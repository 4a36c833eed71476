package main

import "testing"

func TestAbridged(t *testing.T) {
	const output = `telephony_phone_number.old: Refreshing state... [id=+14155550101]

Terraform used the selected providers to generate the following execution
plan. Resource actions are indicated with the following symbols:
  + create

Terraform will perform the following actions:

  # telephony_phone_number.new will be created
  + resource "telephony_phone_number" "new" {
      + capabilities = (known after apply)
      + carrier      = "twilio"
      + phone_number = "+14155550100"

      + nixflex {
          + agent_id             = "agent_0000000000000001"
          + twilio_auth_token_wo = (write-only attribute)
        }

      + purchase {}
    }

  # telephony_phone_number.old will be destroyed
  - resource "telephony_phone_number" "old" {
      - capabilities         = [
          - "voice",
        ] -> null
      - destroy_irreversible = false -> null

      - purchase {}
    }

  # telephony_phone_number.other will be updated in-place
  ~ resource "telephony_phone_number" "other" {
        id        = "+14155550102"
      ~ voice_url = "https://example.com/a" -> "https://example.com/b"
    }

Plan: 1 to add, 1 to change, 1 to destroy.

Warning: Destroy of +14155550101: detach

  with telephony_phone_number.old,
  on old.tf line 1, in resource "telephony_phone_number" "old":
   1: resource "telephony_phone_number" "old" {

In order:
  1. Clear voice_url of +14155550101.
`
	const want = `  # telephony_phone_number.new will be created
  + resource "telephony_phone_number" "new" {
      + carrier      = "twilio"
      + phone_number = "+14155550100"
      + nixflex {
          + agent_id             = "agent_0000000000000001"
        }
      + purchase {}
        ...
    }

  # telephony_phone_number.old will be destroyed
  - resource "telephony_phone_number" "old" {
      - destroy_irreversible = false -> null
        ...
    }

  # telephony_phone_number.other will be updated in-place
  ~ resource "telephony_phone_number" "other" {
        id        = "+14155550102"
      ~ voice_url = "https://example.com/a" -> "https://example.com/b"
    }

Plan: 1 to add, 1 to change, 1 to destroy.

Warning: Destroy of +14155550101: detach

In order:
  1. Clear voice_url of +14155550101.`
	if got := abridged(output); got != want {
		t.Errorf("got:\n%s", got)
	}
}
