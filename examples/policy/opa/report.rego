# METADATA
# title: A plan's numbers, as Markdown
# description: |
#   For a comment on a pull request. conftest has the report as the one warning of the namespace report, and as
#   failures what a person is to approve:
#
#     conftest test --policy DIR --namespace report --output json plan.json
#
#   What a purchase costs is not in a plan's JSON but in the warnings of the plan. Where those of
#   `terraform plan -json` are given as data, in plan_warnings, the report has the prices; pipeline/report.sh does that.
package report

import data.main
import rego.v1

# METADATA
# title: The report
warn_report contains markdown

# METADATA
# title: What is given up or bought is approved by a person
deny_unapproved contains message if {
	some change in main.releases
	message := sprintf("%s is given up", [main.subject(change)])
}

deny_unapproved contains message if {
	some change in main.purchases
	message := sprintf("%s is bought", [main.subject(change)])
}

deny_unapproved contains message if some message in main.deny_unreadable_plan

default markdown := "### Phone numbers: this plan cannot be judged\n\nIt failed, or it is not the JSON of a plan.\n"

markdown := concat("\n", array.concat([headline, ""], [part | some part in parts; part != ""])) if {
	count(main.deny_unreadable_plan) == 0
}

headline := "### Phone numbers: nothing is given up, bought, detached or repaired" if {
	count(told) == 0
} else := sprintf("### Phone numbers: %s", [concat(", ", told)])

told := [sprintf("%d %s", [count(group.changes), group.word]) |
	some group in groups
	count(group.changes) > 0
]

groups := [
	{"word": "given up", "title": "Given up", "last": "Cost and steps", "changes": main.releases},
	{"word": "bought", "title": "Bought", "last": "Cost", "changes": main.purchases},
	{"word": "detached", "title": "Detached", "last": "Cost and steps", "changes": detached},
	{"word": "repaired", "title": "Repaired", "last": "Cost and reason", "changes": repaired},
]

detached := main.ends - main.releases

repaired contains change if {
	some change in main.numbers
	"update" in change.change.actions
	not change.change.before.status == "active"
}

parts := [sprintf("#### %s\n\n| Number | Resource | Home | %s |\n| --- | --- | --- | --- |\n%s\n", [
	group.title, group.last,
	concat("\n", sort([row(change, last(group.word, change)) | some change in group.changes])),
]) |
	some group in groups
	count(group.changes) > 0
]

row(change, text) := sprintf("| %s | `%s` | %s | %s |", [
	cell(main.number(change)), replace(change.address, "|", "\\|"), home(change), text,
])

last("given up", change) := concat("<br>", array.concat(["The carrier stops billing it."], steps(change)))

last("detached", change) := concat("<br>", array.concat([billed(change)], steps(change)))

last("repaired", change) := concat("<br>", [
	"None: a repair never buys.",
	cell(main.text(change.change.before, "status_reason")),
])

last("bought", change) := cell(price(change))

# A number stays with its carrier, unless that has lost it.
billed(change) := "None: its carrier no longer has it." if {
	contains(main.text(change.change.before, "status_reason"), "no repair can bring it back")
} else := "Stays billed as it is."

steps(change) := [sprintf("%d. %s", [i + 1, cell(sentence)]) |
	some i, sentence in object.get(side(change), "destroy_steps", [])
]

# Where a number is, or will be.
home(change) := "not known yet" if {
	not is_string(object.get(side(change), "carrier", null))
} else := carrier if {
	carrier := cell(side(change).carrier)
	object.get(side(change), "platform", "none") in {"none", carrier}
} else := sprintf("%s, carried by %s", [cell(main.text(side(change), "platform")), cell(side(change).carrier)])

side(change) := change.change.before if {
	is_object(change.change.before)
} else := change.change.after

# What the provider has said of the price: its warning's title is "Buys a number: US local, 1.15 USD a month".
price(change) := concat("; ", prices) if {
	prices := {told |
		some warning in data.plan_warnings
		warning.address == change.address
		regex.match(`^(Buys|May buy) a number`, warning.summary)
		told := regex.replace(warning.summary, `^(Buys|May buy) a number(: )?`, "")
		told != ""
	}
	count(prices) > 0
} else := "not told"

# A text as a cell of a table: no part of it is taken for Markdown's or HTML's own.
cell(text) := replace(replace(replace(replace(replace(text, "&", "&amp;"), "<", "&lt;"), "|", "\\|"), "\n", " "), "`", "\\`")
