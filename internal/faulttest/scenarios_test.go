package faulttest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/telephony-iac/terraform-provider-telephony/internal/acctest"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// scenario is something that a user does to one number, once in peace and then
// again for every call and every fault.
type scenario struct {
	name  string
	rules []simulator.Option
	// seed adds to the world of every scenario.
	seed func(*acctest.Simulation)

	// What comes before the faults: an apply, and what happens behind Terraform's
	// back; nil: nothing.
	before    acctest.Values
	meanwhile func(*acctest.Simulation)

	// What the faults strike.
	command command
	imports string // the ID of an import
	config  acctest.Values
	// failsFirst says that the first run that gets far enough fails in peace too.
	failsFirst bool
}

// command is what the user does.
type command string

const (
	apply   command = "apply"
	destroy command = "destroy"
	refresh command = "refresh"
	// The number gets another address, or a second one.
	renaming         command = "rename"
	renamingNewFirst command = "rename, and the new one comes first"
	duplicating      command = "duplicate"

	importing command = "import"  // and an apply
	listing   command = "list"    // the list resource
	lookingUp command = "look up" // the data source of many numbers
	asking    command = "ask"     // the data source of agents
)

// lists says that the command is about no resource.
func (c command) lists() bool { return c == listing || c == lookingUp || c == asking }

// scenarios are all of them. A further command is a constant above, a case in
// user, and a row here.
func scenarios() []scenario {
	return slices.Concat(
		adoptions(), purchases(), updates(), moves(), reregistrations(), repairs(), refreshes(), imports(), lists(), ends(), renames(), duplicates(), memberships(),
	)
}

const (
	number    = "+14155550100"
	bystander = "+13125550199" // another number that is held everywhere: nothing may change it

	nixflexSupport, nixflexSales     = "agent_00000000000000aa", "agent_00000000000000bb"
	resembleSupport, resembleSales   = "00000000-0000-4000-8000-0000000000aa", "00000000-0000-4000-8000-0000000000bb"
	synthflowSupport, synthflowSales = "0a1b2c3d-0000-4000-8000-0000000000aa", "0a1b2c3d-0000-4000-8000-0000000000bb"
	dialNexaSupport, dialNexaSales   = "agt_support", "agt_sales"
	retellSupport, retellSales       = "agent_0000000000000000000000a1", "agent_0000000000000000000000a2"

	vapiSupport, vapiSales = "00000000-0000-4000-8000-0000000000a1", "00000000-0000-4000-8000-0000000000a2"

	vapiCredential   = "00000000-0000-4000-8000-0000000000c1" // of another carrier
	telnyxConnection = "1293384261075731499"

	elevenLabsSupport, elevenLabsSales = "agent_0000000000000000000000a1", "agent_0000000000000000000000a2"

	retellTrunk = "TK0000000000000000000000000000aaaa" // leads to Retell AI
)

// home is a platform, or none, with its carrier.
type home struct {
	name    string
	carrier simulator.Service // who owns the number; empty: nobody that can be asked
	rules   []simulator.Option
	// config is what the resource says of the number here, but for the number, and
	// changed is the same with another agent, or another wiring.
	config, changed acctest.Values
	// listed makes the platform have the number, as an import finds it.
	listed  func(*acctest.Simulation)
	imports []string
	// buys says that a number can be bought in the same breath.
	buys bool
	// drops makes the platform lose its record, whose repair is an apply; nil: the
	// number would be lost.
	drops func(*acctest.Simulation)
}

// elsewhere is how the name of a home ends whose numbers no carrier that can be asked has.
const elsewhere = " of another carrier"

