variable "hotlines" {
  description = "Phone numbers as people write them, by country."
  type        = map(list(string))
  default = {
    US = ["(415) 555-0100", "1-800-FLOWERS"]
    GB = ["020 7946 0000", "+1 415.555.0101"] # the country code counts where there is one
  }
}

output "hotlines" {
  description = "The same numbers in E.164 form, sorted."
  value = sort(flatten([
    for region, numbers in var.hotlines : [
      for number in numbers : provider::telephony::e164(number, region)
    ]
  ]))
}
