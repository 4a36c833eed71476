package acctest

import "testing"

func TestMisworded(t *testing.T) {
	t.Parallel()
	const title = "Unable to read phone number +14155550100"
	for _, tc := range []struct{ summary, detail, want string }{
		{title, "Twilio answered 503.\n\nNothing was changed in state.", ""},
		{title, "This failed:\n\n- voice_url: a -> b\n- sms_url: c -> d\n\nTry again.", ""},
		{title, "release_on_destroy = \"release\" is refused.", ""},
		{"release_on_destroy changes from release to detach", "For +14155550100 it counts once it is applied.", ""},
		{title, "Twilio answered 503", "it has no full stop"},
		{title, "Twilio answered 503:", "it has no full stop"},
		{title, "read it: no answer.", "it begins with a small letter"},
		{title, "This failed.\n\ntry again.", "it begins with a small letter"},
		{title + ".", "Twilio answered 503.", "its title is no headline"},
		{"unable to read", "Twilio answered 503.", "its title is no headline"},
		{"Release is prevented", "To keep the number, detach it.", "it is about a number, and does not say which"},
		{"Unable to import phone number phn_1", "Check the number.", ""},
		{"Invalid import ID", "Nothing tells which the number is.", ""},
	} {
		if got := misworded(tc.summary, tc.detail); got != tc.want {
			t.Errorf("%s: %q: %q, want %q", tc.summary, tc.detail, got, tc.want)
		}
	}
}