// homes are all places that a number can be at.
var homes = []home{
	{
		name: "none", carrier: simulator.Twilio, buys: true, imports: []string{number},
		config: acctest.Values{
			"voice_url": "https://example.com/voice", "voice_fallback_url": "https://example.com/fallback",
			"friendly_name": "Support",
		},
		changed: acctest.Values{"voice_url": "https://example.com/voice2", "sms_url": "https://example.com/sms"},
		listed: func(sim *acctest.Simulation) {
			sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) {
				n.VoiceURL, n.VoiceFallbackURL = "https://example.com/voice", "https://example.com/fallback"
				n.FriendlyName, n.StatusCallback = "Support", ""
			})
		},
	},
	{
		name: "nixflex", carrier: simulator.Twilio, buys: true, imports: []string{"nixflex/" + number},
		config:  acctest.Values{"nixflex": acctest.Values{"agent_id": nixflexSupport, "custom_prompt": "Be brief."}},
		changed: acctest.Values{"nixflex": acctest.Values{"agent_id": nixflexSales, "custom_prompt": "Be brief."}},
		listed: func(sim *acctest.Simulation) {
			prompt := "Be brief."
			sim.Nixflex().AddNumber(simulator.NixflexNumber{
				PhoneNumber: number, AgentID: nixflexSupport, NixflexSettings: simulator.NixflexSettings{CustomPrompt: &prompt},
			})
		},
		drops: func(sim *acctest.Simulation) { sim.Nixflex().RemoveNumber(number) },
	},
	{
		name: "resemble", carrier: simulator.Twilio, buys: true, imports: []string{"resemble/" + number},
		rules:   []simulator.Option{simulator.WithResemble(simulator.ResembleRules{SlowDeletion: 1})},
		config:  acctest.Values{"resemble": acctest.Values{"label": "Support", "agent_uuid": resembleSupport, "supports_outbound": true}},
		changed: acctest.Values{"resemble": acctest.Values{"label": "Support", "agent_uuid": resembleSales, "supports_outbound": true}},
		listed: func(sim *acctest.Simulation) {
			sim.Resemble().AddNumber(simulator.ResembleNumber{
				PhoneNumber: number, Label: "Support", SupportsInbound: true, SupportsOutbound: true, AgentUUID: resembleSupport,
			})
		},
		drops: func(sim *acctest.Simulation) { sim.Resemble().RemoveNumber(number) },
	},
	{
		name: "synthflow", carrier: simulator.Twilio, buys: true,
		imports: []string{"synthflow/" + simulator.DefaultSynthflowWorkspaceID + "/" + number[1:]},
		config:  acctest.Values{"synthflow": fromTwilio(synthflowSupport, "example.pstn.twilio.com")},
		changed: acctest.Values{"synthflow": fromTwilio(synthflowSales, "example.pstn.twilio.com")},
		listed: func(sim *acctest.Simulation) {
			sim.Synthflow().AddNumber(simulator.SynthflowNumber{
				PhoneNumber: number, ProviderName: "twilio", TerminationURI: "example.pstn.twilio.com",
			})
			sim.Synthflow().UpdateAgent(synthflowSupport, func(a *simulator.SynthflowAgent) { a.Numbers = append(a.Numbers, number) })
		},
		drops: func(sim *acctest.Simulation) { sim.Synthflow().RemoveNumber(number) },
	},
	{
		name: "retell", carrier: simulator.Twilio, buys: true, imports: []string{"retell/" + number},
		config:  onRetell(retellSupport),
		changed: onRetell(retellSales),
		listed: func(sim *acctest.Simulation) {
			sim.Retell().AddNumber(simulator.RetellNumber{
				PhoneNumber: number, TerminationURI: "example.pstn.twilio.com",
				InboundAgents: []simulator.RetellAgent{{AgentID: retellSupport, Weight: 1}},
			})
			sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) { n.TrunkSID = retellTrunk })
		},
		drops: func(sim *acctest.Simulation) { sim.Retell().RemoveNumber(number) },
	},
	{
		name: "elevenlabs", carrier: simulator.Twilio, buys: true, imports: []string{"elevenlabs/" + number},
		config:  acctest.Values{"elevenlabs": acctest.Values{"agent_id": elevenLabsSupport, "label": "Support"}},
		changed: acctest.Values{"elevenlabs": acctest.Values{"agent_id": elevenLabsSales, "label": "Support"}},
		listed: func(sim *acctest.Simulation) {
			sim.ElevenLabs().AddNumber(simulator.ElevenLabsNumber{PhoneNumber: number, AgentID: elevenLabsSupport, Label: "Support"})
		},
		drops: func(sim *acctest.Simulation) { sim.ElevenLabs().RemoveNumber(number) },
	},
	{
		name: "vapi", carrier: simulator.Twilio, buys: true, imports: []string{"vapi/" + number},
		config:  acctest.Values{"vapi": acctest.Values{"assistant_id": vapiSupport, "name": "Support"}},
		changed: acctest.Values{"vapi": acctest.Values{"assistant_id": vapiSales}},
		listed: func(sim *acctest.Simulation) {
			sim.Vapi().AddNumber(simulator.VapiNumber{Number: number, AssistantID: vapiSupport, Name: "Support"})
		},
		drops: func(sim *acctest.Simulation) { sim.Vapi().RemoveNumber(number) },
	},
	{
		name: "vapi, messages aside", carrier: simulator.Twilio,
		rules: []simulator.Option{simulator.WithVapi(simulator.VapiRules{
			UpdateWritesWebhooks: true, DeleteClearsWebhooks: true, SecretsHidden: true, MessageLists: true, BarePages: true,
		})},
		config: acctest.Values{
			"sms_url": "https://example.com/sms",
			"vapi":    acctest.Values{"assistant_id": vapiSupport, "sms_enabled": false},
		},
		changed: acctest.Values{"vapi": acctest.Values{"assistant_id": vapiSupport}},
		listed: func(sim *acctest.Simulation) {
			sim.Vapi().AddNumber(simulator.VapiNumber{Number: number, AssistantID: vapiSupport, SMSDisabled: true})
		},
		drops: func(sim *acctest.Simulation) { sim.Vapi().RemoveNumber(number) },
	},
	{
		name: "vapi's own", carrier: simulator.Vapi, imports: []string{"vapi/" + number},
		config:  acctest.Values{"vapi": acctest.Values{"assistant_id": vapiSupport}},
		changed: acctest.Values{"vapi": acctest.Values{"assistant_id": vapiSales}},
		listed: func(sim *acctest.Simulation) {
			sim.Vapi().UpdateNumber(number, func(n *simulator.VapiNumber) { n.AssistantID = vapiSupport })
		},
	},
	{
		name: "synthflow" + elsewhere,
		config: acctest.Values{"synthflow": acctest.Values{
			"provider_name": "telnyx", "termination_uri": "sip.example.com", "agent_id": synthflowSupport,
			"trunk_username": "trunk-user", "trunk_pwd_wo": trunkPassword,
		}},
		changed: acctest.Values{"synthflow": acctest.Values{
			"provider_name": "telnyx", "termination_uri": "sip.example.org", "agent_id": synthflowSupport,
			"trunk_username": "trunk-user", "trunk_pwd_wo": trunkPassword,
		}},
		drops: func(sim *acctest.Simulation) { sim.Synthflow().RemoveNumber(number) },
	},
	{
		name: "nixflex" + elsewhere, imports: []string{"nixflex/" + number},
		config:  acctest.Values{"nixflex": onTelnyx(nixflexSupport)},
		changed: acctest.Values{"nixflex": onTelnyx(nixflexSales)},
		listed: func(sim *acctest.Simulation) {
			sim.Nixflex().AddNumber(simulator.NixflexNumber{
				PhoneNumber: number, AgentID: nixflexSupport, TelnyxConnectionID: telnyxConnection,
			})
		},
		drops: func(sim *acctest.Simulation) { sim.Nixflex().RemoveNumber(number) },
	},
	{
		name: "retell" + elsewhere, imports: []string{"retell/" + number},
		config:  acctest.Values{"retell": overSIP(retellSupport)},
		changed: acctest.Values{"retell": overSIP(retellSales)},
		listed: func(sim *acctest.Simulation) {
			sim.Retell().AddNumber(simulator.RetellNumber{
				PhoneNumber: number, TerminationURI: "sip.example.com",
				InboundAgents: []simulator.RetellAgent{{AgentID: retellSupport, Weight: 1}},
			})
		},
		drops: func(sim *acctest.Simulation) { sim.Retell().RemoveNumber(number) },
	},
	{
		name: "vapi" + elsewhere, imports: []string{"vapi/" + number},
		config:  acctest.Values{"vapi": byCredential(vapiSupport)},
		changed: acctest.Values{"vapi": byCredential(vapiSales)},
		listed: func(sim *acctest.Simulation) {
			sim.Vapi().AddNumber(simulator.VapiNumber{
				Number: number, Provider: simulator.VapiTelnyx, CredentialID: vapiCredential, AssistantID: vapiSupport,
			})
		},
		drops: func(sim *acctest.Simulation) { sim.Vapi().RemoveNumber(number) },
	},
	{
		name: "synthflow bought there", carrier: simulator.Synthflow,
		rules:   []simulator.Option{simulator.WithSynthflow(simulator.SynthflowRules{UnknownIs404: true})},
		imports: []string{"synthflow/" + simulator.DefaultSynthflowWorkspaceID + "/" + number[1:]},
		config:  acctest.Values{"synthflow": acctest.Values{"agent_id": synthflowSupport}},
		changed: acctest.Values{"synthflow": acctest.Values{"agent_id": synthflowSales}},
		listed: func(sim *acctest.Simulation) {
			sim.Synthflow().UpdateAgent(synthflowSupport, func(a *simulator.SynthflowAgent) { a.Numbers = append(a.Numbers, number) })
		},
	},
	{
		name: "dialnexa A", carrier: simulator.DialNexa, buys: true, imports: []string{"dialnexa/" + number},
		config:  acctest.Values{"dialnexa": acctest.Values{"agent_id": dialNexaSupport, "nickname": "Support"}},
		changed: acctest.Values{"dialnexa": acctest.Values{"agent_id": dialNexaSales, "label": "sales"}},
		listed: func(sim *acctest.Simulation) {
			sim.DialNexa().UpdateNumber(number, func(n *simulator.DialNexaNumber) {
				n.AgentID, n.Nickname = dialNexaSupport, "Support"
			})
		},
	},
	{
		name: "dialnexa B", carrier: simulator.DialNexa, buys: true, imports: []string{"dialnexa/" + number},
		rules:   []simulator.Option{simulator.WithDialNexa(simulator.DialNexaRules{Generation: simulator.DialNexaB})},
		config:  acctest.Values{"dialnexa": published(dialNexaSupport)},
		changed: acctest.Values{"dialnexa": published(dialNexaSales)},
		listed: func(sim *acctest.Simulation) {
			sim.DialNexa().UpdateNumber(number, func(n *simulator.DialNexaNumber) { n.AgentID = dialNexaSupport })
		},
	},
}

