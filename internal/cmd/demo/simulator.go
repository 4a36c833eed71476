package main

import (
	"context"
	"net/http"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulation"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// services are the simulated ones.
type services struct {
	*simulation.Process
}

// holdings are what the services hold.
type holdings struct {
	Twilio     simulator.TwilioHoldings     `json:"twilio"`
	Nixflex    simulator.NixflexHoldings    `json:"nixflex"`
	Synthflow  simulator.SynthflowHoldings  `json:"synthflow"`
	DialNexa   simulator.DialNexaHoldings   `json:"dialnexa"`
	Resemble   simulator.ResembleHoldings   `json:"resemble"`
	Retell     simulator.RetellHoldings     `json:"retell"`
	Vapi       simulator.VapiHoldings       `json:"vapi"`
	ElevenLabs simulator.ElevenLabsHoldings `json:"elevenlabs"`
}

func (s services) holdings(ctx context.Context) (h holdings, err error) {
	err = s.Control(ctx, http.MethodGet, "state", nil, &h)
	return h, err
}
