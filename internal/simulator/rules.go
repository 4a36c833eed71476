package simulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// Rule is one assumption on a service, by the name that it has in JSON.
type Rule struct {
	Service Service
	Name    string
}

// ruleTypes are the rules of each service.
var ruleTypes = map[Service]reflect.Type{
	Twilio:     reflect.TypeFor[TwilioRules](),
	Synthflow:  reflect.TypeFor[SynthflowRules](),
	DialNexa:   reflect.TypeFor[DialNexaRules](),
	Nixflex:    reflect.TypeFor[NixflexRules](),
	Resemble:   reflect.TypeFor[ResembleRules](),
	Retell:     reflect.TypeFor[RetellRules](),
	Vapi:       reflect.TypeFor[VapiRules](),
	ElevenLabs: reflect.TypeFor[ElevenLabsRules](),
}

// Rules are all assumptions that the simulator makes, in the order of the table of services.
func Rules() []Rule {
	var all []Rule
	for _, row := range services {
		for i := range ruleTypes[row.name].NumField() {
			name, _, _ := strings.Cut(ruleTypes[row.name].Field(i).Tag.Get("json"), ",")
			all = append(all, Rule{row.name, name})
		}
	}
	return all
}

// WithRules sets the assumptions on a service from a JSON object of rules by their names.
func WithRules(service Service, object []byte) (Option, error) {
	typ, known := ruleTypes[service]
	if !known {
		return nil, fmt.Errorf("there is no service %q", service)
	}
	rules := reflect.New(typ)
	decoder := json.NewDecoder(bytes.NewReader(object))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(rules.Interface()); err != nil {
		return nil, fmt.Errorf("reading the rules of %s: %w", service, err)
	}
	return func(s *Server) { s.rules[service] = rules.Elem().Interface() }, nil
}