// Secrets of the configuration.
const (
	trunkPassword = "simulated-trunk-password"
	telnyxKey     = "KEY0123456789-simulated-notarealsecret"
)

func fromTwilio(agent, uri string) acctest.Values {
	return acctest.Values{
		"provider_name": "twilio", "termination_uri": uri, "bought_at_synthflow": false, "agent_id": agent,
	}
}

func onRetell(agent string) acctest.Values {
	return acctest.Values{
		"trunk_sid": retellTrunk,
		"retell":    acctest.Values{"inbound_agent_id": agent, "termination_uri": "example.pstn.twilio.com"},
	}
}

func published(agent string) acctest.Values {
	return acctest.Values{
		"agent_link": "agent", "telephony_provider_id": "tel_1234567890", "agent_id": agent, "agent_version": 1,
	}
}

func onTelnyx(agent string) acctest.Values {
	return acctest.Values{"agent_id": agent, "telnyx_connection_id": telnyxConnection, "telnyx_api_key_wo": telnyxKey}
}

func overSIP(agent string) acctest.Values {
	return acctest.Values{
		"inbound_agent_id": agent, "termination_uri": "sip.example.com", "provider_name": "custom",
		"sip_trunk_auth_username": "trunk-user", "sip_trunk_auth_password_wo": trunkPassword,
	}
}

