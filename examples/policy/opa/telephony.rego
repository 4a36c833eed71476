# METADATA
# title: Rules for plans with telephony_phone_number
# description: |
#   Input is a plan as `terraform show -json` prints it, or HCP Terraform's document with the plan in it.
#   What a plan may release and buy stands in a data document or in a Rego file; see data.yaml.
#
#   What cannot be read counts as the worse case: a number is kept only if the plan says so, and an empty
#   configuration approves of nothing.
package main

import rego.v1

# METADATA
# title: The input is a plan that can be judged
# description: Anything else, a state or a failed plan, lists no changes and would pass every other rule.
deny_unreadable_plan contains message if {
	not readable
	message := "this is not the JSON of a plan: run terraform show -json on a saved plan"
}

deny_unreadable_plan contains message if {
	plan.errored == true
	message := "planning failed, so this plan is not complete"
}

# METADATA
# title: Numbers are given up only with an approval
# description: |
#   Denies to destroy or replace a number if that gives the number or its subscription up, unless
#   allowed_releases names it. A plan reads this from state, so it also holds where the block is gone.
deny_irreversible_destroy contains message if {
	some change in releases
	not number(change) in approved
	message := sprintf("%s: its destroy gives the number up, and allowed_releases does not name it", [subject(change)])
}

# METADATA
# title: A tainted number is not released
# description: |
#   Denies to replace a tainted number unless its destroy keeps it. An approval changes nothing: the plan would
#   give up the very number that it needs again.
deny_tainted_release contains message if {
	some change in ends
	change.action_reason == "replace_because_tainted"
	not keeps(change, "before")
	message := sprintf("%s: it is tainted, and its replacement would release it first; untaint it", [subject(change)])
}

# METADATA
# title: Release is not enabled beside a removal
# description: |
#   Denies a plan in which the destroy of one number turns to release and another number, or the same one at
#   another address, is removed. Enabling takes effect only once it is applied, so whoever does both at once
#   expects something else than what happens. Two plans one after the other are not seen here: the second is
#   up to deny_irreversible_destroy.
deny_release_enabled_and_removed contains message if {
	some change in enabling
	some removed in removals
	message := sprintf(
		"%s: its destroy turns to release in a plan that removes %s; make it two changes, and apply the first",
		[subject(change), subject(removed)],
	)
}

# METADATA
# title: A plan gives up few numbers
# description: Denies more releases than max_releases in one plan, approved or not.
deny_too_many_releases contains message if {
	count(releases) > max_releases
	message := sprintf("the plan gives up %d numbers, and max_releases is %d", [count(releases), max_releases])
}

# METADATA
# title: A plan buys few numbers
# description: Denies more purchases than max_purchases in one plan. What is not known to be owned counts as bought.
deny_too_many_purchases contains message if {
	count(purchases) > max_purchases
	message := sprintf("the plan buys %d numbers, and max_purchases is %d", [count(purchases), max_purchases])
}

# METADATA
# title: No number is ended and created in one plan
# description: |
#   Denies a plan that destroys a number at one address and creates it at another, or gives it to another
#   resource: it is off the air in between, or lost. A new name needs a moved block.
deny_ended_and_created contains message if {
	some created in creations
	some ended in ends
	ended.address != created.address
	ended.change.before.id == created.change.after.id
	message := sprintf(
		"%s: the plan ends this number, and creates it as %s; move it with a moved block",
		[subject(ended), created.address],
	)
}

# METADATA
# title: Numbers that are not active are seen
# description: |
#   Warns of a number that is corrupted or being deleted, whether this plan found it out (resource_drift) or
#   state had it already (resource_changes).
warn_corrupted contains message if {
	some change in numbers
	message := complaint(change, change.change.before)
}

warn_corrupted contains message if {
	some change in plan.resource_drift
	is_number_resource(change)
	message := complaint(change, change.change.after)
}

# METADATA
# title: Purchases are seen
# description: Warns of a number that is created and not known to be owned already, since the apply may spend money.
warn_purchase contains message if {
	some change in purchases
	message := sprintf("%s: the apply buys this number, unless it turns out to be owned", [subject(change)])
}

# The plan itself: HCP Terraform wraps it.
default plan := {}

plan := object.get(input, "plan", input)

readable if is_object(plan.planned_values)

# E.164 numbers that may be given up.
approved contains allowed if some allowed in data.telephony.allowed_releases

# Most numbers that one plan may give up.
default max_releases := 1

max_releases := data.telephony.max_releases if is_number(data.telephony.max_releases)

# Most numbers that one plan may buy.
default max_purchases := 10

max_purchases := data.telephony.max_purchases if is_number(data.telephony.max_purchases)

# All changes of numbers, those that change nothing included.
numbers contains change if {
	some change in plan.resource_changes
	is_number_resource(change)
}

# Numbers that are destroyed, and replaced or not.
ends contains change if {
	some change in numbers
	"delete" in change.change.actions
}

# Numbers that are destroyed for good.
removals contains change if {
	some change in ends
	not "create" in change.change.actions
}

# Numbers that the plan gives up, or that it does not say it keeps.
releases contains change if {
	some change in ends
	not change.change.before.destroy_irreversible == false
}

# Numbers that are created, after an end or not.
creations contains change if {
	some change in numbers
	"create" in change.change.actions
}

# Numbers that are bought, or that the plan does not say are owned.
purchases contains change if {
	some change in creations
	not change.change.after.acquisition == "adopted"
}

# Numbers whose destroy turns to release, or to what is not known yet.
enabling contains change if {
	some change in numbers
	"update" in change.change.actions
	not change.change.before.destroy_action == "release"
	not keeps(change, "after")
}

enabling contains change if {
	some change in numbers
	"create" in change.change.actions
	not keeps(change, "after")
	some removed in removals
	change.change.after.id == removed.change.before.id
}

# Whether a destroy keeps the number, by what it is before or after the change. This is a function because Rego takes
# what is undefined out of a negated call: `not x.y in keeping` would not hold where x.y is missing.
keeps(change, when) if change.change[when].destroy_action in {"detach", "force_delete"}

is_number_resource(change) if {
	change.type == "telephony_phone_number"
	change.mode == "managed"
}

# What is wrong with a number, by the attributes that have its status.
complaint(change, attributes) := message if {
	is_object(attributes)
	not attributes.status == "active"
	status := text(attributes, "status")
	reason := text(attributes, "status_reason")
	message := sprintf("%s: status is %s: %s", [subject(change), status, reason])
}

text(attributes, name) := attributes[name] if {
	is_string(attributes[name])
} else := "not known"

# What a message calls a number.
subject(change) := sprintf("%s (%s)", [number(change), change.address])

number(change) := change.change.before.id if {
	is_string(change.change.before.id)
} else := change.change.after.id if {
	is_string(change.change.after.id)
} else := "a number not known yet"
