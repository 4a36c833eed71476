package lifecycle

import (
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// judge settles the status of a number whose services have been read.
func judge(n *platform.Number) {
	switch {
	case n.Status == platform.Deleting, n.Status == platform.Corrupted && n.StatusReason != "":
	case n.Private.Unfinished != "":
		n.Status = platform.Corrupted
		n.StatusReason = unfinishedReason(n.Private)
	default:
		n.Status = platform.Active
		n.StatusReason = ""
	}
}

// unfinishedReason says in a sentence what stopped half-way and how to go on.
func unfinishedReason(private platform.PrivateState) string {
	var what, way string
	switch private.Unfinished {
	case platform.Creation:
		what, way = "The creation stopped half-way", "an apply completes it, and until then a destroy only detaches the number"
	case platform.Attach:
		what, way = "A move between platforms or to another registration stopped half-way", "an apply completes it"
	case platform.Teardown:
		what, way = "A destroy stopped half-way", "destroy again to finish it, or apply to put the number back in order"
	}
	if private.Detail != "" {
		what += ": " + platform.Clause(private.Detail)
	}
	if private.Blames != "" && private.Unfinished != platform.Teardown {
		way = "correct " + private.Blames + ", then " + way
	}
	return what + "; " + way + "."
}

// halfway is a number of which something stopped half-way.
func halfway(n platform.Number, what platform.Undertaking, err error) platform.Number {
	n.Private.Stop(what, err)
	n.Status, n.StatusReason = platform.Corrupted, unfinishedReason(n.Private)
	return n
}