func byCredential(assistant string) acctest.Values {
	return acctest.Values{"assistant_id": assistant, "provider_name": "telnyx", "credential_id": vapiCredential}
}

func homeOf(name string) home {
	return homes[slices.IndexFunc(homes, func(h home) bool { return h.name == name })]
}

// with is a configuration with further arguments.
func with(config acctest.Values, arguments ...acctest.Values) acctest.Values {
	all := maps.Clone(config)
	for _, more := range arguments {
		maps.Copy(all, more)
	}
	return all
}

// ours is the configuration of the number with further arguments.
func ours(arguments ...acctest.Values) acctest.Values {
	return with(acctest.Values{"phone_number": number}, arguments...)
}

// owned has the number owned by its carrier.
func (h home) owned(sim *acctest.Simulation) { hold(sim, h.carrier, number) }

// The Messaging Services of the scenarios about sender pools.
const (
	poolA = "MG0000000000000000000000000000aaaa"
	poolB = "MG0000000000000000000000000000bbbb"
)

// pooled has the number owned, and in the pool of that Service; empty: in none.
func pooled(service string) func(*acctest.Simulation) {
	return func(sim *acctest.Simulation) {
		homeOf("none").owned(sim)
		services(sim)
		sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) { n.MessagingServiceSID = service })
	}
}

func services(sim *acctest.Simulation) {
	for _, sid := range []string{poolA, poolB} {
		sim.Twilio().AddService(simulator.TwilioService{SID: sid, InboundRequestURL: "https://example.com/pool"})
	}
}

