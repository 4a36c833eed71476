# By number or by SID: a number at Twilio that is on no voice platform.
terraform import telephony_phone_number.reception +14155550140
terraform import telephony_phone_number.reception PN0123456789abcdef0123456789abcdef

# The same, with the service named.
terraform import telephony_phone_number.reception twilio/+14155550140
