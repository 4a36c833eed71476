package registry

import "github.com/telephony-iac/terraform-provider-telephony/internal/platform"

// Refusal says why a conflict can't be planned or applied, and the way out, to
// whoever has n or wants it; nil: it can.
func (c Conflict) Refusal(n platform.Number) *platform.Refusal {
	refuse := func(summary, detail string) *platform.Refusal {
		return &platform.Refusal{Summary: summary, Detail: detail}
	}
	const renamed = "If the resource has another address now (a new name, or another key of count or for_each), add a moved block."
	switch c {
	case Loss:
		return refuse("Replacement would lose phone number "+n.PhoneNumber, n.PhoneNumber+" is in state with "+
			"release_on_destroy = \"release\", and this run is to create it again. Destroying the resource that has it would give the "+
			"number up, and it could hardly be got back. Nothing was changed.\n\n"+renamed+" If it is tainted, run "+
			"`terraform untaint` with its address: a destroy is planned again then, too. If this run has -replace, leave it out. "+
			"If it is to stay, remove the second resource with the number. To give the number up, remove every resource that has "+
			"it from the configuration, then apply.")
	case Stuck:
		return refuse("Phone number "+n.PhoneNumber+" is still in another resource", "The destroy of the telephony_phone_number that "+
			"has "+n.PhoneNumber+" has failed in this run, so it stays in state, and no other resource is created with the number. "+
			"That one is not in state, and it has changed nothing. Once the cause of the failure is gone, apply again.")
	case Duplicate:
		return refuse("Phone number "+n.PhoneNumber+" is in two resources", n.PhoneNumber+" is already managed by another "+
			"telephony_phone_number: one is in state and stays, and the plan creates a second one. A number belongs to one "+
			"resource. Nothing was changed: remove the resource that is to be created from the configuration. "+renamed)
	case Twins:
		return refuse("Phone number "+n.PhoneNumber+" is in two resources", n.PhoneNumber+" is already managed by another "+
			"telephony_phone_number of the configuration, and neither is in state yet. A number belongs to one resource. Nothing "+
			"was changed: remove one of the two from the configuration.")
	case Shared:
		return refuse("Phone number "+n.PhoneNumber+" is in two resources", n.PhoneNumber+" is already managed by another "+
			"telephony_phone_number: state has it twice, so ending or changing one of the two would take the number from the "+
			"other. Nothing was changed. Take the one that is not to have it out of state, which leaves the number as it is "+
			"(`terraform state rm` with its address), and remove its configuration or its import. If it is the deposed object "+
			"of an interrupted create_before_destroy, take the resource out of state and import the number again.")
	case NoConflict, Handover:
	}
	return nil
}