// hold has a service own a number.
func hold(sim *acctest.Simulation, carrier simulator.Service, phoneNumber string) {
	switch carrier {
	case simulator.Twilio:
		sim.Twilio().AddNumber(simulator.TwilioNumber{
			PhoneNumber: phoneNumber, StatusCallback: "https://example.com/found",
			Capabilities: simulator.TwilioCapabilities{Voice: true, SMS: true},
		})
	case simulator.Synthflow:
		sim.Synthflow().AddNumber(simulator.SynthflowNumber{PhoneNumber: phoneNumber, Bought: true})
	case simulator.DialNexa:
		sim.DialNexa().AddNumber(simulator.DialNexaNumber{PhoneNumber: phoneNumber, AgentID: dialNexaSales})
	case simulator.ElevenLabs:
		sim.ElevenLabs().AddNumber(simulator.ElevenLabsNumber{
			PhoneNumber: phoneNumber, AgentID: elevenLabsSales, Provider: simulator.ElevenLabsSIPTrunk,
		})
	case simulator.Vapi:
		sim.Vapi().AddNumber(simulator.VapiNumber{Number: phoneNumber, Provider: simulator.VapiOwn, AssistantID: vapiSales})
	case simulator.Nixflex:
		sim.Nixflex().AddNumber(simulator.NixflexNumber{PhoneNumber: phoneNumber, AgentID: nixflexSales})
	case simulator.Resemble:
		sim.Resemble().AddNumber(simulator.ResembleNumber{PhoneNumber: phoneNumber, Label: "Bystander", SupportsInbound: true})
	case simulator.Retell:
		sim.Retell().AddNumber(simulator.RetellNumber{PhoneNumber: phoneNumber, TerminationURI: "example.pstn.twilio.com"})
	}
}

// populate is the world of every scenario: agents, and another number everywhere.
func populate(sim *acctest.Simulation) {
	for _, id := range []string{nixflexSupport, nixflexSales} {
		sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: id})
	}
	for _, id := range []string{resembleSupport, resembleSales} {
		sim.Resemble().AddAgent(simulator.ResembleAgent{UUID: id})
	}
	for _, id := range []string{synthflowSupport, synthflowSales} {
		sim.Synthflow().AddAgent(simulator.SynthflowAgent{ID: id})
	}
	for _, id := range []string{dialNexaSupport, dialNexaSales} {
		sim.DialNexa().AddAgent(simulator.DialNexaAgent{
			ID: id, Versions: []simulator.DialNexaAgentVersion{{Number: 1}, {Number: 2}},
		})
	}
	for _, id := range []string{retellSupport, retellSales} {
		sim.Retell().AddAgent(id)
	}
	for _, id := range []string{elevenLabsSupport, elevenLabsSales} {
		sim.ElevenLabs().AddAgent(id)
	}
	for _, id := range []string{vapiSupport, vapiSales} {
		sim.Vapi().AddAssistant(id)
	}
	sim.Vapi().AddCredential(vapiCredential)
	sim.Twilio().AddTrunk(simulator.TwilioTrunk{SID: retellTrunk})
	for _, service := range []simulator.Service{
		simulator.Twilio, simulator.Synthflow, simulator.DialNexa, simulator.Nixflex, simulator.Resemble, simulator.Retell,
		simulator.Vapi, simulator.ElevenLabs,
	} {
		hold(sim, service, bystander)
	}
}

func adoptions() []scenario {
	var all []scenario
	for _, h := range homes {
		all = append(all, scenario{
			name: "create by adoption, " + h.name, rules: h.rules, seed: h.owned, command: apply, config: ours(h.config),
		})
		if h.carrier == simulator.Twilio && h.drops != nil {
			config := h.changed
			if h.name == "synthflow" {
				config = h.config // the inbound agent that has the number would not give it up
			}
			all = append(all, scenario{
				name: "create over a record, " + h.name, rules: h.rules, command: apply, config: ours(config),
				seed: func(sim *acctest.Simulation) {
					h.owned(sim)
					h.listed(sim)
				},
			})
		}
	}
	return all
}

// purchases ask for the release of what they buy: a creation that stops half-way
// must not do that.
func purchases() []scenario {
	var all []scenario
	release := acctest.Values{"release_on_destroy": "release"}
	for _, h := range homes {
		if !h.buys {
			continue
		}
		all = append(all, scenario{
			name: "create by purchase of a number, " + h.name, rules: h.rules, command: apply,
			seed: func(sim *acctest.Simulation) {
				sim.Twilio().AddAvailable(simulator.TwilioAvailable{PhoneNumber: number})
				sim.DialNexa().AddAvailable(simulator.DialNexaAvailable{PhoneNumber: number, Country: "US"})
			},
			config: ours(h.config, release, acctest.Values{"purchase": acctest.Values{"country": "US"}}),
		})
		if h.carrier != simulator.Twilio {
			continue // it has no search
		}
		all = append(all, scenario{
			name: "create by search, " + h.name, rules: h.rules, command: apply,
			config: with(h.config, release, acctest.Values{
				"purchase": acctest.Values{"country": "US", "area_code": "415"},
			}),
		})
	}
	return all
}

func updates() []scenario {
	var all []scenario
	for _, h := range homes {
		all = append(all, scenario{
			name: "update, " + h.name, rules: h.rules, seed: h.owned, command: apply,
			before: ours(h.config), config: ours(h.changed),
		})
	}
	none, nixflex := homeOf("none"), homeOf("nixflex")
	const subaccount = "AC00000000000000000000000000000001" // the first that a simulator makes
	return append(all,
		scenario{
			name: "update of the account, none", command: apply, before: ours(none.config),
			seed: func(sim *acctest.Simulation) {
				none.owned(sim)
				sim.Twilio().AddSubaccount(simulator.DefaultAccountSID)
			},
			config: ours(none.config, acctest.Values{"account_sid": subaccount}),
		},
		scenario{
			name: "update of a prompt, nixflex", seed: nixflex.owned, command: apply, before: ours(nixflex.config),
			config: ours(acctest.Values{"nixflex": acctest.Values{"agent_id": nixflexSupport}}),
		},
		scenario{
			name: "update of the end, nixflex", seed: nixflex.owned, command: apply, before: ours(nixflex.config),
			config: ours(nixflex.config, acctest.Values{"release_on_destroy": "release"}),
		},
	)
}

// moves are those between any two platforms of numbers that Twilio carries, or that
// another carrier does, and those from the one to the other on one platform.
func moves() []scenario {
	var all []scenario
	move := func(from, to string, more acctest.Values) {
		all = append(all, scenario{
			name: "move from " + from + " to " + to, seed: homeOf(from).owned, command: apply,
			rules:  homeOf("resemble").rules,
			before: ours(homeOf(from).config, more), config: ours(homeOf(to).config, more),
		})
	}
	among := func(stations []string, more acctest.Values) {
		for _, from := range stations {
			for _, to := range stations {
				if from != to {
					move(from, to, more)
				}
			}
		}
	}
	among([]string{"none", "nixflex", "resemble", "synthflow", "retell", "vapi", "elevenlabs"}, acctest.Values{"release_on_destroy": "release"})
	among([]string{"nixflex" + elsewhere, "synthflow" + elsewhere, "retell" + elsewhere, "vapi" + elsewhere}, nil)
	for _, name := range []string{"nixflex", "synthflow", "retell"} {
		move(name, name+elsewhere, nil)
	}
	return append(all, scenario{
		name: "move of a bought number from none to resemble", command: apply,
		before: with(homeOf("none").config, acctest.Values{"purchase": acctest.Values{"country": "US"}}),
		config: with(homeOf("resemble").config, acctest.Values{"purchase": acctest.Values{"country": "US"}}),
	})
}

func reregistrations() []scenario {
	resemble, synthflow := homeOf("resemble"), homeOf("synthflow")
	return []scenario{
		{
			name: "re-registration, resemble", rules: resemble.rules, seed: resemble.owned, command: apply,
			before: ours(resemble.config),
			config: ours(acctest.Values{"resemble": acctest.Values{
				"label": "Sales", "agent_uuid": resembleSales, "inbound_trunk": acctest.Values{"media_encryption": "allowed"},
			}}),
		},
		{
			name: "re-registration with the same agent, resemble", rules: resemble.rules, seed: resemble.owned, command: apply,
			before: ours(resemble.config),
			config: ours(acctest.Values{"resemble": acctest.Values{"label": "Sales", "agent_uuid": resembleSupport}}),
		},
		{
			name: "re-registration, synthflow", seed: synthflow.owned, command: apply, before: ours(synthflow.config),
			config: ours(acctest.Values{"synthflow": fromTwilio(synthflowSupport, "other.pstn.twilio.com")}),
		},
	}
}

func repairs() []scenario {
	var all []scenario
	for _, h := range homes {
		if h.drops == nil {
			continue
		}
		all = append(all, scenario{
			name: "repair of a lost record, " + h.name, rules: h.rules, seed: h.owned, command: apply,
			before: ours(h.config), meanwhile: h.drops, config: ours(h.config),
		})
	}
	nixflex, resemble := homeOf("nixflex"), homeOf("resemble")
	corrupted := func(sim *acctest.Simulation) {
		sim.Resemble().UpdateNumber(number, func(n *simulator.ResembleNumber) { n.Status = simulator.ResembleCorrupted })
	}
	stuck := func(sim *acctest.Simulation) {
		corrupted(sim)
		sim.Resemble().FailNextCleanups(100) // all
	}
	return append(all,
		scenario{
			name: "repair of the wiring, nixflex", seed: nixflex.owned, command: apply, before: ours(nixflex.config),
			meanwhile: func(sim *acctest.Simulation) {
				sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) { n.VoiceURL = "https://elsewhere.example/" })
			},
			config: ours(nixflex.config),
		},
		scenario{
			name: "repair of a corrupted record, resemble", rules: resemble.rules, seed: resemble.owned, command: apply,
			before: ours(resemble.config), meanwhile: corrupted, config: ours(resemble.config),
		},
		scenario{
			name: "repair by force, resemble", rules: resemble.rules, seed: resemble.owned, command: apply,
			before:    ours(resemble.config, acctest.Values{"release_on_destroy": "force_delete"}),
			meanwhile: stuck,
			config:    ours(resemble.config, acctest.Values{"release_on_destroy": "force_delete"}),
		},
	)
}

func refreshes() []scenario {
	var all []scenario
	for _, h := range homes {
		all = append(all, scenario{
			name: "refresh, " + h.name, rules: h.rules, seed: h.owned, command: refresh,
			before: ours(h.config), config: ours(h.config),
		})
	}
	return all
}

func imports() []scenario {
	var all []scenario
	for _, h := range homes {
		for i, id := range h.imports {
			all = append(all, scenario{
				name: "import, " + h.name + suffix(i), rules: h.rules, command: importing, imports: id, config: ours(h.config),
				seed: func(sim *acctest.Simulation) {
					h.owned(sim)
					h.listed(sim)
				},
			})
		}
	}
	return all
}

// lists are of one service each, and of all.
func lists() []scenario {
	all := []scenario{{name: "list of everything", command: listing}, {name: "look-up of everything", command: lookingUp}}
	for _, h := range homes {
		if h.listed == nil {
			continue // a list of it is that of the same platform
		}
		platform := strings.FieldsFunc(h.name, func(r rune) bool { return strings.ContainsRune(" ,'", r) })[0]
		service := platform
		if platform == "none" {
			service = "twilio"
		}
		found := scenario{rules: h.rules, seed: func(sim *acctest.Simulation) {
			h.owned(sim)
			h.listed(sim)
		}}
		found.name, found.command, found.config = "list, "+h.name, listing, acctest.Values{"platform": platform}
		all = append(all, found)
		found.name, found.command, found.config = "look-up, "+h.name, lookingUp, acctest.Values{"service": service}
		all = append(all, found)
	}
	// DialNexa tells which agents it has by one path or the other, or by both.
	agents := simulator.WithDialNexa(simulator.DialNexaRules{AgentsReadable: true, Agents2Readable: true})
	for _, service := range []string{"nixflex", "resemble", "synthflow", "retell", "elevenlabs", "vapi", "dialnexa"} {
		all = append(all, scenario{
			name: "agents, " + service, command: asking, config: acctest.Values{"service": service}, rules: []simulator.Option{agents},
			seed: manyAgents,
		})
	}
	return all
}

// manyAgents gives the platforms whose list has pages more agents than one takes.
func manyAgents(sim *acctest.Simulation) {
	for i := range 110 {
		id := fmt.Sprintf("00000000-0000-4000-8000-%012d", i)
		sim.Nixflex().AddAgent(simulator.NixflexAgent{AgentID: fmt.Sprintf("agent_%016d", i)})
		sim.Synthflow().AddAgent(simulator.SynthflowAgent{ID: id})
		sim.Retell().AddAgent(id)
		sim.ElevenLabs().AddAgent(id)
		sim.Vapi().AddAssistant(id)
	}
}

func suffix(i int) string {
	if i == 0 {
		return ""
	}
	return " " + strconv.Itoa(i+1)
}

func ends() []scenario {
	var all []scenario
	for _, h := range homes {
		for _, action := range []string{"detach", "release", "force_delete"} {
			if h.carrier == "" && action == "release" {
				continue // refused at plan
			}
			config := ours(h.config, acctest.Values{"release_on_destroy": action})
			all = append(all, scenario{
				name: fmt.Sprintf("%s, %s", action, h.name), rules: h.rules, seed: h.owned, command: destroy,
				before: config, config: config,
			})
			if h.name == "resemble" {
				forced := action == "force_delete"
				all = append(all, scenario{
					name: action + " where the cleanup fails, resemble", rules: h.rules, seed: h.owned, command: destroy,
					before: config, config: config, failsFirst: !forced,
					meanwhile: func(sim *acctest.Simulation) {
						if forced {
							sim.Resemble().FailNextCleanups(100) // all
						} else {
							sim.Resemble().FailNextCleanups(1)
						}
					},
				})
			}
		}
	}
	none := homeOf("none")
	const address = "AD00000000000000000000000000000001" // the first that a simulator makes
	emergency := ours(none.config, acctest.Values{
		"release_on_destroy": "release", "deregister_emergency_address": true, "emergency_address_sid": address,
	})
	return append(all, scenario{
		name: "release with an emergency address, none", command: destroy, before: emergency, config: emergency,
		seed: func(sim *acctest.Simulation) {
			none.owned(sim)
			sim.Twilio().AddAddress(simulator.DefaultAccountSID, "US")
		},
	})
}

// renames are of numbers that stay owned, and of one that would be given up.
func renames() []scenario {
	var all []scenario
	for _, h := range homes {
		for _, c := range []command{renaming, renamingNewFirst} {
			if c == renamingNewFirst && h.name == "synthflow"+elsewhere {
				continue // a record that the new one finds is taken for a bought one, and one that it makes is not
			}
			all = append(all, scenario{
				name: fmt.Sprintf("%s, %s", c, h.name), rules: h.rules, seed: h.owned, command: c,
				before: ours(h.config), config: ours(h.config),
			})
		}
		if h.carrier == "" {
			continue // it is never given up
		}
		release := ours(h.config, acctest.Values{"release_on_destroy": "release"})
		all = append(all, scenario{
			name: "refused rename, " + h.name, rules: h.rules, seed: h.owned, command: renaming,
			before: release, config: release, failsFirst: true,
		})
	}
	return all
}

// duplicates are second resources with a number that is in state.
func duplicates() []scenario {
	var all []scenario
	for _, h := range homes {
		if h.carrier == "" {
			continue // it has no release, which is what the second one asks for
		}
		all = append(all, scenario{
			name: "duplicate, " + h.name, rules: h.rules, seed: h.owned, command: duplicating,
			before: ours(h.config), config: ours(h.config), failsFirst: true,
		})
	}
	return all
}

// memberships are of numbers that get into sender pools, out of them, and from one into
// another, and of those whose messages a Service takes first.
func memberships() []scenario {
	in := func(service string, more ...acctest.Values) acctest.Values {
		return ours(append([]acctest.Values{{"messaging_service_sid": service}}, more...)...)
	}
	release := acctest.Values{"release_on_destroy": "release"}
	restore := acctest.Values{"restore_on_detach": true}
	purchase := acctest.Values{"purchase": acctest.Values{"country": "US", "area_code": "415"}}
	const subaccount = "AC00000000000000000000000000000001" // the first that a simulator makes
	all := []scenario{
		{name: "create by adoption, into a pool", command: apply, seed: pooled(""), config: in(poolA)},
		{name: "create by adoption, into another pool", command: apply, seed: pooled(poolB), config: in(poolA)},
		{
			name: "create by search, into a pool", command: apply, seed: services,
			config: with(acctest.Values{"messaging_service_sid": poolA}, release, purchase),
		},
		{name: "update, into a pool", command: apply, seed: pooled(""), before: ours(), config: in(poolA)},
		{name: "update, into another pool", command: apply, seed: pooled(""), before: in(poolA), config: in(poolB)},
		{name: "update, out of a pool", command: apply, seed: pooled(""), before: in(poolA), config: ours()},
		{
			name: "repair of a membership", command: apply, seed: pooled(""), before: in(poolA), config: in(poolA),
			meanwhile: func(sim *acctest.Simulation) {
				sim.Twilio().UpdateNumber(number, func(n *simulator.TwilioNumber) { n.MessagingServiceSID = poolB })
			},
		},
		{name: "refresh, in a pool", command: refresh, seed: pooled(""), before: in(poolA), config: in(poolA)},
		{
			name: "import, in a pool", command: importing, seed: pooled(poolA), imports: number,
			config: in(poolA, acctest.Values{"status_callback": "https://example.com/found", "friendly_name": "(415) 555-0100"}),
		},
		{
			name: "transfer, out of a pool", command: apply, before: in(poolA), config: ours(acctest.Values{"account_sid": subaccount}),
			seed: func(sim *acctest.Simulation) {
				pooled("")(sim)
				sim.Twilio().AddSubaccount(simulator.DefaultAccountSID)
			},
		},
		{name: "detach, in a pool", command: destroy, seed: pooled(""), before: in(poolA), config: in(poolA)},
		{name: "detach, back into a pool", command: destroy, seed: pooled(poolB), before: in(poolA, restore), config: in(poolA, restore)},
		{name: "release, in a pool", command: destroy, seed: pooled(""), before: in(poolA, release), config: in(poolA, release)},
		{
			name: "create by adoption, outranked", command: apply, seed: pooled(poolA),
			config: ours(acctest.Values{"sms_url": "https://example.com/sms"}),
		},
		{name: "create by adoption, outranked, nixflex", command: apply, seed: pooled(poolA), config: ours(homeOf("nixflex").config)},
	}
	return all
}
